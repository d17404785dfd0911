"""What a state does, in the few words that fit in its box, and the whole of it for its tooltip."""

import json

from sagalab.asl.resource import read_resource

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


def resource_label(resource: str) -> str:
    """Return a Task's resource in words, such as "Lambda invoke" or "SQS sendMessage, callback"."""
    called = read_resource(str(resource))
    if called.kind in ("lambda", "activity"):
        return "Lambda" if called.kind == "lambda" else "Activity"
    if not called.service:
        return "Task"
    waits = ", callback" if called.waits_for_token else ", waits" if called.waits_for_job else ""
    return f"{_SERVICES.get(called.service, called.service)} {called.action}" + waits


def _wait_label(state: dict) -> str:
    if "Seconds" in state:
        return f"Wait {state['Seconds']} s"
    for key in ("SecondsPath", "Timestamp", "TimestampPath"):
        if key in state:
            return f"Wait {'until ' if key.startswith('Time') else ''}{state[key]}"
    return "Wait"


def kind_label(state: dict) -> str:
    """Return what kind of state it is: "Lambda invoke", "Wait 5 s", "Map, distributed", "Fail"."""
    kind = str(state.get("Type") or "?")
    if kind == "Task":
        return resource_label(state.get("Resource", ""))
    if kind == "Wait":
        return cut(_wait_label(state), 26)
    if kind == "Map":
        config = (state.get("ItemProcessor") or {}).get("ProcessorConfig") or {}
        return "Map, distributed" if config.get("Mode") == "DISTRIBUTED" else "Map"
    if kind == "Fail" and isinstance(state.get("Error"), str):
        return cut(f"Fail {state['Error']}", 26)
    return kind


def inside_label(state: dict) -> str:
    """Return what the box around the inner states of a Parallel or Map says."""
    if state.get("Type") == "Parallel":
        return "in parallel"
    at_once = state.get("MaxConcurrency")
    return "for each item" + (f", ≤ {at_once} at once" if isinstance(at_once, int) and at_once > 0 else "")


def retry_label(state: dict) -> str:
    """Return "retry ≤ 3" (the most that one retrier allows; 3 is ASL's default), or ""."""
    retriers = state.get("Retry")
    if not isinstance(retriers, list) or not retriers:
        return ""
    limits = [retrier.get("MaxAttempts", 3) for retrier in retriers if isinstance(retrier, dict)]
    numbers = [limit for limit in limits if isinstance(limit, int)]
    return f"retry ≤ {max(numbers)}" if numbers else "retry"


def retry_lines(state: dict) -> list[str]:
    """Return one line a retrier, for the tooltip."""
    lines = []
    for retrier in state.get("Retry") or []:
        if isinstance(retrier, dict):
            errors = ", ".join(str(error) for error in retrier.get("ErrorEquals") or [])
            interval, rate = retrier.get("IntervalSeconds", 1), retrier.get("BackoffRate", 2)
            lines.append(f"retry {errors}: ≤ {retrier.get('MaxAttempts', 3)}, {interval} s × {rate}")
    return lines


def cut(text: str, length: int) -> str:
    """Return the text with no more than `length` characters, "…" standing for the rest."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def short_json(value: object, length: int) -> str:
    """Return a value as JSON on one line, cut to `length` characters."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return cut(text, length)
