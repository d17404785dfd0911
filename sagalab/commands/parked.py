"""Commands: list the executions that wait for a human, and answer one."""

from typing import Annotated

import typer

from sagalab.commands.output import print_json


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (parked, resume):
        app.command()(command)


def parked(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List the executions that wait for a human: order, since when, what is owed."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from sagalab.ledger.parked import parked as find_parked

    found = find_parked()
    if as_json:
        rows = [
            {
                "order_id": each.order_id,
                "since": each.since.isoformat() if each.since else None,
                "owed": list(each.owed),
                "state": each.state,
                "execution": each.arn,
            }
            for each in found
        ]
        print_json(rows)
        return
    if not found:
        print("No execution waits for a human.")
        return
    table = Table("order", "since", "owed")
    for each in found:
        since = each.since.astimezone().strftime("%Y-%m-%d %H:%M:%S") if each.since else ""
        table.add_row(Text(each.order_id), Text(since), Text("; ".join(each.owed) or "nothing"))
    Console().print(table)
    print("Answer one: sagalab resume ORDER --retry (or --settled)")


def resume(
    which: Annotated[
        str, typer.Argument(metavar="ORDER|EXECUTION", help="An order id, or an execution's ARN or name.")
    ],
    settled: Annotated[
        bool, typer.Option("--settled/--retry", help="Settled by hand, or (the default) run all undos again.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Answer an execution that waits for a human."""
    from sagalab.ledger.parked import MEANING, RETRY, SETTLED
    from sagalab.ledger.parked import resume as answer

    chosen = SETTLED if settled else RETRY
    found = answer(which, chosen)
    if as_json:
        print_json({"order_id": found.order_id, "answer": chosen, "execution": found.arn})
    else:
        print(f"Order {found.order_id}: answered “{chosen}” ({MEANING[chosen]}).")
