"""The widgets of the failure lab's panel, and how they stand: the form, the buttons, the live picture and the tabs."""

from collections.abc import Callable
from typing import Any

import ipywidgets

from sagalab.errors import SagaLabError
from sagalab.failurelab import view as lab_view
from sagalab.failurelab.choice import Choice
from sagalab.failurelab.controls import Controls, row
from sagalab.failurelab.lab import Lab
from sagalab.failurelab.prediction_box import PredictBox
from sagalab.failurelab.tabs import Tabs

_STYLE = """<style>
.sagalab-lab { --jp-widgets-font-size: 15px; --jp-widgets-inline-height: 32px; max-width: 100%; }
.sagalab-lab button:focus-visible, .sagalab-lab input:focus-visible, .sagalab-lab .noUi-handle:focus-visible,
.sagalab-lab textarea:focus-visible { outline: 3px solid #0b5cad; outline-offset: 1px; }
.sagalab-lab .lm-TabBar-content { flex-wrap: wrap; }
.sagalab-lab .lm-TabBar .lm-TabBar-tab { flex: 0 0 auto; min-width: 4em; }
.sagalab-lab .lm-TabBar .lm-TabBar-tabLabel { overflow: visible; font-size: 15px; }
.sagalab-lab .jupyter-widgets.widget-button { min-width: 6em; font-size: 15px; }
</style>"""


class PanelWidgets:
    """The parts of a panel; `box` holds them all."""

    def __init__(
        self,
        lab: Lab,
        definition: dict[str, Any],
        changed: Callable[[Choice], None],
        refused: Callable[[SagaLabError], None],
        predicted: Callable[[tuple[str, ...]], None],
    ):
        """`definition` is the machine that is shown first. Who makes them connects the buttons."""
        self.controls = Controls(changed, refused)
        self.run_button = _button("Run", "success", "run this order through the machine")
        self.stop_button = _button("Stop", "danger", "stop the execution that runs")
        self.reset_button = _button("Reset", "", "stop, and set everything back")
        self.find_button = _button("Find machines", "", "look for machines that were deployed since")
        self.predict = ipywidgets.Checkbox(
            False, description="Predict first", indent=False, layout=ipywidgets.Layout(width="auto"),
            tooltip="hide the run until you have clicked the path that you expect",
        )  # fmt: skip
        self.prediction = PredictBox(predicted)
        self.prediction.offer(definition)
        self.message, self.doing = ipywidgets.HTML(), ipywidgets.HTML()
        self.bar = ipywidgets.FloatProgress(
            0, min=0, max=1, description="Progress", tooltip="how much of the path is done",
            layout=ipywidgets.Layout(width="100%"),
        )  # fmt: skip
        self.picture = ipywidgets.HTML(lab_view.picture(definition, None))
        self.tabs = Tabs(lab)
        left, right = (
            ipywidgets.VBox([child], layout=ipywidgets.Layout(flex=flex, min_width="0", max_width="100%"))
            for child, flex in ((self.picture, "3 1 72em"), (self.tabs.box, "2 1 40em"))
        )
        buttons = (self.run_button, self.stop_button, self.reset_button, self.find_button, self.predict)
        both = ipywidgets.Box([left, right], layout=ipywidgets.Layout(flex_flow="row wrap", width="100%"))
        self.box = ipywidgets.VBox([
            ipywidgets.HTML(_STYLE), self.controls.box, row(buttons), self.prediction.box,
            self.message, self.bar, self.doing, both,
        ])  # fmt: skip
        self.box.add_class("sagalab-lab")

    def say(self, words: str, kind: str = "") -> None:
        """Show a message."""
        self.message.value = lab_view.said(words, kind)


def _button(text: str, style: str, tooltip: str) -> ipywidgets.Button:
    return ipywidgets.Button(
        description=text, button_style=style, tooltip=tooltip, layout=ipywidgets.Layout(width="auto")
    )
