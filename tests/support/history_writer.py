"""Write histories in the form of GetExecutionHistory, event by event."""

import json
from typing import Any


class HistoryWriter:
    """Collects events; every method returns the id of the event that it wrote."""

    def __init__(self, start: Any = None):
        self.events: list[dict] = []
        if start is not False:
            self.add("ExecutionStarted", 0, input=json.dumps(start or {}), inputDetails={"truncated": False})

    def add(self, event_type: str, previous: int, **details: Any) -> int:
        """Write an event that follows the event `previous`."""
        kind = next((k for k in ("StateEntered", "StateExited") if event_type.endswith(k)), None)
        key = (
            f"{kind[0].lower()}{kind[1:]}EventDetails"
            if kind
            else (event_type[0].lower() + event_type[1:] + "EventDetails")
        )
        event = {
            "id": len(self.events) + 1, "previousEventId": previous, "type": event_type,
            "timestamp": 1_700_000_000 + len(self.events) * 0.1,
        }  # fmt: skip
        if details:
            event[key] = details
        self.events.append(event)
        return event["id"]

    def enter(self, state: str, previous: int, kind: str = "Task") -> int:
        """Write that a state is entered."""
        return self.add(f"{kind}StateEntered", previous, name=state, input="{}")

    def exit(self, state: str, previous: int, kind: str = "Task", output: Any = None) -> int:
        """Write that a state is left."""
        return self.add(f"{kind}StateExited", previous, name=state, output=json.dumps(output or {}))

    def schedule(self, previous: int, resource: str = "invoke") -> int:
        """Write that a service call is scheduled and started; return the start's id."""
        scheduled = self.add(
            "TaskScheduled", previous, resourceType="lambda", resource=resource, region="eu", parameters="{}"
        )
        return self.add("TaskStarted", scheduled, resourceType="lambda", resource=resource)

    def fail(self, previous: int, error: str = "Oops") -> int:
        """Write that the service's work failed."""
        return self.add(
            "TaskFailed", previous, resourceType="lambda", resource="invoke", error=error, cause="because"
        )

    def succeed(self, previous: int) -> int:
        """Write that the service's work succeeded."""
        return self.add("TaskSucceeded", previous, resourceType="lambda", resource="invoke", output="{}")

    def task(self, state: str, previous: int, errors: int = 0) -> int:
        """Write a Task that fails `errors` times, is retried and succeeds; return the exit's id."""
        last = self.enter(state, previous)
        for _ in range(errors):
            last = self.fail(self.schedule(last))
        return self.exit(state, self.succeed(self.schedule(last)))
