"""The failure lab's panel: what a click does, and how a run is followed to its end."""

import asyncio
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from sagalab.deploying.machines import definition as read_definition
from sagalab.errors import SagaLabError
from sagalab.failurelab import view as lab_view
from sagalab.failurelab.choice import STEPS_OF_CODE, Choice
from sagalab.failurelab.errands import Work, has_loop
from sagalab.failurelab.lab import Lab
from sagalab.failurelab.prediction import Prediction
from sagalab.failurelab.replay import Pace, Replay
from sagalab.failurelab.run import ENDED, LATE, LabRun
from sagalab.failurelab.run_view import RunView


class Panel(RunView):
    """The widgets of a FailureLab. `box` is shown; `task` is the run under way, to be awaited, or None."""

    def __init__(self, lab: Lab):
        self.task: asyncio.Task[None] | None = None
        self._definition = read_definition("saga")
        self._expected: Prediction | None = None  # clicked while this run was hidden
        self._refused = False
        self._machine = lab.choice.machine
        self._live_turn = -1  # the turn whose run is followed
        super().__init__(
            lab, self._definition, changed=self._choice_changed, refused=self._choice_refused,
            predicted=self._predicted, answered=self._answered, paced=self._paced,
        )  # fmt: skip
        self.run_button.on_click(lambda _button: self._run_clicked())
        self.stop_button.on_click(lambda _button: self._stop_clicked())
        self.reset_button.on_click(lambda _button: self._reset_clicked())
        self.find_button.on_click(lambda _button: self._errands.later(self.find_machines(self._turn)))
        self.predict.observe(lambda _change: self._predict_changed(), names="value")
        self._show_idle()
        self.show_choice()

    # What others tell the panel

    def show_choice(self) -> None:
        """Show the lab's choice and pace in the form."""
        self.controls.choice = self.lab.choice
        self.replay.pace = self.lab.pace
        self.tabs.show_code()
        self._machine_chosen()

    def show_run(self, run: LabRun) -> None:
        """Show a run that has ended, or waits for an answer, at once."""
        assert run.execution is not None
        self._turn += 1
        self._run, self._hidden, self._over = run, False, True
        self.frame.show(lab_view.picture(None, run.execution))
        self._new_replay(shown=len(run.execution.history)).grow(run.execution, over=True)
        self.replay.show()
        self.tabs.show(run)
        if title := self.tabs.lacking:
            self.tabs.fill(title, run.execution, self.tabs.make(title, run.execution))
        self._show_idle()
        self._show_end(run)

    def found_in_cloud(self) -> None:
        """Look for the machines that are deployed, beside whatever else the kernel does."""
        if has_loop():
            self._errands.later(self.find_machines())

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
        self._live_now(partial(self.lab.updates, leave_waiting=False))

    def _live_now(self, begin: Callable[[], Iterator[LabRun]]) -> None:
        """Follow a run beside whatever else the kernel does."""
        assert self._showing is not None
        self._live_turn = self._turn
        self.task = self._errands.later(self._live(self._turn, begin, self._showing))

    def _follows(self) -> bool:
        """Tell whether a run of this turn is being shown."""
        return self._live_turn == self._turn and self.task is not None and not self.task.done()

    def _stop_clicked(self) -> None:
        if not self._follows() and (self._run is None or not self._run.parked):
            return  # the run has ended while the click was on its way
        self.stop_button.disabled = True
        self.say("stopping …", "running")
        self._errands.later(self._sent(self._turn, self.lab.stop))

    def _answered(self, output: Any, error: str | None) -> None:
        self.say("answering …", "running")
        self._errands.later(self._sent(self._turn, partial(self.lab.send_answer, output, error=error)))

    async def _sent(self, turn: int, send: Callable[[], object]) -> None:
        """Send an answer or a stop of `turn`. A run that a cell left waiting is followed again."""
        waiting = self._run is not None and self._run.parked
        sent = await self._guarded(asyncio.to_thread(send), turn=turn)
        if turn != self._turn:
            return
        if not sent:
            self.answer.lock(False)
        elif not self._follows() and not self.lab.busy and waiting:
            self._show_going_on()
            self._live_now(self.lab.go_on)
        else:
            self.answer.hide()

    def _paced(self, pace: Pace) -> None:
        self.lab.pace = pace
        if self._follows():
            self.say(self._pace_words() or "as it runs", "running")

    def _choice_changed(self, choice: Choice) -> None:
        self.lab.choice = choice
        self.tabs.show_code()
        self.bar.value = 0
        if self._refused:
            self._refused = False
            self.say("")
        self._machine_chosen()

    def _machine_chosen(self) -> None:
        if self.lab.choice.machine != self._machine and has_loop():
            self._machine = self.lab.choice.machine
            self._errands.later(self._guarded(self._show_machine(self._turn)))

    def _choice_refused(self, error: SagaLabError) -> None:
        self._refused = True
        self.say(f"{error.what} {error.cure}", "caught")

    def _predict_changed(self) -> None:
        self.prediction.box.layout.display = "" if self.predict.value else "none"
        if not self.predict.value and self._hidden:
            self._reveal()

    def _predicted(self, path: tuple[str, ...]) -> None:
        if self._hidden:
            self._expected = Prediction(path)
            self._reveal()
        else:
            self.lab.prediction = Prediction(path)
            self.say("Your prediction counts for the next run: press Run.")

    def _reveal(self) -> None:
        self._hidden = False
        if self._run is not None and self._expected is not None:
            self._run.prediction = self._expected
        self._feed()
        if self._over and self._run is not None and self._run.execution is not None:
            self.show_run(self._run)

    # A run

    async def _live(self, turn: int, begin: Callable[[], Iterator[LabRun]], replay: Replay[str]) -> None:
        """Follow a run to its end. Every error becomes a message; the buttons always come back."""
        pulse, showing = asyncio.ensure_future(self._pulse(turn)), asyncio.ensure_future(replay.run())
        try:
            if turn == self._turn:  # else it was reset before it began
                await self._guarded(self._follow(turn, begin), turn=turn)
            if turn != self._turn:
                return
            self._over, self.stop_button.disabled = True, True
            self._feed()
            if self._hidden or self._run is None or self._run.execution is None:
                replay.close()
            await self._guarded(showing, turn=turn)
            if turn == self._turn and self._run is not None and self._run.stage == ENDED and not self._hidden:
                await self._guarded(self._show_all(self._run), turn=turn)
        finally:
            for task in (pulse, showing):
                task.cancel()
            if turn == self._turn:
                self._live_turn = -1
                self._show_idle()
        await self.find_machines()

    async def _follow(self, turn: int, begin: Callable[[], Iterator[LabRun]]) -> None:
        updates = begin()
        while (run := await asyncio.to_thread(next, updates, None)) is not None:
            if turn != self._turn:
                continue  # reset: it is followed to its end, and shown no more
            self._run = run
            if self._expected is not None:  # clicked while the run was starting
                run.prediction = self._expected
            self._feed()
            if self._hidden or (
                self._showing is not None and self._showing.pace.is_slow and not self._showing.caught_up
            ):
                continue  # nothing is told before it is shown
            if run.verdict is not None:
                self.tabs.show_result(run)
            if run.stage == LATE:
                self.say("The execution has ended. A late commit is still on its way.", "running")
            self._show_waiting(run)

    def _reset_clicked(self) -> None:
        """Set everything back at once. What still runs is stopped beside, and is shown no more."""
        self._turn += 1
        stop = self.lab.begin_anew()
        loop = asyncio.get_running_loop() if has_loop() else None
        stopped = loop.run_in_executor(None, stop) if loop else None  # now: nothing may come before it
        self._run = None
        self._stop_showing()
        self.predict.value = self._hidden = False
        self.prediction.clear()
        self.tabs.clear()
        self._show_idle()
        self.say("Everything is set back.")
        after = self._after_reset(self._turn, stopped if stopped else asyncio.to_thread(stop))
        self.task = self._errands.later(after)

    async def _after_reset(self, turn: int, stopped: Work) -> None:
        await self._guarded(stopped)
        await self._guarded(self._show_machine(turn), quiet=True)
        await self.find_machines()

    async def find_machines(self, turn: int | None = None) -> None:
        """Offer the machines that are there; those that are no sagas are marked. They are named if it is still `turn` then."""

        async def find() -> None:
            names = await asyncio.to_thread(self.lab.machines)
            self.controls.offer_machines(names, await asyncio.to_thread(self.lab.no_sagas, names))
            if turn == self._turn:
                self.say(f"Machines: {', '.join(names)}.")

        await self._guarded(find(), quiet=turn is None, turn=turn)

    async def _show_machine(self, turn: int) -> None:
        """Show the machine that was chosen in `turn`: its picture, its tasks, its states to predict with.

        The cloud is asked meanwhile: a run that was begun since then keeps its picture, and a machine chosen since then counts.
        """
        machine = self.lab.choice.machine
        found, tasks = await asyncio.to_thread(self.lab.machine, machine)
        picture = await asyncio.to_thread(lab_view.picture, found, None)
        if machine != self.lab.choice.machine:
            return
        self._definition = found
        self.controls.faults.offer(tasks)
        self.prediction.offer(found, STEPS_OF_CODE.get(machine, ()))
        if turn == self._turn:
            self._stop_showing()
            self.frame.fit(picture)

    # What is shown

    def _show_starting(self) -> None:
        self._turn += 1
        self._run = self._expected = None
        self._over, self._begun = False, time.monotonic()
        if self.prediction.ended and self.lab.prediction is None:
            self.prediction.clear()
        self._hidden = self.predict.value and self.lab.prediction is None
        self.answer.hide()
        self.tabs.clear(self._hidden)
        self.frame.fit(lab_view.picture(self._definition, None))
        self.bar.value = 0
        words = self._pace_words() or "starting …"
        self.say("hidden: click the path that you expect" if self._hidden else words, "running")
        self.run_button.disabled, self.stop_button.disabled = True, False
        self.controls.lock(True)
        self._new_replay()

    def _show_going_on(self) -> None:
        """A run that a cell has left waiting goes on from where it is."""
        assert self._run is not None and self._run.execution is not None
        self._turn += 1
        self._over, self._begun = False, time.monotonic()
        self.answer.hide()
        self.run_button.disabled, self.stop_button.disabled = True, False
        self.controls.lock(True)
        self._new_replay(shown=len(self._run.execution.history))

    def _show_idle(self) -> None:
        self.run_button.disabled = False
        self.stop_button.disabled = self._run is None or not self._run.parked
        self.controls.lock(False)
        self.replay.show()
        self.tabs.show_history()
        self._predict_changed()
