"""Exercise of notebook 03: a task that takes hours, whose worker shows signs of life, or does not."""

import heapq
from dataclasses import dataclass
from typing import Any

from sagalab.asl.engine.commands import CallTask
from sagalab.asl.engine.context import Execution as Names
from sagalab.asl.engine.history import as_boto, json_text
from sagalab.asl.engine.told import Heartbeat, TaskSucceeded
from sagalab.course.at import at
from sagalab.course.exercise import exercise
from sagalab.course.outcome import Mistake
from sagalab.course.trial import Trial
from sagalab.course.trial_run import Run
from sagalab.history.execution import Execution
from sagalab.orders.orders import make_order
from sagalab.rehearsal.coming import Answer, Call
from sagalab.rehearsal.rehearse import ready
from sagalab.rehearsal.world import BEGINNING, World

# a sign of life is on its way for a moment: one sent every 30 s is not there after 30 s
ON_ITS_WAY_MS = 300
SIGN, LOST, LONGEST, LONG = 30, 60, 7_200, 7_190  # seconds
_SOON = 10  # seconds until another courier is asked, once one is lost
_END = 24 * 3600  # of virtual time: so long nobody is looked after


@dataclass(frozen=True)
class Courier:
    """Whom one message reaches: `signs`: one every 30 s; `back`: seconds until the parcel is there, or never."""

    signs: bool = False
    back: int | None = None


SILENT, ENDLESS, SLOW, QUICK = Courier(), Courier(signs=True), Courier(True, LONG), Courier(True, 600)


@dataclass(frozen=True)
class Ways:
    """A run, when each courier was asked, and when it ended (seconds from its start; None: it goes on)."""

    run: Run
    asked: list[float]
    ended: float | None

    @property
    def ending(self) -> str:
        """What became of it, for a message."""
        when = f"after {self.ended:g} s" if self.ended is not None else "not within a day"
        times = ", ".join(f"{each:g} s" for each in self.asked)
        return f"{self.run.ending} {when}; couriers asked at {times or 'no time'}"


@exercise(
    "heartbeat",
    notebook="03_retry",
    title="Notice a lost courier within a minute, ask one other, and leave a living one two hours.",
    hints=(
        "Two limits: one for the whole way, one for the silence between two signs of life. Which is which?",
        "The retrier must take a missed sign of life, and not the end of the two hours: one of both names says only that.",
        'TimeoutSeconds 7200, HeartbeatSeconds 60, a retrier for ["States.HeartbeatTimeout"] with MaxAttempts 1, and a '
        'catcher for ["States.Timeout"] that leads to NotDelivered.',
    ),
)
def heartbeat(trial: Trial) -> str:
    """Judge by four couriers: lost ones, a slow one, one who never comes, and a second one who delivers."""
    [given] = trial.run(may_wait=True, a_courier_is_asked=None)
    at_once = given.succeeded and (given.execution.duration or 0) < 1
    if at_once:
        raise Mistake(
            "nobody is waited for: the execution ends without a courier's answer",
            expected="a task that waits for its token", happened=given.summary, run=given,
        )  # fmt: skip
    slow = _rehearsed(trial, "the courier takes nearly two hours, with signs of life", SLOW, SILENT)
    if not slow.asked:
        raise Mistake(
            "no courier is asked, and so nobody is waited for", expected="a task that waits for its token",
            happened=slow.ending, run=slow.run,
        )  # fmt: skip
    if not slow.run.succeeded:
        raise Mistake(
            f"a courier who is on the way and says so every {SIGN} s is given up",
            expected=f"he delivers after {LONG} s, and nobody else is asked", happened=slow.ending, run=slow.run,
        )  # fmt: skip
    lost = _rehearsed(trial, "both couriers are lost", SILENT, SILENT)
    _must_notice(lost)
    _must_not_ask_again(_rehearsed(trial, "the courier shows signs of life for ever", ENDLESS, SILENT))
    _must_be_told(lost)
    second = _rehearsed(trial, "the first courier is lost, the second delivers", SILENT, QUICK)
    if not second.run.succeeded:
        raise Mistake(
            "the second courier delivers, and the execution fails", expected="it succeeds", happened=second.ending,
            run=second.run,
        )  # fmt: skip
    return (
        f"a lost courier is noticed after {lost.asked[1]:g} s and another is asked; one who lives has two hours, and "
        "nobody is sent after him."
    )


