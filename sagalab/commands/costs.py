"""`sagalab costs`: what sagas cost on AWS, before and after."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sagalab.commands.output import print_json

if TYPE_CHECKING:
    from sagalab.orders.costs import Costs


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(costs)


def costs(
    sagas: Annotated[int, typer.Option(help="For how many sagas to estimate.", min=0)] = 200,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what sagas will cost on AWS, and what those that ran have cost (locally: would have)."""
    from sagalab.deploying.deployment import NotDeployed, deployment
    from sagalab.orders.costs import NOTE, costs_so_far, estimated_costs

    estimate = estimated_costs(sagas)
    if not as_json:  # at once: nobody needs an account for it
        _print(f"estimate: {estimate.sagas} sagas", estimate)
        print(f"US dollars {NOTE}; sagalab/orders/prices.py names the sources.")
    so_far = None
    try:
        so_far = costs_so_far(deployment())
    except NotDeployed as error:
        if not as_json:
            print(error.what)
    if as_json:
        tables = {"estimate": estimate} | ({"so far": so_far} if so_far else {})
        print_json({"prices": NOTE, **{key: _record(each) for key, each in tables.items()}})
    elif so_far:
        _print(f"so far: {so_far.sagas} sagas", so_far)


def _record(costs: "Costs") -> dict[str, Any]:
    return {
        "sagas": costs.sagas,
        "dollars": round(costs.dollars, 6),
        "lines": [asdict(line) for line in costs.lines],
    }


def _print(title: str, costs: "Costs") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("service", "unit", title=title)
    table.add_column("amount", justify="right")
    table.add_column("$", justify="right")
    for line in costs.lines:
        table.add_row(line.service, line.unit, f"{line.amount:,.6g}", f"{line.dollars:.4f}")
    table.add_row("together", "", "", f"{costs.dollars:.4f}")
    Console().print(table)
