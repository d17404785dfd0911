"""How the failure lab's panel shows one run: its moments at the chosen pace, what goes on, its wait, and its end."""

import asyncio
import time
from typing import Any

from sagalab.failurelab import view as lab_view
from sagalab.failurelab.errands import Errands, Work
from sagalab.failurelab.lab import Lab
from sagalab.failurelab.moments import Moment
from sagalab.failurelab.panel_widgets import PanelWidgets
from sagalab.failurelab.progress import progress
from sagalab.failurelab.replay import STEP, Replay
from sagalab.failurelab.run import LabRun
from sagalab.pictures.palette import VERDICT

PULSE_SECONDS = 0.25
_SLOWLY = "Shown slowly: the execution itself is not slowed. End shows the rest at once."
_STEPS = "Step by step: press Next for each transition. End shows the rest at once."


class RunView(PanelWidgets):
    """The widgets, and what they show of a run. `frames` counts the pictures; `tasks` are the errands under way."""

    def __init__(self, lab: Lab, definition: dict[str, Any], **asked: Any):
        """`asked`: what PanelWidgets takes, to be called when someone clicks."""
        self.lab = lab
        self.frames = 0
        self._run: LabRun | None = None
        self._showing: Replay[str] | None = None
        self._over = self._hidden = self._making = False
        self._begun = 0.0
        self._turn = 0  # counts runs and resets: what belongs to an earlier turn shows nothing any more
        self._errands = Errands(lambda words: self.say(words, "failed"))
        self.tasks = self._errands.tasks
        super().__init__(lab, definition, opened=self._tab_opened, **asked)

    def _new_replay(self, shown: int = 0) -> Replay[str]:
        """Make the replay of this turn's run, and bind the buttons to it."""
        if self._showing is not None:
            self._showing.close()
        turn = self._turn

        def show(moment: Moment, picture: str) -> None:
            if turn == self._turn:
                self._show_moment(moment, picture, forward=moment.events > last[-1])
                last.append(moment.events)

        last = [shown]
        self._showing = replay = Replay(_draw, show, self.replay.pace, shown=shown)
        self.replay.follow(replay, lambda: self._errands.later(self._guarded(replay.run(), turn=turn)))
        return replay

    def _feed(self) -> None:
        """Tell the replay what is known of the run."""
        run = self._run
        if self._showing is not None and run is not None and run.execution is not None and not self._hidden:
            self._showing.grow(run.execution, over=self._over)

    def _show_moment(self, moment: Moment, picture: str, forward: bool) -> None:
        run = self._run
        self.frame.show(picture)
        self.frames += 1
        share = progress(moment.execution, run.scale if run is not None else 1.0).share
        self.bar.value = max(self.bar.value, share) if forward else share
        if self._over or self.replay.pace.is_slow:
            self.replay.tell(moment, run.seconds if run is not None else None)
        else:
            self.replay.show()

    async def _pulse(self, turn: int) -> None:
        """Say four times a second what goes on, and for how long; shown slowly, the steps say more."""
        while turn == self._turn and not self._over:
            run = self._run
            if self._hidden or run is None or run.execution is None:
                words = "hidden" if self._hidden else "starting …"
            else:
                words = progress(run.execution, run.scale).words
            if self._hidden or not self.replay.pace.is_slow:
                self.replay.say(f"{words} · {time.monotonic() - self._begun:.1f} s", aloud=False)
            await asyncio.sleep(PULSE_SECONDS)

    async def _show_all(self, run: LabRun) -> None:
        self.tabs.show(run)
        self._show_end(run)
        await self._make_tab()

    def _tab_opened(self) -> None:
        self._errands.later(self._guarded(self._make_tab(), turn=self._turn))

    async def _make_tab(self) -> None:
        """Make what the open tab lacks; another may be opened, and another run shown, meanwhile: that is made then."""
        if self._making:
            return
        self._making = True
        try:
            while (title := self.tabs.lacking) and (execution := self.tabs.execution):
                html = None
                try:
                    html = await asyncio.to_thread(self.tabs.make, title, execution)
                finally:
                    self.tabs.fill(title, execution, html)
        finally:
            self._making = False

    def _show_waiting(self, run: LabRun) -> None:
        """Offer to answer a run that waits: it goes on, and has not ended."""
        if not run.parked:
            self.answer.hide()
        elif self.answer.show(run):
            self.say(f"Run {run.number} {run.state}. So far: {run.verdict}", "running")

    def _show_end(self, run: LabRun) -> None:
        if self._showing is not None and self._showing.moment is not None:
            self.replay.tell(self._showing.moment, run.seconds)
        if run.parked:
            self._show_waiting(run)
        else:
            self.bar.value = 1
            self.answer.hide()
            kind = VERDICT[run.verdict.name] if run.verdict else ""
            slowly = (
                f" (shown slowly; it took {run.seconds:.1f} s)"
                if self._was_slow and run.seconds is not None
                else ""
            )
            self.say(f"Run {run.number} ended, {run.status}{slowly}. {run.verdict}", kind)
        self.tabs.show_history()

    def _stop_showing(self) -> None:
        """Show no run: what stood there belongs to another choice."""
        if self._showing is not None:
            self._showing.close()
            self._showing = None
        self.replay.follow(None)
        self.answer.hide()
        self.bar.value = 0

    def _pace_words(self) -> str:
        if not self.replay.pace.is_slow:
            return ""
        return _STEPS if self.replay.pace == STEP else _SLOWLY

    @property
    def _was_slow(self) -> bool:
        return self._showing is not None and self._showing.frames > 0 and self.replay.pace.is_slow

    async def _guarded(self, work: Work, quiet: bool = False, turn: int | None = None) -> bool:
        """Await work; an error becomes a message in the panel, unless it is of an earlier `turn`."""
        return await self._errands.guarded(work, lambda: not quiet and turn in (None, self._turn))


def _draw(moment: Moment) -> str:
    return lab_view.picture(None, moment.execution, moment.whole)
