"""Histories made from a definition and a plan of what goes wrong, shaped as AWS returns them.

For pictures: any path through any machine, with made-up times. What AWS really returns is tested
with recorded histories.
"""

import json
from datetime import UTC, datetime, timedelta

START = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)


class _Stopped(Exception):
    """An error that no catcher took: the execution (or the scope) fails with it."""


class HistoryMaker:
    """Walks a machine. `plan` maps a state's name to what its visits do, in order (the last for all
    further ones): "ok", an error name, or a dict with `error`, `retries` (failed attempts before),
    `go` (a Choice's target), `items` (a Map's number of items), `stop` (the run is still in it)."""

    def __init__(self, definition: dict, plan: dict | None = None, input: dict | None = None):
        self.definition, self.plan, self.input = definition, plan or {}, input or {"order_id": "4"}
        self.events: list[dict] = []
        self.now = START
        self.seen: dict[str, int] = {}

    def events_of_run(self) -> list[dict]:
        """Return the whole history."""
        last = self._event(
            "ExecutionStarted", 0, executionStartedEventDetails={"input": json.dumps(self.input)}
        )
        try:
            last = self._scope(self.definition, last)
            details = {"executionSucceededEventDetails": {"output": json.dumps(self.input)}}
            self._event("ExecutionSucceeded", last, **details)
        except _Stopped as stopped:
            error, last = stopped.args
            if error is not None:
                details = {"executionFailedEventDetails": {"error": error, "cause": f"{error} struck"}}
                self._event("ExecutionFailed", last, **details)
        return self.events

    def _event(self, type: str, previous: int, after: float = 0.004, **details) -> int:
        self.now += timedelta(seconds=after)
        number = len(self.events) + 1
        self.events.append(
            {"timestamp": self.now, "type": type, "id": number, "previousEventId": previous, **details}
        )
        return number

    def _doing(self, name: str) -> dict:
        planned = self.plan.get(name, "ok")
        if isinstance(planned, list):
            turn = self.seen.get(name, 0)
            self.seen[name] = turn + 1
            planned = planned[min(turn, len(planned) - 1)]
        return planned if isinstance(planned, dict) else {} if planned == "ok" else {"error": planned}

    def _scope(self, machine: dict, last: int) -> int:
        name = machine["StartAt"]
        while name is not None:
            name, last = self._state(name, machine["States"][name], last)
        return last

    def _state(self, name: str, state: dict, last: int) -> tuple[str | None, int]:
        kind, doing = state["Type"], self._doing(name)
        details = {"stateEnteredEventDetails": {"name": name, "input": json.dumps(self.input)}}
        last = self._event(f"{kind}StateEntered", last, **details)
        if doing.get("stop"):
            raise _Stopped(None, last)
        error = None
        if kind == "Task":
            error, last = self._task(doing, last)
        elif kind == "Fail":
            raise _Stopped(state.get("Error", "Failed"), last)
        elif kind in ("Parallel", "Map"):
            error, last = self._inside(kind, name, state, doing, last)
        target = state.get("Next")
        if kind == "Choice":
            target = doing.get("go") or (state.get("Choices") or [{}])[0].get("Next") or state.get("Default")
        if error is not None:
            target = self._catcher(state, error, last)
        exited = {"stateExitedEventDetails": {"name": name, "output": json.dumps(self.input)}}
        return target, self._event(f"{kind}StateExited", last, **exited)

    @staticmethod
    def _catcher(state: dict, error: str, last: int) -> str:
        for catcher in state.get("Catch", []):
            if error in catcher["ErrorEquals"] or "States.ALL" in catcher["ErrorEquals"]:
                return catcher["Next"]
        raise _Stopped(error, last)

    def _task(self, doing: dict, last: int) -> tuple[str | None, int]:
        retries = doing.get("retries", 0)
        for attempt in range(retries + 1):
            what = {"resource": "invoke", "resourceType": "lambda"}
            scheduled = {**what, "parameters": json.dumps(self.input), "region": "us-east-1"}
            pause = 2.0 * 2 ** (attempt - 1) if attempt else 0.004
            last = self._event("TaskScheduled", last, pause, taskScheduledEventDetails=scheduled)
            last = self._event("TaskStarted", last, 0.02, taskStartedEventDetails=what)
            error = doing.get("error") if attempt == retries else doing.get("busy", "Lambda.ServiceException")
            if error:
                failed = {**what, "error": error, "cause": f'{{"errorMessage": "<{error}> & "}}'}
                last = self._event("TaskFailed", last, 0.15, taskFailedEventDetails=failed)
            else:
                done = {**what, "output": json.dumps(self.input)}
                last = self._event("TaskSucceeded", last, 0.15, taskSucceededEventDetails=done)
        return doing.get("error"), last

    def _inside(self, kind: str, name: str, state: dict, doing: dict, last: int) -> tuple[str | None, int]:
        items = doing.get("items", 2)
        started = {"mapStateStartedEventDetails": {"length": items}} if kind == "Map" else {}
        begun = last = self._event(f"{kind}StateStarted", last, **started)
        machines = (
            state["Branches"]
            if kind == "Parallel"
            else [state.get("ItemProcessor") or state["Iterator"]] * items
        )
        for index, machine in enumerate(machines):
            about = {"name": name, "index": index}
            first = begun
            if kind == "Map":
                first = self._event("MapIterationStarted", begun, mapIterationStartedEventDetails=about)
            try:
                last = self._scope(machine, first)
            except _Stopped as stopped:
                error, last = stopped.args
                if error is None:
                    raise
                if kind == "Map":
                    last = self._event("MapIterationFailed", last, mapIterationFailedEventDetails=about)
                return error, self._event(f"{kind}StateFailed", last)
            if kind == "Map":
                last = self._event("MapIterationSucceeded", last, mapIterationSucceededEventDetails=about)
        return None, self._event(f"{kind}StateSucceeded", last)
