"""The table of error names as a page of the course: notebooks/errors.md is what `page()` returns (a test holds it)."""

from sagalab.asl.error_names import ERROR_NAMES, ErrorName

_HEAD = """# Errors, and what takes them

Who raises which error, and whether `States.ALL`, `States.TaskFailed`, `States.Timeout` or its own name in `ErrorEquals` takes
it: in a *Retry* as in a *Catch*. Made from `sagalab/asl/error_names.py`, which the lint and the interpreter's tests use too:
`python -m sagalab.course.error_table`. Sources: AWS's page on
[error handling](https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html), the
[specification](https://states-language.net/spec.html#appendix-a), and executions that were recorded on AWS. Where they
differ, the last column says both.

Your function's own errors have the name of their class (`ErrProcessPayment`): `States.ALL`, `States.TaskFailed` and that name
take them.

| error | raised by | it … | ALL | TaskFailed | Timeout | its name | the local cloud | remark |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
"""
_FOOT = """
**Three things to remember.** `States.ALL` does *not* take `States.Runtime`, so a path that is not there ends the
execution, and no undo runs. `States.TaskFailed` leaves `States.Timeout` out. And a name that is written wrongly takes nothing:
the lint says so (SAGA107).
"""


def page() -> str:
    """Return the table as a page in Markdown."""
    return _HEAD + "".join(f"| {' | '.join(_row(each))} |\n" for each in ERROR_NAMES) + _FOOT


def _row(each: ErrorName) -> tuple[str, ...]:
    takes = (each.by_all, each.by_task_failed, each.by_timeout, each.by_name)
    if each.wildcard:
        takes = (True, each.name != "States.ALL", False, True)
    signs = tuple("✓ yes" if one else "✗ no" for one in takes)
    return (f"`{each.name}`", each.raised_by, each.when, *signs, each.here, each.remark)


if __name__ == "__main__":
    print(page(), end="")
