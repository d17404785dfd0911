"""`rehearse`: a state machine run in this process, in virtual time: no cloud, no worker, no waiting."""

import inspect
import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from sagalab.asl import document
from sagalab.asl.check import check
from sagalab.asl.engine.commands import CallTask, ReadItems
from sagalab.asl.engine.context import Execution as Names
from sagalab.asl.engine.history import as_boto, json_text
from sagalab.asl.engine.program import Program
from sagalab.asl.plain import plain
from sagalab.asl.text import read_text
from sagalab.deploying.machines import machine_names
from sagalab.errors import SagaLabError
from sagalab.history.execution import Execution
from sagalab.orders.durable_runs import DURABLE_NAMES
from sagalab.project import STATEMACHINE
from sagalab.rehearsal.coming import Answer, Awake, Call
from sagalab.rehearsal.rehearsed import Rehearsed
from sagalab.rehearsal.services.addresses import SUBSTITUTIONS, function_task
from sagalab.rehearsal.services.services import Services
from sagalab.rehearsal.world import World

Mock = Any
Mocks = Mapping[str, Mock]

# What a service answers when nobody said anything: as little as fits its API.
_STUBS: dict[tuple[str, str], Any] = {
    ("sns", "publish"): {"MessageId": "00000000-0000-4000-8000-000000000000"},
    ("sqs", "sendMessage"): {"MessageId": "00000000-0000-4000-8000-000000000000"},
    ("events", "putEvents"): {"Entries": [{"EventId": "0"}], "FailedEntryCount": 0},
}


def fails(error: str, cause: str = "", *, after: float = 0.0) -> Answer:
    """Return a mock that fails with an error name and a cause, `after` so many seconds of virtual time."""
    return Answer(error=error, cause=cause, failed=True, after_ms=round(after * 1000))


def never_answers() -> Answer:
    """Return a mock of a task that never answers: its timeout or heartbeat ends it, if it has one."""
    return Answer(forever=True)


def rehearse(
    machine: Mapping[str, Any] | str | Path | document.Machine,
    input: Any = None,
    *,
    tasks: Mocks | None = None,
    faults: Mocks | None = None,
    seed: int | str = 0,
    services: Services | bool = True,
) -> Rehearsed:
    """Run a state machine in virtual time and return its Execution: pictures, timeline and compare work on it.

    `machine`: a name such as "saga", a definition (dict, JSON or YAML text, a file's path, or its tree).
    `input`: a JSON value.
    `tasks`: what a Task answers, by the name of its state, by its Resource, or by the name of its function:
    a JSON value (its result), an exception or `fails("Name", "why")` (its error), a function or Lambda
    handler (called with the function's payload, or the parameters), or a list of these, one for each call
    (the last one stays). A Task that is not named and calls a function, the topic or a table of the course is
    answered by the course's services, in memory: the order's fault plan strikes, and `.ledger` and
    `verdict()` tell what came of it. Any other is stubbed: a function answers with what it got.
    `services`: False to stub the course's functions too, or the `Services` to use, which the run changes.
    `faults` come before `tasks`, one for the first call, or a list for the first calls: an error's name,
    or any of the above. The same machine, input, tasks and seed give the same history, byte for byte.

    Raises SagaLabError for a machine that AWS would refuse, and for a name that the machine does not have.
    """
    tree, program = ready(machine, filled=services is not False)
    if isinstance(services, bool):
        used = Services(seed) if services and _is_the_course_s(tree) else None
    else:
        used = services
    script = Script(tree, tasks or {}, faults or {}, used)
    world = World(script)
    text = json_text({} if input is None else input)
    run = world.runs[world.start(program, text, Names(seed=str(seed)))]
    world.finish()
    rehearsed = Rehearsed.from_history(as_boto(run.events), tree.body)
    rehearsed.children = [
        Execution.from_history(as_boto(child.events), tree.body) for child in world.runs[1:]
    ]
    if used is not None:
        rehearsed.keep(world, used)
    return rehearsed


