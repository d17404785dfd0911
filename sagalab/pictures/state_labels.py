"""What a state does, in the few words that fit in its box, and the whole of it for its tooltip."""

import json

from sagalab.asl.document import State
from sagalab.asl.resource import Resource

_DETAIL = 26  # characters of a state's own value in its box

_SERVICES = {
    "lambda": "Lambda",
    "sns": "SNS",
    "sqs": "SQS",
    "dynamodb": "DynamoDB",
    "states": "Step Functions",
    "events": "EventBridge",
    "ecs": "ECS",
    "glue": "Glue",
    "batch": "Batch",
    "apigateway": "API Gateway",
    "http": "HTTP",
}


def resource_label(called: Resource | None) -> str:
    """Return what a Task calls in words, such as "Lambda invoke" or "SQS sendMessage, callback"."""
    if called is None or called.kind in ("placeholder", "unknown"):
        return "Task"
    if called.kind in ("lambda", "activity"):
        return called.kind.capitalize()
    waits = ", callback" if called.waits_for_token else ", waits" if called.waits_for_job else ""
    return f"{_SERVICES.get(called.service, called.service)} {called.action}" + waits


def _wait_label(state: State) -> str:
    if "Seconds" in state.body:
        return f"Wait {short_json(state.body['Seconds'], _DETAIL)} s"
    for key in ("SecondsPath", "Timestamp", "TimestampPath"):
        if key in state.body:
            until = "until " if key.startswith("Time") else ""
            return f"Wait {until}{short_json(state.body[key], _DETAIL)}"
    return "Wait"


def kind_label(state: State) -> str:
    """Return what kind of state it is: "Lambda invoke", "Wait 5 s", "Map, distributed", "Fail"."""
    if state.type == "Task":
        return resource_label(state.resource)
    if state.type == "Wait":
        return cut(_wait_label(state), _DETAIL)
    if state.type == "Map":
        return "Map, distributed" if any(scope.is_distributed for scope in state.inner) else "Map"
    error = state.body.get("Error")
    if state.type == "Fail" and isinstance(error, str):
        return cut(f"Fail {error}", _DETAIL)
    return state.type or "?"


def inside_label(state: State) -> list[str]:
    """Return the lines that stand at the foot of the box around the inner states of a Parallel or Map."""
    if state.type == "Parallel":
        return ["in parallel"]
    at_once = state.body.get("MaxConcurrency")
    limited = isinstance(at_once, int) and at_once > 0
    return ["for each item,", f"≤ {at_once} at once"] if limited else ["for each item"]


def retry_label(state: State) -> str:
    """Return "retry ≤ 3" (the most that one retrier allows; 3 is ASL's default), or ""."""
    most = max((retrier.max_attempts for retrier in state.retriers), default=None)
    return "" if most is None else f"retry ≤ {most:.10g}"


def retry_lines(state: State) -> list[str]:
    """Return one line a retrier, for the tooltip."""
    return [
        f"retry {', '.join(each.errors)}: ≤ {each.max_attempts:.10g}, "
        f"{each.interval_seconds:.10g} s × {each.backoff_rate:.10g}"
        for each in state.retriers
    ]


def cut(text: str, length: int) -> str:
    """Return the text with no more than `length` characters, "…" standing for the rest."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def short_json(value: object, length: int) -> str:
    """Return a value as JSON on one line, cut to `length` characters."""
    if isinstance(value, str):
        return cut(value, length)
    try:
        return cut(json.dumps(value, ensure_ascii=False, default=str), length)
    except RecursionError:
        return "…"
