"""What a run that waits for a human is answered with: a button for each answer that its machine asks about, and a field."""

import json
from collections.abc import Callable
from typing import Any

import ipywidgets

from sagalab.failurelab.answers import answers
from sagalab.failurelab.run import LabRun
from sagalab.markup import escape

FAILURE = "Refused"
_AUTO = ipywidgets.Layout(width="auto", max_width="100%")


class AnswerBox:
    """Shown while a run waits for the answer to a task token. `answer(output, error)` is called by its buttons."""

    def __init__(self, answer: Callable[[Any, str | None], None]):
        self._answer = answer
        self._shown: tuple[int, str] | None = None
        self._words = ipywidgets.HTML()
        self.quick: list[ipywidgets.Button] = []
        self._buttons = ipywidgets.Box(layout=ipywidgets.Layout(flex_flow="row wrap"))
        self.text = ipywidgets.Text(
            description="Answer (JSON)", style={"description_width": "initial"}, continuous_update=False,
            layout=ipywidgets.Layout(width="24em", max_width="100%"), tooltip="what the task returns, as JSON",
        )  # fmt: skip
        self.send = ipywidgets.Button(
            description="Send this answer",
            tooltip="the task succeeds with what stands in the field",
            layout=_AUTO,
        )
        self.fail = ipywidgets.Button(
            description=f"It failed ({FAILURE})",
            tooltip=f"the task fails with the error {FAILURE}",
            layout=_AUTO,
        )
        self.send.on_click(lambda _button: self._send())
        self.fail.on_click(lambda _button: self._answered(None, FAILURE))
        own = ipywidgets.Box(
            [self.text, self.send, self.fail],
            layout=ipywidgets.Layout(flex_flow="row wrap", align_items="center"),
        )
        self.box = ipywidgets.VBox([self._words, self._buttons, own])
        self.box.add_class("sagalab-answer")
        self.hide()

    def show(self, run: LabRun) -> bool:
        """Offer the answers that the run's machine asks about, once for one wait; tell whether that is new."""
        assert run.execution is not None and run.waits_in is not None
        if self._shown == (run.number, f"{run.waits_in} {len(run.path)}"):
            return False
        self._shown = run.number, f"{run.waits_in} {len(run.path)}"
        asked = answers(run.execution.machine, run.waits_in)
        self.quick = [self._quick(each) for each in asked if "…" not in json.dumps(each, ensure_ascii=False)]
        self._buttons.children = tuple(self.quick)
        self.text.value = json.dumps(asked[0] if asked else {}, ensure_ascii=False)
        self.say(f"Run {run.number} waits in {run.waits_in}, and goes on when you answer its task token.")
        self.lock(False)
        self.box.layout.display = ""
        return True

    def hide(self) -> None:
        """There is nothing to answer."""
        self._shown = None
        self.box.layout.display = "none"

    def say(self, words: str, wrong: bool = False) -> None:
        """Show a line of words."""
        look = " class='sagalab-problem'" if wrong else ""
        self._words.value = (
            f"<div role='status' aria-live='polite' style='font-size:15px'{look}>{escape(words)}</div>"
        )

    def lock(self, locked: bool) -> None:
        """Take no answer while one is sent."""
        for each in (*self.quick, self.send, self.fail):
            each.disabled = locked

    def _quick(self, output: Any) -> ipywidgets.Button:
        words = ", ".join(f"{key}: {value}" for key, value in output.items())
        button = ipywidgets.Button(
            description=f"Answer {words}", button_style="success", layout=_AUTO,
            tooltip=f"answer the task token with {json.dumps(output)}",
        )  # fmt: skip
        button.on_click(lambda _button: self._answered(output, None))
        return button

    def _send(self) -> None:
        try:
            output = json.loads(self.text.value)
        except ValueError as error:
            self.say(
                f"✗ This is no JSON: {error}. Nothing was sent. Texts stand in double quotes.", wrong=True
            )
            return
        self._answered(output, None)

    def _answered(self, output: Any, error: str | None) -> None:
        self.lock(True)
        self._answer(output, error)