def _must_notice(lost: Ways) -> None:
    if not lost.asked[1:]:
        if lost.ended is None or lost.ended > LOST:
            noticed = "never noticed" if lost.ended is None else f"noticed only after {lost.ended:g} s"
            raise Mistake(
                f"a lost courier is {noticed}",
                expected=f"within {LOST} s",
                happened=lost.ending,
                run=lost.run,
            )
        raise Mistake(
            "a lost courier is noticed, and nobody else is asked", expected="one retry, for a missed sign of life",
            happened=lost.ending, run=lost.run,
        )  # fmt: skip
    silent = next(
        (
            each.duration
            for visit in lost.run.execution.visits
            for each in visit.attempts
            if each.error == "States.Timeout"
        ),
        None,
    )
    if silent is not None and silent > LOST:
        raise Mistake(
            f"a lost courier is noticed only after {silent:g} s", expected=f"within {LOST} s", happened=lost.ending,
            run=lost.run,
        )  # fmt: skip
    if lost.asked[1] > LOST + _SOON:
        raise Mistake(
            f"a lost courier is noticed, and another one asked, only after {lost.asked[1]:g} s",
            expected=f"within {LOST} s, and the other one at once", happened=lost.ending, run=lost.run,
        )  # fmt: skip
    if len(lost.asked) > 2:
        raise Mistake(
            f"{len(lost.asked)} couriers are asked: MaxAttempts counts the retries", expected="one other courier",
            happened=lost.ending, run=lost.run,
        )  # fmt: skip


def _must_not_ask_again(endless: Ways) -> None:
    if len(endless.asked) > 1:
        raise Mistake(
            "after two hours another courier is sent, though the first is alive: two parcels may come",
            expected="a retrier that takes a missed sign of life only", happened=endless.ending, run=endless.run,
        )  # fmt: skip
    if endless.ended is None or endless.ended > LONGEST + _SOON:
        given_up = "never given up" if endless.ended is None else f"given up only after {endless.ended:g} s"
        raise Mistake(
            f"a courier who shows signs of life, and comes nowhere, is {given_up}",
            expected=f"after {LONGEST} s", happened=endless.ending, run=endless.run,
        )  # fmt: skip
    _must_be_told(endless)


def _must_be_told(ways: Ways) -> None:
    """Raise Mistake unless the way ends in a Fail state that a catcher leads to."""
    if ways.run.succeeded:
        raise Mistake(
            "what was not delivered counts as delivered", expected="the execution fails", happened=ways.ending,
            run=ways.run,
        )  # fmt: skip
    if ways.run.execution.visits[-1].type == "Task":
        raise Mistake(
            f"nothing catches it when {ways.run.title}: no undo could follow",
            expected="a catcher that leads to NotDelivered", happened=ways.ending, run=ways.run,
        )  # fmt: skip


def _rehearsed(trial: Trial, title: str, *couriers: Courier) -> Ways:
    """Run the machine in virtual time; the last courier stands for all that come after."""
    at(f"the run: {title}")
    _, program = ready(trial.definition)
    asked: list[int] = []
    signs: list[tuple[int, int, bool]] = []  # when, of which task, whether the parcel is there
    without_token: list[str] = []  # states whose message no courier can answer

    def answer(call: Call) -> Answer:
        if not isinstance(call.ask, CallTask) or call.ask.token is None:
            return Answer({})
        courier = couriers[min(len(asked), len(couriers) - 1)]
        asked.append(call.at)
        if call.ask.resource.waits_for_token and call.ask.token not in json_text(call.ask.parameters):
            without_token.append(call.ask.state)
        last = courier.back if courier.back is not None else _END
        if courier.signs:
            signs.extend(
                (call.at + second * 1000 + ON_ITS_WAY_MS, call.ask.task, False)
                for second in range(SIGN, last, SIGN)
            )
        if courier.back is not None:
            signs.append((call.at + courier.back * 1000, call.ask.task, True))
        heapq.heapify(signs)
        return Answer(submitted={}, forever=True)

    world = World(answer)
    run = world.runs[
        world.start(program, json_text(make_order("4-courier")), Names(name="your-machine", seed=title))
    ]
    while run.status == "RUNNING":
        coming = world.next()
        if signs and (coming is None or signs[0][0] <= coming.due):
            world.now, task, is_there = heapq.heappop(signs)
            if run.waits_for(task):
                world.tell(0, TaskSucceeded(world.now, task, {}) if is_there else Heartbeat(world.now, task))
        elif coming is None or coming.due > BEGINNING + _END * 1000:
            break
        else:
            world.step()
    ended = None if run.status == "RUNNING" else _seconds(world.now)
    execution = Execution.from_history(as_boto(run.events), trial.definition)
    if without_token:
        raise Mistake(
            f"the message of {without_token[0]} has no task token: no courier can answer it",
            expected="{% $states.context.Task.Token %} in what is sent", happened=f"the run: {title}",
            run=Run(title, execution),
        )  # fmt: skip
    return Ways(Run(title, execution), [_seconds(each) for each in asked], ended)


def _seconds(now: Any) -> float:
    return (now - BEGINNING) / 1000
