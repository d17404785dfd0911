"""Show an execution moment by moment at a pace of one's own: as it runs, slowly, or step by step.

An execution on the local cloud is over within a second. Its history is recorded as it comes, and what is shown
may lag behind it, or wait; the execution itself is never slowed. Needs a running event loop (a kernel's).

    replay = Replay(draw, show, SLOW)           # draw(moment) in a thread, then show(moment, drawn) in the loop
    showing = asyncio.create_task(replay.run())
    replay.grow(execution)                      # whenever more is known …
    replay.grow(execution, over=True)           # … and once when it has come to its end
    await showing                               # the end has been shown
    replay.back()                               # from then on it is looked at, by `back`, `next`, `play` and `end`;
    await replay.run()                          # `run` goes on showing
"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sagalab.failurelab.moments import Moment, moments
from sagalab.history.execution import Execution

Drawn = TypeVar("Drawn")
FRAME_SECONDS = 0.11  # the least between two pictures: nine a second
MOST_BEHIND = 12  # as it runs, a picture that is further behind leaves moments out
_AHEAD = 2  # pictures that are drawn before they are due
_NEXT = -1  # wanted: the moment after the one that is shown, as soon as there is one


@dataclass(frozen=True)
class Pace:
    """How fast moments follow each other. `seconds` between two of them; None: each waits for `next()`."""

    seconds: float | None

    @property
    def is_slow(self) -> bool:
        """Whether what is shown may lag behind the execution for longer than drawing takes."""
        return self.seconds is None or self.seconds > 0

    @property
    def words(self) -> str:
        """The pace in a few words, for a button."""
        if self.seconds is None:
            return "step by step"
        return f"{self.seconds:g} s a step" if self.seconds else "as it runs"


AS_IT_RUNS, SLOW, SLOWER, STEP = Pace(0.0), Pace(1.0), Pace(3.0), Pace(None)


class Replay(Generic[Drawn]):
    """What is shown of one execution. `moment` is the last one shown, `frames` counts how many were; `playing` says
    whether the next comes by itself.

    - `draw(moment)` makes what is to be shown, in a thread, up to two moments ahead; `show(moment, drawn)` shows it.
    - `pace` may be set at any time. Setting a pace with seconds plays on, STEP pauses.
    """

    def __init__(
        self,
        draw: Callable[[Moment], Drawn],
        show: Callable[[Moment, Drawn], None],
        pace: Pace = AS_IT_RUNS,
        *,
        shown: int = 0,
    ):
        """`shown`: so many events of the execution are shown already."""
        self._draw, self._show = draw, show
        self._whole: Execution | None = None
        self._over = self._closed = self._running = False
        self._shown = shown
        self._wanted: int | None = None
        self._painted = float("-inf")  # the first picture does not wait
        self._drawings: dict[int, tuple[Moment, asyncio.Future[Drawn]]] = {}
        self._changed = asyncio.Event()
        self.moment: Moment | None = None
        self.frames = 0
        self._pace = pace
        self.playing = pace.seconds is not None

    @property
    def pace(self) -> Pace:
        """The seconds between two moments, or STEP."""
        return self._pace

    @pace.setter
    def pace(self, pace: Pace) -> None:
        self._pace, self.playing = pace, pace.seconds is not None
        self._changed.set()

    @property
    def at_end(self) -> bool:
        """Whether the execution has come to its end, and that has been shown."""
        return self._over and self._whole is not None and self._shown >= len(self._whole.history)

    @property
    def caught_up(self) -> bool:
        """Whether all that is known is shown."""
        return not self._ahead()

    def grow(self, execution: Execution, *, over: bool = False) -> None:
        """Tell what is known of the execution by now. `over`: no more will come."""
        self._whole, self._over = execution, over
        if over and self._pace.is_slow:
            self._forget_drawings()  # the last word on how much room the pictures need
        if self.moment is None and self._shown:
            self.moment = self._moment(self._shown)
        self._changed.set()

    def next(self) -> None:
        """Show the next moment as soon as there is one, and pause there. At the end it does nothing."""
        if not self.at_end:
            self._go(_NEXT)

    def back(self) -> None:
        """Show the moment before, and pause there."""
        self._go(max((k for k in self._moments() if k < self._shown), default=0))

    def end(self) -> None:
        """Show the last moment that is known; while the execution goes on, what comes later is shown as it runs."""
        if self._over:
            self._go(max(self._moments(), default=0))
        else:
            self.pace = AS_IT_RUNS

    def play(self) -> None:
        """Go on by itself, at the pace (step by step: slowly). At the end it begins again from the start."""
        if self._pace.seconds is None:
            self._pace = SLOW
        if self.at_end:
            self._wanted = 0
        self.playing = True
        self._changed.set()

    def pause(self) -> None:
        """Stay where it is."""
        self.playing = False
        self._changed.set()

    def close(self) -> None:
        """Show nothing more: `run` returns."""
        self._closed = True
        self._changed.set()

    async def run(self) -> None:
        """Show what there is to show, at the pace, until the end has been shown. What `draw` and `show` raise comes out.

        While another `run` of this replay is under way it returns at once.
        """
        if self._running:
            return
        self._running, self._changed = True, asyncio.Event()  # of this loop
        try:
            while not self._closed and not (self.at_end and self._wanted is None):
                await self._turn()
            if self.at_end:
                self.playing = False
        finally:
            self._running = False
            self._forget_drawings()

    async def _turn(self) -> None:
        """Show one moment, or wait until there is one, or until something has changed."""
        self._changed.clear()
        wanted = self._wanted
        if wanted == _NEXT:
            wanted = next(iter(self._ahead()), None)
            if wanted is None and self._over:
                self._wanted = None
        if wanted is None:
            due = self._due()
            self._prepare(due)
            wait = self._painted + self._least() - time.monotonic()
            if due is None or wait > 0:
                await self._until_changed(None if due is None else wait)
                return
            wanted = due
        await self._present(wanted)

    def _least(self) -> float:
        return max(self._pace.seconds or 0.0, FRAME_SECONDS)

    def _due(self) -> int | None:
        """Return the moment that comes next by itself."""
        ahead = self._ahead() if self.playing else []
        if ahead and not self._pace.is_slow:
            ahead = ahead[-MOST_BEHIND:]
        return ahead[0] if ahead else None

    def _ahead(self) -> list[int]:
        return [k for k in self._moments() if k > self._shown]

    def _moments(self) -> list[int]:
        """Return the moments of what is known; slowly, only those that stay one however it goes on."""
        over = self._over or not self._pace.is_slow
        return moments(self._whole, over=over) if self._whole is not None else []

    def _prepare(self, due: int | None) -> None:
        """Begin to draw what is due soon."""
        soon = self._ahead() if due is None else [k for k in self._moments() if k >= due]
        for events in soon[:_AHEAD]:
            self._drawing(self._moment(events))

    def _drawing(self, moment: Moment) -> "tuple[Moment, asyncio.Future[Drawn]]":
        if moment.events not in self._drawings:
            drawing = asyncio.ensure_future(asyncio.to_thread(self._draw, moment))
            drawing.add_done_callback(_seen)
            self._drawings[moment.events] = moment, drawing
        return self._drawings[moment.events]

    def _forget_drawings(self) -> None:
        self._drawings = {}  # one that is under way ends by itself

    async def _present(self, events: int) -> None:
        asked = self._wanted
        moment, drawing = self._drawing(self._moment(events))
        drawn = await drawing
        if self._closed or self._wanted != asked:
            return  # somebody wants to see another one
        self._wanted = None
        self._shown, self.moment, self._painted = events, moment, time.monotonic()
        self._drawings = {k: each for k, each in self._drawings.items() if k > events}
        self.frames += 1
        self._show(moment, drawn)

    def _moment(self, events: int) -> Moment:
        assert self._whole is not None
        found = self._moments()
        return Moment(self._whole, events, sum(k <= events for k in found), len(found))

    def _go(self, events: int) -> None:
        self.playing, self._wanted = False, events
        self._changed.set()

    async def _until_changed(self, seconds: float | None) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._changed.wait(), seconds)


def _seen(drawing: "asyncio.Future[Any]") -> None:
    """Take note of an error in a drawing that nobody waits for any more."""
    if not drawing.cancelled():
        drawing.exception()
