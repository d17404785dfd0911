"""The command line: `sagalab COMMAND`. Each command lives in one file of `sagalab/commands/`."""

import sys

import typer

from sagalab.errors import SagaLabError

app = typer.Typer(
    name="sagalab",
    help="Learn, teach and demonstrate the saga pattern on AWS Step Functions.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _register() -> None:
    """Let every file of `sagalab/commands/` add its commands, in the order of the help page."""
    from sagalab.commands import ORDER

    for module in ORDER:
        module.register(app)


def main() -> None:
    """Run the command line; an error that a user can cause is two lines and exit code 2."""
    _register()
    try:
        app()
    except Exception as error:
        known = error if isinstance(error, SagaLabError) else _in_plain_words(error)
        if known is None:
            raise
        print(f"✗ {known.what}", file=sys.stderr)
        if known.cure:
            print(f"  {known.cure}", file=sys.stderr)
        sys.exit(2)


def _in_plain_words(error: Exception) -> SagaLabError | None:
    """Return what an error of AWS means; botocore is imported by then, or it was another's."""
    if "botocore" not in sys.modules:
        return None
    from sagalab.cloud.aws_errors import explain

    return explain(error)
