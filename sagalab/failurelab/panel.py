"""The failure lab's panel: what a click does, and how a run is shown while it goes on."""

import asyncio
import logging
import time
from collections.abc import Coroutine
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from sagalab.deploying.machines import definition as read_definition
from sagalab.errors import SagaLabError
from sagalab.failurelab import view as lab_view
from sagalab.failurelab.choice import Choice
from sagalab.failurelab.lab import Lab
from sagalab.failurelab.panel_widgets import PanelWidgets
from sagalab.failurelab.prediction import Prediction
from sagalab.failurelab.progress import next_moments, progress
from sagalab.failurelab.run import ENDED, LATE, LabRun
from sagalab.history.execution import Execution

_log = logging.getLogger(__name__)
FRAME_SECONDS = 0.11  # the least between two pictures: nine a second
PULSE_SECONDS = 0.25


class Panel(PanelWidgets):
    """The widgets of a FailureLab. `box` is shown; `task` is the run under way, to be awaited, or None."""

    def __init__(self, lab: Lab):
        self.lab = lab
        self.task: asyncio.Task | None = None
        self.frames = 0
        self._definition = read_definition("saga")
        self._known: Execution | None = None
        self._run: LabRun | None = None
        self._shown = 0
        self._over = self._hidden = self._refused = False
        self._begun = self._painted = 0.0
        self._machine = self.lab.choice.machine
        self._live_turn = -1  # the turn whose run is followed
        self._turn = 0  # counts runs and resets: what belongs to an earlier turn shows nothing any more
        self._grown = asyncio.Event()
        self.tasks: set[asyncio.Task] = set()  # the loop itself keeps no task alive
        super().__init__(lab, self._definition, self._choice_changed, self._choice_refused, self._predicted)
        self.run_button.on_click(lambda _button: self._run_clicked())
        self.stop_button.on_click(lambda _button: self._stop_clicked())
        self.reset_button.on_click(lambda _button: self._reset_clicked())
        self.find_button.on_click(lambda _button: self._later(self.find_machines()))
        self.predict.observe(lambda _change: self._predict_changed(), names="value")
        self._show_idle()
        self.show_choice()

    # What others tell the panel

    def show_choice(self) -> None:
        """Show the lab's choice in the form."""
        self.controls.choice = self.lab.choice
        self.tabs.show_code()
        self._machine_chosen()

    def show_run(self, run: LabRun) -> None:
        """Show a run that has ended, at once."""
        self._run, self._hidden = run, False
        self.picture.value = lab_view.picture(None, run.execution)
        self.tabs.show(run, lab_view.chart(run.execution), lab_view.events(run.execution))
        self._show_end(run)

    def found_in_cloud(self) -> None:
        """Look for the machines that are deployed, beside whatever else the kernel does."""
        if _has_loop():
            self._later(self.find_machines(quiet=True))

    # Clicks

    def _run_clicked(self) -> None:
        if self.lab.busy or self._follows():
            self.say("A run is under way. Wait for its end, or press Stop.")
            return
        try:
            self.lab.choice = self.controls.choice
        except SagaLabError as error:
            self._choice_refused(error)
            return
        self._show_starting()
        self._live_turn = self._turn
        self.task = self._later(self._live(self._turn))

    def _follows(self) -> bool:
        """Tell whether a run of this turn is being shown."""
        return self._live_turn == self._turn and self.task is not None and not self.task.done()

    def _stop_clicked(self) -> None:
        self.stop_button.disabled = True
        self.say("stopping …", "running")
        self._later(self._guarded(asyncio.to_thread(self.lab.stop)))

    def _choice_changed(self, choice: Choice) -> None:
        self.lab.choice = choice
        self.tabs.show_code()
        if self._refused:
            self._refused = False
            self.say("")
        self._machine_chosen()

    def _machine_chosen(self) -> None:
        if self.lab.choice.machine != self._machine and _has_loop():
            self._machine = self.lab.choice.machine
            self._later(self._guarded(self._show_machine()))

    def _choice_refused(self, error: SagaLabError) -> None:
        self._refused = True
        self.say(f"{error.what} {error.cure}", "caught")

    def _predict_changed(self) -> None:
        self.prediction.box.layout.display = "" if self.predict.value else "none"
        if not self.predict.value and self._hidden:
            self._reveal()

    def _predicted(self, path: tuple[str, ...]) -> None:
        if self._hidden and self._run is not None:
            self._run.prediction = Prediction(path)
            self._reveal()
        else:
            self.lab.prediction = Prediction(path)
            self.say("Your prediction counts for the next run: press Run.")

    def _reveal(self) -> None:
        self._hidden = False
        self._grown.set()
        if self._over and self._run is not None and self._run.execution is not None:
            self.show_run(self._run)

    # A run

    async def _live(self, turn: int) -> None:
        """Follow a run to its end. Every error becomes a message; the buttons always come back."""
        pulse, painter = asyncio.ensure_future(self._pulse(turn)), asyncio.ensure_future(self._paint(turn))
        try:
            if turn == self._turn:  # else it was reset before it began
                await self._guarded(self._follow(turn), turn=turn)
            if turn != self._turn:
                return
            self._over = True
            self._grown.set()
            await self._guarded(painter, turn=turn)
            if turn == self._turn and self._run is not None and self._run.stage == ENDED and not self._hidden:
                await self._guarded(self._show_all(self._run), turn=turn)
        finally:
            for task in (pulse, painter):
                task.cancel()
            if turn == self._turn:
                self._live_turn = -1
                self._show_idle()
        await self.find_machines(quiet=True)

    async def _follow(self, turn: int) -> None:
        updates = self.lab.updates()
        while (run := await asyncio.to_thread(next, updates, None)) is not None:
            if turn != self._turn:
                continue  # reset: it is followed to its end, and shown no more
            self._run, self._known = run, run.execution
            self._grown.set()
            if run.verdict is not None and not self._hidden:
                self.tabs.show_result(run)
            if run.stage == LATE:
                self.say("The run has ended. A late commit is still on its way.", "running")

    async def _paint(self, turn: int) -> None:
        """Show the run moment by moment, until it is over and all is shown."""
        while turn == self._turn:
            self._grown.clear()
            whole = self._known
            ahead = next_moments(whole, self._shown) if whole is not None and not self._hidden else []
            if not ahead and self._over:
                return
            if not ahead:
                await self._grown.wait()
            drawn = [asyncio.to_thread(lab_view.picture, None, whole.at(moment), whole) for moment in ahead]
            for moment, picture in zip(ahead, await asyncio.gather(*drawn), strict=True):
                await asyncio.sleep(max(0.0, FRAME_SECONDS - (time.monotonic() - self._painted)))
                if turn != self._turn:
                    return
                self.picture.value, self._painted = picture, time.monotonic()
                self.bar.value = progress(whole.at(moment), self._run.scale).share
                self._shown, self.frames = moment, self.frames + 1

    async def _pulse(self, turn: int) -> None:
        """Say four times a second what goes on, and for how long."""
        while turn == self._turn:
            seconds = f"{time.monotonic() - self._begun:.1f} s"
            words = "hidden" if self._hidden else "starting …"
            if self._known is not None and not self._hidden:
                words = progress(self._known, self._run.scale).words
            self.doing.value = lab_view.sheet(f"{words} · {seconds}")
            await asyncio.sleep(PULSE_SECONDS)

    async def _show_all(self, run: LabRun) -> None:
        turn = self._turn
        chart = await asyncio.to_thread(lab_view.chart, run.execution)
        events = await asyncio.to_thread(lab_view.events, run.execution)
        if turn == self._turn and not self._hidden:
            self.tabs.show(run, chart, events)
            self._show_end(run)

    def _reset_clicked(self) -> None:
        """Set everything back at once. What still runs is stopped beside, and is shown no more."""
        self._turn += 1
        stop = self.lab.begin_anew()
        loop = asyncio.get_running_loop() if _has_loop() else None
        stopped = loop.run_in_executor(None, stop) if loop else None  # now: nothing may come before it
        self._run = self._known = None
        self.predict.value = self._hidden = False
        self.bar.value, self.bar.bar_style = 0, ""
        self.tabs.clear()
        self._show_idle()
        self.say("Everything is set back.")
        self.task = self._later(self._after_reset(stopped if stopped else asyncio.to_thread(stop)))

    async def _after_reset(self, stopped: Coroutine[Any, Any, Any] | asyncio.Future) -> None:
        await self._guarded(stopped)
        await self._guarded(self._show_machine(), quiet=True)
        await self.find_machines(quiet=True)

    async def find_machines(self, quiet: bool = False) -> None:
        async def find() -> None:
            names = await asyncio.to_thread(self.lab.machines)
            self.controls.offer_machines(names)
            if not quiet:
                self.say(f"Machines: {', '.join(names)}.")

        await self._guarded(find(), quiet=quiet)

    async def _show_machine(self) -> None:
        """Show the chosen machine: its picture, its tasks, its states to predict with."""
        self._definition, tasks = await asyncio.to_thread(self.lab.machine, self.lab.choice.machine)
        self.controls.faults.offer(tasks)
        self.picture.value = await asyncio.to_thread(lab_view.picture, self._definition, None)
        self.prediction.offer(self._definition)

    # What is shown

    def _show_starting(self) -> None:
        self._turn += 1
        self._run = self._known = None
        self._shown, self._over, self._begun = 0, False, time.monotonic()
        self._grown = asyncio.Event()
        if self.prediction.ended and self.lab.prediction is None:
            self.prediction.clear()
        self._hidden = self.predict.value and self.lab.prediction is None
        self.tabs.clear(self._hidden)
        self.picture.value = lab_view.picture(self._definition, None)
        self.bar.value, self.bar.bar_style = 0, ""
        self.say("hidden: click the path that you expect" if self._hidden else "starting …", "running")
        self.run_button.disabled, self.stop_button.disabled = True, False
        self.controls.lock(True)

    def _show_idle(self) -> None:
        self.run_button.disabled, self.stop_button.disabled = False, True
        self.controls.lock(False)
        self.doing.value = ""
        self.tabs.show_history()
        self._predict_changed()

    def _show_end(self, run: LabRun) -> None:
        self.bar.value = 1
        kind = lab_view.VERDICT_LOOK[run.verdict.name] if run.verdict else ""
        status = "parked" if run.parked else run.status
        self.say(f"Run {run.number} ended, {status}. {run.verdict}", kind)
        self.tabs.show_history()

    async def _guarded(
        self, work: Coroutine[Any, Any, Any] | asyncio.Future, quiet: bool = False, turn: int | None = None
    ) -> None:
        """Await work; an error becomes a message in the panel, unless it is of an earlier `turn`."""
        try:
            await work
        except SagaLabError as error:
            words = f"{error.what} {error.cure}"
        except (BotoCoreError, ClientError, OSError) as error:
            words = (
                f"The cloud does not answer: {type(error).__name__}. "
                "Press Run: a local cloud that was lost is started anew, and the saga deployed again."
            )
        except Exception as error:
            _log.exception("A click in the failure lab broke.")
            words = f"This should not happen: {type(error).__name__}: {error}. Press Reset."
        else:
            return
        if not quiet and turn in (None, self._turn):
            self.say(words, "failed")

    def _later(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task | None:
        """Start work beside whatever else the kernel does; without an event loop (a plain script) do it now."""
        if _has_loop():
            task = asyncio.get_running_loop().create_task(work)
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
            return task
        asyncio.run(work)
        return None


def _has_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
