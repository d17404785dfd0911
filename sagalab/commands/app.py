"""The command line: `sagalab COMMAND`. Each command lives in one file of `sagalab/commands/`."""

import errno
import shlex
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from sagalab.commands.output import print_in_any_encoding
from sagalab.errors import SagaLabError

_INTERRUPTED = 130  # as shells count Ctrl-C
# what a full disk, a read-only folder and a lack of rights are called
_NO_PLACE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM}


class _Commands(TyperGroup):
    """The commands; Ctrl-C during one of them is told, with what to run again."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            _interrupted()
            raise typer.Exit(_INTERRUPTED) from None


app = typer.Typer(
    name="sagalab",
    cls=_Commands,
    help="Learn, teach and demonstrate the saga pattern on AWS Step Functions.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def register_commands() -> None:
    """Let every file of `sagalab/commands/` add its commands, in the order of the help page."""
    from sagalab.commands import ORDER

    for module in ORDER:
        module.register(app)


def main() -> None:
    """Run the command line; an error that a user can cause is two lines and exit code 2."""
    print_in_any_encoding()
    try:
        register_commands()
        app()
    except KeyboardInterrupt:
        _interrupted()
        sys.exit(_INTERRUPTED)
    except Exception as error:
        known = error if isinstance(error, SagaLabError) else _in_plain_words(error)
        if known is None:
            raise
        _say(known)
        sys.exit(2)


def _say(error: SagaLabError) -> None:
    print(f"✗ {error.what}", file=sys.stderr)
    if error.cure:
        print(f"  {error.cure}", file=sys.stderr)


def _interrupted() -> None:
    """Say what Ctrl-C left, and what to run again."""
    again = shlex.join(["sagalab", *sys.argv[1:]])
    _say(SagaLabError("Interrupted. What was done until now stays as it is.", f"Run it again: {again}"))


def _in_plain_words(error: Exception) -> SagaLabError | None:
    """Return what an error of AWS or of a disk means; botocore is imported by then, or it was another's."""
    if isinstance(error, OSError) and error.errno in _NO_PLACE and error.filename:
        from sagalab.project import unusable

        return unusable(error, f"The file {error.filename}")
    if "botocore" not in sys.modules:
        return None
    from sagalab.cloud.aws_errors import explain

    return explain(error)
