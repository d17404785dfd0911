"""The failure lab as a notebook shows it: the lab, and its panel once it is looked at."""

from functools import cached_property
from typing import Any

from sagalab.failurelab.lab import Lab
from sagalab.failurelab.panel import Panel


class FailureLab(Lab):
    __doc__ = Lab.__doc__

    @cached_property
    def panel(self) -> Panel:
        """The widgets of this lab, made at the first use."""
        made = Panel(self)
        self.on_choice, self.on_run = made.show_choice, made.show_run
        return made

    def _repr_mimebundle_(self, include=None, exclude=None, **options) -> dict[str, Any]:
        self.panel.found_in_cloud()
        bundle = self.panel.box._repr_mimebundle_(include=include, exclude=exclude, **options) or {}
        return {**bundle, "text/plain": repr(self)}
