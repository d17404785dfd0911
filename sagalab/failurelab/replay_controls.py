"""The speed at which a run is shown, and the buttons that walk through it; all of it by keyboard (see button_choice.py)."""

from collections.abc import Callable

import ipywidgets

from sagalab.failurelab.button_choice import ButtonChoice
from sagalab.failurelab.moments import Moment
from sagalab.failurelab.replay import AS_IT_RUNS, SLOW, SLOWER, STEP, Pace, Replay
from sagalab.markup import escape

_PACES = (AS_IT_RUNS, SLOW, SLOWER, STEP)
_TOOLTIPS = {
    AS_IT_RUNS: "every state as soon as it is known",
    SLOW: "the execution is not slowed: what is shown lags behind",
    SLOWER: "the execution is not slowed: what is shown lags behind",
    STEP: "each press of Next shows one transition",
}


class ReplayControls:
    """`box` is shown: the speed, the buttons Back, Play, Next and End, and in words what has just happened.

    `follow` binds them to a Replay. `pace` is the speed for the next one; `chosen(pace)` is called after a click on it.
    """

    def __init__(self, chosen: Callable[[Pace], None] | None = None):
        self._chosen = chosen
        self._replay: Replay | None = None
        self._start: Callable[[], object] = _nothing
        self.speed = ButtonChoice(
            "Speed", {pace: pace.words for pace in _PACES}, self._speed_chosen, value=AS_IT_RUNS,
            tooltips=_TOOLTIPS, label_width="4em",
        )  # fmt: skip
        self.back = _button("◄ Back", "show the step before")
        self.play = _button("► Play", "go on by itself; at the end: once more from the start")
        self.next = _button("Next ►", "show the next step")
        self.end = _button("End ►|", "show the last step at once")
        self.caption = ipywidgets.HTML(layout=ipywidgets.Layout(width="100%"))
        self.back.on_click(lambda _button: self._walk(lambda replay: replay.back()))
        self.next.on_click(lambda _button: self._walk(lambda replay: replay.next()))
        self.end.on_click(lambda _button: self._walk(lambda replay: replay.end()))
        self.play.on_click(
            lambda _button: self._walk(lambda replay: replay.pause() if replay.playing else replay.play())
        )
        row = ipywidgets.Layout(flex_flow="row wrap", align_items="center")
        self.speed.box.layout.width = "auto"
        walk = ipywidgets.Box([self.speed.box, self.back, self.play, self.next, self.end], layout=row)
        self.box = ipywidgets.VBox([walk, self.caption])
        self.box.add_class("sagalab-replay")
        self.follow(None)

    @property
    def pace(self) -> Pace:
        """The speed that is chosen. Setting it calls nobody."""
        return self.speed.value

    @pace.setter
    def pace(self, pace: Pace) -> None:
        if pace not in self.speed.options:
            self.speed.options = {**self.speed.options, pace: pace.words}
        self.speed.value = pace

    def follow(self, replay: Replay | None, start: Callable[[], object] | None = None) -> None:
        """Bind the buttons to a replay; None: to none. `start` starts `replay.run()` where it has returned."""
        self._replay, self._start = replay, start or _nothing
        self.say("")
        self.show()

    def show(self) -> None:
        """Show which buttons there is a use for at this moment."""
        replay = self._replay
        moment = replay.moment if replay is not None else None
        self.back.disabled = moment is None or moment.events == 0
        self.play.disabled = replay is None
        self.next.disabled = self.end.disabled = replay is None or replay.at_end
        self.play.description = "❚❚ Pause" if replay is not None and replay.playing else "► Play"

    def tell(self, moment: Moment, ran: float | None = None) -> None:
        """Say which step is shown; `ran`: how long the execution took, in seconds, once that is known."""
        self.say(caption(moment, ran if self.pace.is_slow or not self._at_end else None))
        self.show()

    def say(self, words: str, *, aloud: bool = True) -> None:
        """Show a line of words; a screen reader reads it out if it is said `aloud`."""
        spoken = "role='status' aria-live='polite' " if aloud else ""
        self.caption.value = (
            f"<div {spoken}class='sagalab-caption' style='font-size:15px;line-height:1.4'>"
            f"{escape(words)}</div>"
        )

    @property
    def _at_end(self) -> bool:
        return self._replay is not None and self._replay.at_end

    def _walk(self, go: Callable[[Replay], None]) -> None:
        if self._replay is not None:
            go(self._replay)
            self._start()
            self.show()

    def _speed_chosen(self, pace: Pace) -> None:
        if self._replay is not None and not self._replay.at_end:
            self._replay.pace = pace
            self._start()
        if self._chosen is not None:
            self._chosen(pace)
        self.show()


def caption(moment: Moment, ran: float | None = None) -> str:
    """Return a step in words. With `ran`, the seconds that the execution took, it says that it is shown at another pace."""
    when = f", {moment.seconds:.2f} s after the start" if moment.seconds is not None else ""
    honest = f" Shown at your pace: it took {ran:.2f} s." if ran is not None else ""
    return f"Step {moment.number} of {moment.of}{when}: {moment.words}.{honest}"


def _button(text: str, tooltip: str) -> ipywidgets.Button:
    return ipywidgets.Button(description=text, tooltip=tooltip, layout=ipywidgets.Layout(width="auto"))


def _nothing() -> None:
    """There is nothing to start."""