def ready(
    machine: Mapping[str, Any] | str | Path | document.Machine, filled: bool = True
) -> tuple[document.Machine, Program]:
    """Return a machine's tree and program, with the course's ${…} filled in if wanted; see `rehearse`."""
    return _ready(_text(machine), filled)


@lru_cache(maxsize=64)
def _ready(text: str, filled: bool) -> tuple[document.Machine, Program]:
    """Read, check and prepare a machine; the same text once, however often it is rehearsed."""
    if filled:
        for name, arn in SUBSTITUTIONS.items():
            text = text.replace(f"${{{name}}}", arn)
    tree = read_text(text)
    problems = check(tree)
    if problems:
        raise SagaLabError(
            f"AWS would refuse this state machine: {problems[0].words}",
            f"Mend it first; lint() shows all {len(problems)} with their places.",
        )
    return tree, Program(tree)


def _text(machine: Mapping[str, Any] | str | Path | document.Machine) -> str:
    if isinstance(machine, document.Machine):
        return json_text(machine.body)
    if isinstance(machine, Mapping):
        return json_text(plain(machine))
    text = str(machine)
    if isinstance(machine, str) and text in machine_names():
        return (STATEMACHINE / f"{text}.asl.json").read_text(encoding="utf-8")
    if not isinstance(machine, Path) and text.lstrip().startswith(("{", "Comment", "StartAt", "States")):
        return text
    try:
        return Path(machine).read_text(encoding="utf-8")
    except OSError as error:
        raise SagaLabError(
            f"The state machine {machine} cannot be read: {error.strerror}.",
            "Give the path of its file."
            if text not in DURABLE_NAMES
            else f"It is a durable function: rehearse_durable({text!r}, order).",
        ) from None


class Script:
    """Who answers which task with what; each call takes the next of a list. See `rehearse` for both.

    Raises SagaLabError for a name that the machine does not have.
    """

    def __init__(
        self, tree: document.Machine, tasks: Mocks, faults: Mocks, services: Services | None = None
    ) -> None:
        self.tasks, self.faults, self.services = tasks, faults, services
        self.calls: dict[str, int] = {}
        self.timed = {state.name for state in tree.states if _has_limit(state.body)}
        known = {state.name for state in tree.states}
        for state in tree.states:
            if state.resource is not None:
                known |= {state.resource.arn, *_function_names(state)}
        known |= {f"${{{name}}}" for name, arn in SUBSTITUTIONS.items() if arn in known}
        unknown = sorted({*tasks, *faults} - known)
        if unknown:
            raise SagaLabError(
                f"The state machine has no state, resource or function {unknown[0]!r}.",
                f"Its states are {', '.join(state.name for state in tree.states)}.",
            )

    def copy(self) -> "Script":
        """Return a script that goes its own way from here."""
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__)
        other.calls = self.calls.copy()
        other.services = None if self.services is None else self.services.copy()
        return other

    def wake(self, awake: Awake, at: int) -> Answer | Awake:
        """Let a function of the course go on that slept."""
        assert self.services is not None  # only its functions sleep
        return self.services.wake(awake, at)

    def __call__(self, call: Call) -> Answer | Awake:
        ask = call.ask
        if not isinstance(ask, CallTask):
            return Answer(
                [] if isinstance(ask, ReadItems) else {"Bucket": "rehearsal", "Key": "manifest.json"}
            )
        names = [ask.state, ask.resource.arn, *_names_of(ask)]
        for mocks, first_only in ((self.faults, True), (self.tasks, False)):
            name = next((name for name in names if name in mocks), None)
            if name is None:
                continue
            mock, there = self._next(mocks[name], f"{first_only}{name}", first_only)
            if there:
                return self._answer(ask, mock, first_only)
        if self.services is not None and self.services.answers(ask):
            return self.services(call)
        return self._stub(ask)

    def _next(self, mock: Mock, key: str, first_only: bool) -> tuple[Mock, bool]:
        """Return the mock of this call, and whether there is one (faults end, tasks stay)."""
        count = self.calls[key] = self.calls.get(key, -1) + 1
        series = list(mock) if isinstance(mock, (list, tuple)) else [mock]
        if count < len(series):
            return series[count], True
        return (series[-1], True) if series and not first_only else (None, False)

    def _answer(self, ask: CallTask, mock: Mock, is_fault: bool) -> Answer:
        if isinstance(mock, Answer):
            return mock
        if is_fault and isinstance(mock, str):
            if mock == "States.Timeout" and ask.state in self.timed:
                return never_answers()
            return fails(mock, "The rehearsal's fault.")
        if isinstance(mock, BaseException):
            return _raised(mock)
        if not callable(mock):
            return Answer(_result(ask, mock))
        try:
            return Answer(_result(ask, _call(mock, _payload(ask))))
        except Exception as error:  # a function's error is what the rehearsal is about
            return _raised(error)

    def _stub(self, ask: CallTask) -> Answer:
        if ask.token is not None:
            return never_answers()
        if _is_function(ask):
            return Answer(_result(ask, _payload(ask)))
        return Answer(_STUBS.get((ask.resource.service, ask.resource.action), {}))


