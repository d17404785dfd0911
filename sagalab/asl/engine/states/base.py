"""What all states have in common: they are entered, fail, are tried again, are caught, and are left."""

from collections.abc import Mapping
from typing import Any

from sagalab.asl.engine import catch, history
from sagalab.asl.engine.data import Template, assignment, plain_path, template
from sagalab.asl.engine.env import Env
from sagalab.asl.engine.errors import TOLERATED_FAILURES, StateFailed, exceeds, runtime_error, too_large
from sagalab.asl.engine.frame import RETRY, Frame
from sagalab.asl.engine.recorder import Recorder
from sagalab.asl.engine.retry import Retrier, retrier_for

_JSONATA_STEPS = {
    *("afterArguments", "result", "maxConcurrency"),
    *("toleratedFailureCount", "toleratedFailurePercentage"),
}


class State:
    """A state, read once. Subclasses say what it does in `work()`."""

    kind = ""
    failed_event: str | None = None  # written when it fails for good (Parallel, Map)
    absent: Any = ""  # for a catcher: an error or cause that was not given

    def __init__(self, name: str, body: Mapping[str, Any], jsonata: bool) -> None:
        self.name = name
        self.jsonata = jsonata
        self.next: str | None = body.get("Next")
        self.entered_event = f"{self.kind}StateEntered"
        self.exited_event = f"{self.kind}StateExited"
        self.input_path = _path(body, "InputPath", jsonata)
        self.output_path = _path(body, "OutputPath", jsonata)
        self.output = template(body["Output"], "Output", True) if jsonata and "Output" in body else None
        self.assign = assignment(body, "Assign", jsonata)
        self.retriers = tuple(Retrier(retrier) for retrier in body.get("Retry") or ())
        self.catchers = tuple(
            catch.Catcher(catcher, index, jsonata) for index, catcher in enumerate(body.get("Catch") or ())
        )

    # entering and leaving

    def enter(self, run: Recorder, frame: Frame) -> None:
        """Write that the state was entered, and begin its work."""
        frame.reset_visit()
        if run.single is not None:
            frame.retry_count = run.single.retries
            frame.retries = dict.fromkeys(range(len(self.retriers)), frame.retry_count)
        frame.before_entered = frame.previous
        frame.entered_at = run.now
        frame.entered = run.add(
            frame,
            self.entered_event,
            {"name": self.name, "input": run.text(frame.input), "inputDetails": history.NOT_TRUNCATED},
        )
        self.work(run, frame)

    def note(self, run: Recorder, step: str, value: Any) -> None:
        """Note a step of the data's way, in the test of a single state: JSONata has but a few of them."""
        if run.trace is None or (step == "result" and self.kind == "Map"):
            return
        if step in _JSONATA_STEPS if self.jsonata else step != "afterArguments":
            run.trace[step] = value

    def work(self, run: Recorder, frame: Frame) -> None:
        """Do what the state does; called again for each retry."""
        raise NotImplementedError

    def work_again(self, run: Recorder, frame: Frame) -> None:
        """Do it again after a redrive."""
        self.work(run, frame)

    def mocked(self, run: Recorder, frame: Frame) -> bool:
        """Take the mock of a state that is tested alone; return False when it has none."""
        if run.single is None or run.single.mock is None:
            return False
        mock = run.single.mock
        if mock.failed:
            raise StateFailed(mock.error, mock.cause)
        if frame.map is not None and _intolerable(frame.map, run.single.failures, len(mock.result)):
            raise StateFailed(TOLERATED_FAILURES, "The specified tolerated failure threshold was exceeded")
        self.take_result(run, frame, mock.result)
        return True

    def take_result(self, run: Recorder, frame: Frame, result: Any) -> None:
        """Go on with what the work came to (Task, Parallel, Map)."""
        raise NotImplementedError

    def forget(self, run: Recorder, frame: Frame) -> None:
        """Forget what is inside: the state is tried again, or left by a catcher."""

    def env(self, run: Recorder, frame: Frame) -> Env:
        """Return what the state's expressions see, `data` being its effective input."""
        env = Env(run, frame, self.kind)
        if self.input_path is not None:
            env.data = self.input_path(env)
        return env

    def leave(
        self, run: Recorder, frame: Frame, output: Any, assigned: dict[str, Any] | None, target: str | None
    ) -> None:
        """Write that the state was left, and go to `target`, or end the frame where that is None."""
        text = run.text(output)
        if exceeds(text):
            raise too_large(self.name, terminal=True)
        details: dict[str, Any] = {
            "name": self.name,
            "output": text,
            "outputDetails": history.NOT_TRUNCATED,
        }
        if assigned:
            if frame.outer:
                self._may_assign(frame, assigned)
            details["assignedVariables"] = {key: history.json_text(assigned[key]) for key in sorted(assigned)}
            details["assignedVariablesDetails"] = history.NOT_TRUNCATED
            frame.variables = {**frame.variables, **assigned}
            if run.trace is not None:
                run.trace["variables"] = frame.variables
        run.add(frame, self.exited_event, details)
        run.go(frame, target, output)

    def _may_assign(self, frame: Frame, assigned: dict[str, Any]) -> None:
        """Refuse a name of an outer scope, as workflow-variables.html has it."""
        for name in assigned:
            if name in frame.outer:
                raise runtime_error(f"Cannot assign to the variable '{name}': it belongs to an outer scope.")

    def succeed(self, run: Recorder, frame: Frame, env: Env, output: Any) -> None:
        """Leave with what the state's last fields make of `output` (OutputPath, or JSONata's Output)."""
        assigned = self.assign(env) if self.assign is not None else None
        if self.jsonata:
            if self.output is not None:
                output = self.output(env)
        elif self.output_path is not None:
            env.data = output
            output = self.output_path(env)
        self.leave(run, frame, output, assigned, self.next)

    # failing

    def fail(self, run: Recorder, frame: Frame, failure: StateFailed) -> None:
        """Try again, catch, or fail the frame."""
        self.place(frame, failure)
        if failure.evaluation:
            self.tell_evaluation(run, frame, failure)
        if not failure.terminal and self._retries(run, frame, failure):
            return
        if self.failed_event is not None and self.tells_failure(failure):
            run.add(frame, self.failed_event, None)
        if not failure.terminal:
            for catcher in self.catchers:
                if catcher.takes(failure.error, failure.alias):
                    self.forget(run, frame)
                    catcher.catch(self, run, frame, failure)
                    return
        run.fail_frame(frame, failure)

    def tells_failure(self, failure: StateFailed) -> bool:
        """Tell whether `failed_event` is written for a failure."""
        return True

    def place(self, frame: Frame, failure: StateFailed) -> None:
        """Have the cause say which state failed, unless it does already."""
        if not failure.said:
            failure.cause = (
                f"An error occurred while executing the state '{self.name}' (entered at the event id "
                f"#{frame.entered}). {failure.cause}"
            )
            failure.said = True

    def tell_evaluation(self, run: Recorder, frame: Frame, failure: StateFailed) -> None:
        """Write that an expression of the state failed."""
        details = {"error": failure.error, "cause": failure.cause, "state": self.name}
        if failure.location:
            details["location"] = failure.location
        if not failure.after_entered and frame.previous == frame.entered:
            frame.previous = frame.before_entered
        run.add(frame, "EvaluationFailed", details)

    def _retries(self, run: Recorder, frame: Frame, failure: StateFailed) -> bool:
        index = retrier_for(self.retriers, failure.error, failure.alias)
        if index is None:
            return False
        retrier, attempt = self.retriers[index], frame.retries.get(index, 0)
        if run.trace is not None:
            run.trace["errorDetails"] = {"retryIndex": index}
        if attempt >= retrier.most:
            return False
        self.forget(run, frame)
        frame.retries = {**frame.retries, index: attempt + 1}
        frame.retry_count += 1
        frame.phase = RETRY
        delay = retrier.delay_seconds(attempt, run.random)
        if run.single is not None:
            run.retriable(failure, delay)
            return True
        run.set_timer(frame, run.now + round(delay * 1000))
        return True


def _path(body: Mapping[str, Any], name: str, jsonata: bool) -> Template | None:
    """Return InputPath or OutputPath; None where it takes all."""
    if jsonata or body.get(name, "$") == "$":
        return None
    path = body[name]
    if path is None:
        return lambda env: {}
    return plain_path(path)


def _intolerable(about: dict[str, Any], failures: int, total: int) -> bool:
    count, percentage = about["count"], about["percentage"]
    if count is not None and failures > count:
        return True
    return percentage is not None and failures * 100 > percentage * total
