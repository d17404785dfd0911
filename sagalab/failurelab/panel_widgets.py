"""The widgets of the failure lab's panel, and how they stand: the form, the buttons, the live picture and the tabs."""

from collections.abc import Callable
from typing import Any

import ipywidgets

from sagalab.errors import SagaLabError
from sagalab.failurelab import view as lab_view
from sagalab.failurelab.answer_box import AnswerBox
from sagalab.failurelab.choice import Choice
from sagalab.failurelab.controls import Controls, row
from sagalab.failurelab.frame import Frame
from sagalab.failurelab.lab import Lab
from sagalab.failurelab.prediction_box import PredictBox
from sagalab.failurelab.replay import Pace
from sagalab.failurelab.replay_controls import ReplayControls
from sagalab.failurelab.tabs import Tabs
from sagalab.pictures.dark import WHERE_DARK

_STYLE = (
    f"<style>{WHERE_DARK}</style>"
    + """<style>
.sagalab-lab { --jp-widgets-font-size: 15px; --jp-widgets-inline-height: 32px; max-width: 100%;
  --sagalab-focus: #0b5cad; --sagalab-wrong: #b3261e; }
[data-jp-theme-light="false"] .sagalab-lab { --sagalab-focus: #8ec5ff; --sagalab-wrong: #ff9d94; }
.sagalab-lab button:focus-visible, .sagalab-lab input:focus-visible, .sagalab-lab .noUi-handle:focus-visible,
.sagalab-lab textarea:focus-visible { outline: 3px solid var(--sagalab-focus); outline-offset: 1px; }
.sagalab-lab .lm-TabBar-content { flex-wrap: wrap; }
.sagalab-lab .lm-TabBar .lm-TabBar-tab { flex: 0 0 auto; min-width: 4em; }
.sagalab-lab .lm-TabBar .lm-TabBar-tabLabel { overflow: visible; font-size: 15px; }
.sagalab-lab .jupyter-widgets.widget-button { min-width: 6em; font-size: 15px; }
[data-jp-theme-light="true"] .sagalab-lab button.mod-success { background: #2e7d32; }
[data-jp-theme-light="true"] .sagalab-lab button.mod-info { background: #00707c; }
.sagalab-lab .sagalab-wrong input { border: 2px solid var(--sagalab-wrong); }
.sagalab-lab .sagalab-problem { color: var(--sagalab-wrong); font-size: 15px; line-height: 1.3; white-space: normal; }
.sagalab-lab .sagalab-answer { border-left: 6px solid var(--sagalab-focus); padding-left: 10px; }
.sagalab-lab .sagalab-message { min-height: 2.3em; }
.sagalab-lab .sagalab-caption { min-height: 2.8em; }
@media (max-width: 1200px) { .sagalab-lab .sagalab-message { min-height: 3.7em; } }
.sagalab-lab .progress-bar { transition: none; }
.sagalab-lab .sagalab-frame, .sagalab-lab .sagalab-frame > div { max-width: 100%; }
.sagalab-lab .sagalab-frame > div { overflow-x: auto; }
.sagalab-lab .copy-button-wrapper { --copy-btn-bg: var(--jp-layout-color3, #e0e0e0);
  --copy-btn-bg-hover: var(--jp-layout-color4, #d0d0d0); --copy-btn-text: var(--jp-ui-font-color1, #1a1a1a); }
</style>"""
)


class PanelWidgets:
    """The parts of a panel; `box` holds them all."""

    def __init__(
        self,
        lab: Lab,
        definition: dict[str, Any],
        changed: Callable[[Choice], None],
        refused: Callable[[SagaLabError], None],
        predicted: Callable[[tuple[str, ...]], None],
        answered: Callable[[Any, str | None], None],
        paced: Callable[[Pace], None],
        opened: Callable[[], None],
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
        self.answer = AnswerBox(answered)
        self.message = ipywidgets.HTML()
        self.message.add_class("sagalab-message")
        self.bar = ipywidgets.FloatProgress(
            0, min=0, max=1, description="Progress", tooltip="how much of the path is done",
            layout=ipywidgets.Layout(width="100%"),
        )  # fmt: skip
        self.replay = ReplayControls(paced)
        self.frame = Frame(lab_view.picture(definition, None))
        self.picture = self.frame.box
        self.tabs = Tabs(lab, opened)
        left, right = (
            ipywidgets.VBox([child], layout=ipywidgets.Layout(flex=flex, min_width="0", max_width="100%"))
            for child, flex in ((self.frame.box, "3 1 1020px"), (self.tabs.box, "2 1 420px"))
        )
        buttons = (self.run_button, self.stop_button, self.reset_button, self.find_button, self.predict)
        both = ipywidgets.Box([left, right], layout=ipywidgets.Layout(flex_flow="row wrap", width="100%"))
        self.box = ipywidgets.VBox([
            ipywidgets.HTML(_STYLE), self.controls.box, row(buttons), self.prediction.box, self.answer.box,
            self.message, self.bar, self.replay.box, both,
        ])  # fmt: skip
        self.box.add_class("sagalab-lab")

    def say(self, words: str, kind: str = "") -> None:
        """Show a message."""
        self.message.value = lab_view.said(words, kind)


def _button(text: str, style: str, tooltip: str) -> ipywidgets.Button:
    return ipywidgets.Button(
        description=text, button_style=style, tooltip=tooltip, layout=ipywidgets.Layout(width="auto")
    )
