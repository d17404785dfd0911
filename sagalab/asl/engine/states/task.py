"""Task: calls a function, a service, an activity or another machine, and waits for its answer."""

from collections.abc import Mapping
from typing import Any

from sagalab.asl.engine.commands import CallTask
from sagalab.asl.engine.data import Template, is_integer, number_field, plain_path, template
from sagalab.asl.engine.env import Env
from sagalab.asl.engine.errors import (
    StateFailed,
    exceeds,
    query_error,
    runtime_error,
    timeout,
    too_large,
    too_much_given,
)
from sagalab.asl.engine.frame import TASK, Frame
from sagalab.asl.engine.history import NOT_TRUNCATED, json_text
from sagalab.asl.engine.recorder import Recorder
from sagalab.asl.engine.states.result import ResultState
from sagalab.asl.resource import Resource


class Task(ResultState):
    """One piece of work that somebody else does."""

    kind = "Task"

    def __init__(self, name: str, body: Mapping[str, Any], jsonata: bool, resource: Resource) -> None:
        super().__init__(name, body, jsonata)
        self.resource = resource
        self.events = _events_of(resource)
        field = "Arguments" if jsonata else "Parameters"
        self.parameters = template(body[field], field, jsonata) if field in body else None
        self.timeout = _seconds(body, "TimeoutSeconds", jsonata)
        self.heartbeat = _seconds(body, "HeartbeatSeconds", jsonata)
        credentials = body.get("Credentials")
        self.credentials = template(credentials, "Credentials", jsonata) if credentials else None

    def work(self, run: Recorder, frame: Frame) -> None:
        env = self.env(run, frame)
        if run.trace is not None:
            self.note(run, "afterInputPath", env.data)
        frame.token = run.new_token() if self.resource.waits_for_token else None
        parameters = env.data if self.parameters is None else self.parameters(env)
        if run.trace is not None:
            self.note(run, "afterParameters", parameters)
            self.note(run, "afterArguments", parameters)
        timeout = None if self.timeout is None else self.timeout(env)
        heartbeat = None if self.heartbeat is None else self.heartbeat(env)
        if exceeds(run.text(parameters)):
            raise too_much_given(self.name)
        if self.mocked(run, frame):
            return
        role = None if self.credentials is None else self.credentials(env).get("RoleArn")
        self._tell_scheduled(run, frame, parameters, timeout, heartbeat, role)
        frame.phase = TASK
        frame.submitted = False
        frame.task = run.new_task(frame)
        frame.heartbeat_seconds = heartbeat
        if self.resource.kind == "activity" and frame.token is None:
            frame.token = run.new_token()
        frame.timeout_timer = None if timeout is None else run.new_timer(frame, run.now + timeout * 1000)
        frame.heartbeat_timer = None
        if self.resource.kind != "activity":
            self.beat(run, frame)
        run.ask(
            CallTask(
                frame.task,
                self.name,
                self.resource,
                parameters,
                frame.token,
                timeout,
                heartbeat,
                role,
                frame.retry_count,
                frame.id,
            )
        )

    def _tell_scheduled(
        self,
        run: Recorder,
        frame: Frame,
        parameters: Any,
        timeout: int | None,
        heartbeat: int | None,
        role: str | None,
    ) -> None:
        events = self.events
        details: dict[str, Any]
        if events.service:
            details = {"parameters": run.text(parameters), "region": run.execution.region, **events.about}
        else:
            details = {
                "resource": self.resource.arn,
                "input": run.text(parameters),
                "inputDetails": NOT_TRUNCATED,
            }
        if timeout is not None:
            details["timeoutInSeconds"] = timeout
        if heartbeat is not None and events.prefix != "LambdaFunction":
            details["heartbeatInSeconds"] = heartbeat
        if role is not None:
            details["taskCredentials"] = {"roleArn": role}
        run.add(frame, events.scheduled, details)
        if events.service:
            run.add(frame, events.started, events.about)
        elif events.prefix == "LambdaFunction":
            run.add(frame, events.started, None)

    # what is told about the task

    def started(self, run: Recorder, frame: Frame, worker: str | None) -> None:
        """A worker took the activity's task: its heartbeats count from now."""
        run.add(frame, self.events.started, {} if worker is None else {"workerName": worker})
        self.beat(run, frame)

    def submitted(self, run: Recorder, frame: Frame, output: Any) -> None:
        """The service took the request; its answer comes later."""
        frame.submitted = True
        run.add(
            frame,
            "TaskSubmitted",
            {"output": run.text(output), "outputDetails": NOT_TRUNCATED, **self.events.about},
        )

    def beat(self, run: Recorder, frame: Frame) -> None:
        """Begin the heartbeat's timer anew."""
        if frame.heartbeat_seconds is None:
            return
        if frame.heartbeat_timer is not None:
            run.cancel_timer(frame.heartbeat_timer)
        frame.heartbeat_timer = run.new_timer(frame, run.now + frame.heartbeat_seconds * 1000)

    def succeeded(self, run: Recorder, frame: Frame, result: Any) -> None:
        """Take the result, and leave."""
        text = run.text(result)
        events = self.events
        if exceeds(text):
            raise self._told(run, frame, events.failed, too_large(events.limited, terminal=False))
        run.add(frame, events.succeeded, {"output": text, "outputDetails": NOT_TRUNCATED, **events.about})
        self.take_result(run, frame, result)

    def failed(self, run: Recorder, frame: Frame, failure: StateFailed) -> None:
        """Take the failure of the task into the history, then retry, catch or fail."""
        if failure.terminal:
            run.unsay(frame, self.events.scheduled)
            self.fail(run, frame, failure)
            return
        self.fail(run, frame, self._told(run, frame, self.events.failed, failure))

    def timed_out(self, run: Recorder, frame: Frame, heartbeat: bool) -> None:
        """The state's TimeoutSeconds, or its HeartbeatSeconds, are over."""
        self.fail(run, frame, self._told(run, frame, self.events.timed_out, timeout(heartbeat)))

    def _told(self, run: Recorder, frame: Frame, event_type: str, failure: StateFailed) -> StateFailed:
        details: dict[str, Any] = {}
        if failure.error is not None:
            details["error"] = failure.error
        if failure.cause is not None:
            details["cause"] = failure.cause
        run.add(frame, event_type, {**details, **self.events.about})
        return failure


