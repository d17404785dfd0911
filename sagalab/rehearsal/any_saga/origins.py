"""Where on a run a value came from: whose field it is, of the input or of the answer of a task."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sagalab.asl.document import State
from sagalab.history.execution import Execution
from sagalab.history.visits import Visit
from sagalab.rehearsal.any_saga.made_values import MadeValues, Spot, Steps
from sagalab.rehearsal.any_saga.wishes import ABSENT, jsonpath_references, references, steps_of


@dataclass(frozen=True)
class Origins:
    """The origins of what stands in one run, whose values the search has made."""

    run: Execution
    values: MadeValues

    def of(self, visit: Visit, root: str, steps: Steps) -> Spot | None:
        value = self._root(visit, root)
        return None if value is ABSENT else self.values.whose(value, steps)

    def missing(self, cause: str, visit: Visit) -> Iterable[Spot]:
        """Yield where what an error's text says is missing would come from."""
        for pattern in (
            r"JSONPath '(?P<path>.+?)' specified for the field '.*?' could not be found in the input '(?P<root>.*)'",
            r"JsonPath argument for the field '(?P<path>.+?)' could not be found in the input '(?P<root>.*)'",
        ):
            match = re.search(pattern, cause, re.DOTALL)
            if match:
                found = steps_of(match["path"])
                try:
                    root = json.loads(match["root"])
                except ValueError:
                    root = None
                if found is not None and root is not None:
                    spot = self.values.whose(root, found[1] if found[0] == "input" else (found[0], *found[1]))
                    if spot is not None:
                        yield spot
                return
        match = re.search(r"Invalid path '(?P<path>.+?)'", cause)
        if match:
            found = steps_of(match["path"])
            if found is not None:
                for root in ("result", found[0]):
                    spot = self.of(visit, root, found[1])
                    if spot is not None:
                        yield spot
                        return
        match = re.search(r"JSONata expression '(?P<text>.*)' specified for the field", cause, re.DOTALL)
        if match and "returned nothing" in cause:
            for root, steps in references(match["text"]):
                if self._value(visit, root, steps) is ABSENT:
                    spot = self.of(visit, root, steps)
                    if spot is not None:
                        yield spot

    def named_in(self, cause: str, visit: Visit) -> Iterable[Spot]:
        match = re.search(r"JSONata expression '(?P<text>.*?)' specified for the field", cause, re.DOTALL)
        if match:
            yield from self._of_expression(match["text"], visit)
        match = re.search(r"The function '(?P<text>.+?)' had the following error", cause, re.DOTALL)
        if match:
            yield from self._of_paths(match["text"], visit)

    def read_by(self, state: State, visit: Visit) -> Iterable[Spot]:
        text = json.dumps({key: value for key, value in state.body.items() if key != "States"})
        if state.is_jsonata:
            yield from self._of_expression(text, visit)
        else:
            yield from self._of_paths(text, visit)

    def _of_expression(self, text: str, visit: Visit) -> Iterable[Spot]:
        for root, steps in references(text):
            spot = self.of(visit, root, steps) if steps else None
            if spot is not None:
                yield spot

    def _of_paths(self, text: str, visit: Visit) -> Iterable[Spot]:
        for path in jsonpath_references(text):
            found = steps_of(path)
            if found is None or not found[1]:
                continue
            for root in ("result", found[0]):
                spot = self.of(visit, root, found[1])
                if spot is not None:
                    yield spot
                    break

    def _root(self, visit: Visit, root: str) -> Any:
        if root == "input":
            return visit.input
        if root == "result":
            result = visit.attempts[-1].result if visit.attempts else None
            return result if result is not None else ABSENT
        known: dict[str, Any] = {}
        for each in self.run.visits:
            known.update(each.assigned)
        return known.get(root, ABSENT)

    def _value(self, visit: Visit, root: str, steps: Steps) -> Any:
        value = self._root(visit, root)
        for step in steps:
            if isinstance(value, dict) and step in value:
                value = value[step]
            elif isinstance(value, list) and isinstance(step, int) and step < len(value):
                value = value[step]
            else:
                return ABSENT
        return value
