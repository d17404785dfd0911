"""Command: let an execution that failed go on where it ended."""

from typing import Annotated

import typer

from sagalab.commands.runs import print_execution


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(redrive)


def redrive(
    which: Annotated[
        str, typer.Argument(metavar="ORDER|EXECUTION", help="An order id, or an execution's ARN or name.")
    ],
    timeout: Annotated[float, typer.Option(help="How long to wait for its end, in seconds.")] = 120.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Let a run that failed go on where it ended, once its cause is mended; exit code 1 when it fails again."""
    from sagalab.deploying.deployment import deployment
    from sagalab.ledger.verdict import verdict
    from sagalab.orders.redrive import failed_execution
    from sagalab.orders.redrive import redrive as go_on

    found = deployment()
    execution = go_on(failed_execution(which, found), timeout, deployment=found)
    print_execution(execution, verdict(execution, found), as_json, "")
    raise typer.Exit(0 if execution.status == "SUCCEEDED" else 1)