class _Events:
    """The names of a task's events, and what its details say about the resource."""

    def __init__(self, prefix: str, service: bool, about: dict[str, Any], limited: str) -> None:
        self.prefix = prefix
        self.service = service
        self.about = about
        self.limited = limited  # how States.DataLimitExceeded names it
        self.scheduled = f"{prefix}Scheduled"
        self.started = f"{prefix}Started"
        self.succeeded = f"{prefix}Succeeded"
        self.failed = f"{prefix}Failed"
        self.timed_out = f"{prefix}TimedOut"


def _events_of(resource: Resource) -> _Events:
    if resource.kind == "activity":
        return _Events("Activity", False, {}, resource.arn)
    if resource.kind in ("lambda", "placeholder", "unknown"):  # what is no ARN yet is rehearsed as a function
        return _Events("LambdaFunction", False, {}, resource.arn)
    action = resource.action if resource.pattern is None else f"{resource.action}.{resource.pattern}"
    about = {"resource": action, "resourceType": resource.type}
    return _Events("Task", True, about, resource.type)


def _seconds(body: Mapping[str, Any], name: str, jsonata: bool) -> Template | None:
    """Return TimeoutSeconds or HeartbeatSeconds, or their …Path; None where neither is."""
    path = None if jsonata else body.get(f"{name}Path")
    if path is None:
        made = number_field(body, name, jsonata)
        if made is None or not isinstance(body[name], str):
            return made

        def whole(env: Env) -> Any:
            value = made(env)
            if value != int(value) or value <= 0:
                raise query_error(
                    f"The field '{name}' must be a positive integer but was: {json_text(value)}", name
                )
            return int(value)

        return whole
    find = plain_path(path)

    def positive(env: Env) -> int:
        value = find(env)
        if not is_integer(value) or value <= 0:
            raise runtime_error(
                f'The {name}Path field refers to value "{json_text(value)}" which is not a '
                f"valid positive integer: {path}"
            )
        return int(value)

    return positive
