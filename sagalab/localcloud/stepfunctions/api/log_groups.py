"""The CloudWatch Logs that state machines log to: moto's."""

from collections.abc import Iterable

from moto.logs.models import logs_backends

from sagalab.localcloud.stepfunctions.api.configurations import LogGroup


def there(group: LogGroup) -> bool:
    """Tell whether a log group is."""
    account, region, name = group
    return name in logs_backends[account][region].groups


def write(group: LogGroup, stream: str, lines: Iterable[dict[str, object]]) -> None:
    """Write lines ({"timestamp" in ms, "message"}); a group that is gone takes none."""
    account, region, name = group
    logs = logs_backends[account][region]
    if name in logs.groups:
        logs.ensure_log_stream(name, stream)
        logs.put_log_events(name, stream, list(lines))