def _has_limit(body: Mapping[str, Any]) -> bool:
    return any(key.startswith(("TimeoutSeconds", "HeartbeatSeconds")) for key in body)


def _is_function(ask: CallTask) -> bool:
    return ask.resource.kind not in ("service", "aws-sdk", "http", "activity") or (
        (ask.resource.service, ask.resource.action) == ("lambda", "invoke")
    )


def _payload(ask: CallTask) -> Any:
    if (
        ask.resource.service == "lambda"
        and ask.resource.action == "invoke"
        and ask.resource.kind == "service"
    ):
        return ask.parameters.get("Payload")
    return ask.parameters


def _result(ask: CallTask, value: Any) -> Any:
    """Return a function's result as its integration gives it; made JSON, so that nothing is shared."""
    plain = json.loads(json.dumps(value))
    if ask.resource.kind == "service" and (ask.resource.service, ask.resource.action) == ("lambda", "invoke"):
        return {"ExecutedVersion": "$LATEST", "Payload": plain, "StatusCode": 200}
    return plain


def _names_of(ask: CallTask) -> list[str]:
    name = ask.parameters.get("FunctionName") if isinstance(ask.parameters, dict) else None
    found = [name] if isinstance(name, str) else []
    if ask.resource.kind == "lambda":
        found.append(ask.resource.arn)
    names = [short for text in found for short in (text, text.rpartition(":function:")[2].split(":")[0])]
    return names + [f"${{{name}}}" for name, arn in SUBSTITUTIONS.items() if arn in found]


def _is_the_course_s(tree: document.Machine) -> bool:
    """Tell whether a machine calls a function or the topic of the course."""
    names = {name for state in tree.states if state.resource is not None for name in _function_names(state)}
    return any(function_task(name) for name in names)


def _function_names(state: document.State) -> list[str]:
    given = state.body.get("Arguments") or state.body.get("Parameters")
    name = given.get("FunctionName") if isinstance(given, dict) else None
    texts = [name] if isinstance(name, str) else []
    if state.resource is not None and state.resource.kind == "lambda":
        texts.append(state.resource.arn)
    return [short for text in texts for short in (text, text.rpartition(":function:")[2].split(":")[0])]


def _call(function: Callable[..., Any], payload: Any) -> Any:
    """Call a function with the payload; one that takes two arguments is a Lambda handler (event, context)."""
    try:
        parameters = [
            one
            for one in inspect.signature(function).parameters.values()
            if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD) and one.default is one.empty
        ]
    except (TypeError, ValueError):
        parameters = []
    copied = json.loads(json.dumps(payload))
    return function(copied, None) if len(parameters) > 1 else function(copied)


def _raised(error: BaseException) -> Answer:
    """Return an exception as Lambda reports it: its class is the error, its message in the cause."""
    name = type(error).__name__
    return fails(name, json_text({"errorMessage": str(error), "errorType": name}))
