"""What a run left, in tabs like the console's: result, timeline, events, states, code, and the last runs.

The timeline and the events cost more than the run itself: each is made when its tab is opened.
"""

from collections.abc import Callable

import ipywidgets

from sagalab.errors import SagaLabError
from sagalab.failurelab import view as lab_view
from sagalab.failurelab.lab import Lab
from sagalab.failurelab.number_field import NumberField
from sagalab.failurelab.run import LabRun
from sagalab.history.execution import Execution
from sagalab.pictures.palette import look

TITLES = ("Result", "Timeline", "Events", "States", "Code", "Runs")
_LABEL = {"description_width": "initial"}
_NO_STATE = ("none yet", 0)
_HIDDEN = lab_view.sheet("<p>Hidden until you have clicked the path that you expect.</p>")
_NOTHING = lab_view.sheet("<p>Nothing yet: press Run.</p>")
_BEING_MADE = lab_view.sheet("<p>This is being drawn …</p>")
_NOT_MADE = lab_view.sheet("<p>This could not be drawn. Open this tab again to try again.</p>")
_MADE_WHEN_OPENED: dict[str, Callable[[Execution], str]] = {
    "Timeline": lab_view.chart,
    "Events": lab_view.events,
}


class Tabs:
    """The tabs. `show` fills them with a run; `show_code` and `show_history` follow the lab.

    `execution` is what they show, or None. `lacking` is the title of the tab that is open and has still to be made, or
    None: `make` makes it, in any thread, and `fill` shows it.
    """

    def __init__(self, lab: Lab, opened: Callable[[], None]):
        """`opened` is called when a tab is opened that has still to be made."""
        from wigglystuff import CopyToClipboard  # a fifth of a second, for who looks at a panel

        self._lab, self._opened = lab, opened
        self.run: LabRun | None = None
        self.execution: Execution | None = None
        self._to_make: set[str] = set()
        self.result, self.timeline, self.events, self.data, self.history, self.comparison = (
            ipywidgets.HTML() for _ in range(6)
        )
        self.states = ipywidgets.SelectionSlider(
            options=[_NO_STATE], description="State", style=_LABEL, disabled=True, readout=True,
            layout=ipywidgets.Layout(width="100%"), tooltip="which of the states that were entered",
        )  # fmt: skip
        self.code = ipywidgets.Textarea(
            layout=ipywidgets.Layout(width="100%", height="18em"),
            tooltip="Python that runs the present choice again",
        )  # fmt: skip
        self.copy = CopyToClipboard()
        self.first, self.second = (
            NumberField(text, self._typed, most=0, tooltip="the number of a run", width="11em", until="Nothing is compared")
            for text in ("Compare run", "with run")
        )  # fmt: skip
        self.compare = ipywidgets.Button(
            description="Compare", tooltip="compare these two runs", disabled=True
        )
        runs = ipywidgets.VBox([
            self.history,
            ipywidgets.Box([self.first.box, self.second.box, self.compare], layout=ipywidgets.Layout(flex_flow="row wrap")),
            self.comparison,
        ])  # fmt: skip
        self.box = ipywidgets.Tab([
            self.result, self.timeline, self.events, ipywidgets.VBox([self.states, self.data]),
            ipywidgets.VBox([self.copy, self.code]), runs,
        ], titles=TITLES)  # fmt: skip
        self._pages = dict(zip(TITLES, (self.result, self.timeline, self.events), strict=False))
        self.box.observe(self._tab_opened, names="selected_index")
        self.states.observe(self._state_chosen, names="value")
        self.compare.on_click(self._compare_clicked)
        self.clear()
        self.show_code()
        self.show_history()

    def clear(self, hidden: bool = False) -> None:
        """Empty what belongs to a run. `hidden`: it is there, and a prediction comes first."""
        self.run = self.execution = None
        self._to_make.clear()
        for each in (self.result, self.timeline, self.events, self.data):
            each.value = _HIDDEN if hidden else _NOTHING
        self.states.options, self.states.disabled = [_NO_STATE], True

    def show_result(self, run: LabRun) -> None:
        """Show how a run ended, with its verdict as far as it is known."""
        self.result.value = lab_view.result(run)

    def show(self, run: LabRun) -> None:
        """Show a run that has ended, or waits; what its open tab still lacks is for `make` and `fill`."""
        self.run = None  # the change of the options below is nobody's choice
        self.show_result(run)
        if run.execution is not self.execution:
            self.execution, self._to_make = run.execution, set(_MADE_WHEN_OPENED)
            for title in self._to_make:
                self._pages[title].value = _BEING_MADE
        visits = run.visits
        self.states.options = [
            (f"{number}. {visit.name} {look(visit.status).sign}", number - 1)
            for number, visit in enumerate(visits, start=1)
        ] or [_NO_STATE]
        self.states.disabled = not visits
        self.run = run
        self._state_chosen()

    @property
    def lacking(self) -> str | None:
        """The title of the open tab, if it has still to be made."""
        place = self.box.selected_index
        title = TITLES[place] if place is not None else None
        return title if title in self._to_make else None

    def make(self, title: str, execution: Execution) -> str:
        """Return the HTML of a tab."""
        return _MADE_WHEN_OPENED[title](execution)

    def fill(self, title: str, execution: Execution, html: str | None) -> None:
        """Show what was made; None says that it could not be. Of an execution that is shown no more it does nothing."""
        if execution is self.execution:
            self._pages[title].value = _NOT_MADE if html is None else html
            if html is not None:
                self._to_make.discard(title)

    def _tab_opened(self, _change: dict) -> None:
        if title := self.lacking:
            self._pages[title].value = _BEING_MADE
            self._opened()

    def show_code(self) -> None:
        """Show the code of the present choice."""
        self.code.value = self.copy.text_to_copy = self._lab.code()

    def show_history(self) -> None:
        """Show the last runs, and offer them for a comparison."""
        history = self._lab.history
        self.history.value = lab_view.runs(history)
        numbers = [run.number for run in history]
        for each, default in ((self.first, -2), (self.second, -1)):
            if numbers:
                each.limits(numbers[0], numbers[-1])
            if len(numbers) > 1:
                each.value = numbers[default]
        self.compare.disabled = len(numbers) < 2
        self.comparison.value = ""

    def _state_chosen(self, _change: dict | None = None) -> None:
        if self.run is not None and self.run.visits:
            self.data.value = lab_view.state(self.run.visits[self.states.value])

    def _typed(self) -> None:
        self.compare.disabled = len(self._lab.history) < 2 or bool(self.first.problem or self.second.problem)

    def _compare_clicked(self, _button: ipywidgets.Button) -> None:
        try:
            self.comparison.value = self._lab.compare(self.first.value, self.second.value)._repr_html_()
        except SagaLabError as error:
            self.comparison.value = lab_view.said(f"{error.what} {error.cure}", "failed")
