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
    except SagaLabError as error:
        print(f"✗ {error.what}", file=sys.stderr)
        if error.cure:
            print(f"  {error.cure}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
