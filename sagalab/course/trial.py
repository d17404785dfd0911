"""A participant's machine on trial: rehearsed under fault plans, in virtual time, with the course's services in memory.

Nothing is deployed and nothing waits: what would take an hour on the cloud takes a moment.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sagalab.asl.document import read
from sagalab.asl.engine.commands import CallTask
from sagalab.asl.engine.context import Execution as Names
from sagalab.asl.engine.history import as_boto, json_text
from sagalab.course.answer import machine_of
from sagalab.course.at import at
from sagalab.course.outcome import Mistake
from sagalab.course.trial_run import Run
from sagalab.deploying.machines import fill
from sagalab.errors import SagaLabError
from sagalab.history.execution import Execution
from sagalab.ledger.verdict import Verdict, judge
from sagalab.linting.lint import ERROR, lint
from sagalab.orders.faults import Fault, FaultPlan, plan
from sagalab.orders.orders import make_order
from sagalab.rehearsal.coming import Answer, Awake, Call
from sagalab.rehearsal.rehearse import ready
from sagalab.rehearsal.services.addresses import SUBSTITUTIONS
from sagalab.rehearsal.services.services import Services
from sagalab.rehearsal.world import BEGINNING, World

MOST_EVENTS = 3_000  # a run whose history has so many goes round in circles, or tries for ever
LONGEST_MS = 400 * 24 * 3600 * 1000  # of virtual time: more than the year that an execution may take


class Trial:
    """An exercise's answer, taken as a machine. A judge calls `run`.

    `handlers`, `code` and `stock` put other functions and counts in the place of the course's (see Services). With `one_place` all
    runs of one `run` share their tables.
    """

    def __init__(
        self,
        exercise: str,
        answer: Any,
        *,
        handlers: Mapping[str, str] | None = None,
        code: Mapping[str, str] | None = None,
        stock: Mapping[str, int] | None = None,
        one_place: bool = False,
    ):
        self.exercise = exercise
        self.definition = machine_of(answer)
        self.machine = read(self.definition)  # to explain a mistake by, never to judge by
        self._handlers, self._code, self._stock, self._one_place = handlers, code, stock, one_place
        self._accepted = False

    def run(self, *, may_wait: bool = False, **cases: Fault | FaultPlan | None) -> list[Run]:
        """Run the machine once for each case, and return the runs in that order.

        A case is a title (`_` for a space) and the faults that it meets; None is an order without faults. Each
        has tables of its own (but see `one_place`). Raises Mistake when Step Functions would refuse the machine, when a run does not
        end, and for one that waits for a task token unless it `may_wait`.
        """
        self._must_be_accepted()
        runs: list[Run] = []
        shared = self._services("one place") if self._one_place else None
        for title, faults in cases.items():
            words = title.replace("_", " ")
            at(f"the run: {words}")
            order = make_order(faults=plan(*([faults] if faults else [])).to_dict())
            runs.append(self._run(words, order, shared or self._services(title), may_wait))
        return runs

    def after(
        self, before: Mapping[str, Any], *, may_go_on: bool = False, **cases: Fault | FaultPlan
    ) -> list[list[tuple[Run, Verdict]]]:
        """Let another machine fail first, then give its order to the answer, twice. Return both runs of each case.

        With each run comes the verdict on the *other* machine's execution, as its order stands by then. Raises
        Mistake as `run` does; with `may_go_on` a run that does not end is returned as it is.
        """
        self._must_be_accepted()
        found = []
        for title, faults in cases.items():
            words = title.replace("_", " ")
            services = self._services(title)
            order = make_order(faults=plan(faults).to_dict())
            failed = self._run(words, order, services, False, before).execution
            runs = []
            for again in (words, f"{words}; a second time"):
                at(f"the run: {again}")
                run = self._run(again, order, services, False, may_go_on=may_go_on)
                runs.append((run, judge(services.ledger(order, BEGINNING), failed)))
            found.append(runs)
        return found

    def _must_be_accepted(self) -> None:
        """Raise Mistake when Step Functions would refuse the machine, in the lint's words, which name the state."""
        if self._accepted:
            return
        errors = [finding for finding in lint(self.definition) if finding.severity == ERROR]
        happened = "; ".join(f"{each.state or 'the machine'}: {each.what} {each.cure}" for each in errors[:3])
        if not errors:
            try:
                ready(fill(self.definition, SUBSTITUTIONS))
            except SagaLabError as error:
                happened = error.what.partition(": ")[2] or error.what
        if happened:
            raise Mistake(
                "Step Functions refuses the machine",
                expected="a definition that it accepts",
                happened=happened,
            )
        self._accepted = True

    def _services(self, seed: str) -> "_Services":
        return _Services(seed, stock=self._stock, handlers=self._handlers, code=self._code)

    def _run(
        self,
        title: str,
        order: dict[str, Any],
        services: "_Services",
        may_wait: bool,
        machine: Mapping[str, Any] | None = None,
        may_go_on: bool = False,
    ) -> Run:
        machine = machine or self.definition
        world = World(services)
        _, program = ready(machine)
        run = world.runs[world.start(program, json_text(order), Names(name="your-machine", seed=title))]
        world.finish(events=MOST_EVENTS, until=BEGINNING + LONGEST_MS)
        execution = Execution.from_history(as_boto(run.events), machine)
        at_end = judge(services.ledger(order, world.now), execution)
        endless = run.status == "RUNNING" and bool(world.pending())
        world.settle()
        found = Run(title, execution, (judge(services.ledger(order, world.now), execution), at_end))
        if endless and not may_go_on:
            raise Mistake(
                "your machine does not come to an end", expected="a Succeed, a Fail, or End: true",
                happened=_going_round(found), run=found,
            )  # fmt: skip
        if run.status == "RUNNING" and not may_wait and not endless:
            where = found.path[-1] if found.path else "its first state"
            raise Mistake(
                f"your machine waits in {where} for a task token, which nobody gives back here",
                expected="an execution that ends by itself", happened=f"{len(run.events)} events, and then nothing more",
                run=found,
            )  # fmt: skip
        return found


class _Services(Services):
    """The course's services. What else a machine calls is refused, as the saga's role refuses it."""

    def __call__(self, call: Call) -> Answer | Awake:
        ask = call.ask
        if isinstance(ask, CallTask) and self.answers(ask):
            return super().__call__(call)
        if not isinstance(ask, CallTask):
            return Answer(
                error="States.ItemReaderFailed",
                cause="There is no such object here.",
                failed=True,
                terminal=True,
            )
        if ask.resource.service == "lambda":
            name = ask.parameters.get("FunctionName") if isinstance(ask.parameters, dict) else None
            cause = f"Function not found: {name or ask.resource.arn}"
            return Answer(error="Lambda.ResourceNotFoundException", cause=cause, failed=True)
        service = (ask.resource.service or "States").capitalize()
        cause = "The role of the saga may call its six functions and its topic, and nothing else."
        return Answer(error=f"{service}.AccessDeniedException", cause=cause, failed=True)


def _going_round(run: Run) -> str:
    most, times = Counter(run.path).most_common(1)[0] if run.path else ("no state", 0)
    if times > 2:
        return f"{most} was entered {times} times, and then it was stopped"
    tried = max(run.execution.visits, key=lambda visit: visit.tries, default=None)
    if tried is not None and tried.tries > 2:
        return f"{tried.name} was called {tried.tries} times, and then it was stopped"
    return "it would still go on after a year"
