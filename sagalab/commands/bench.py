"""`sagalab bench`: how quick the local cloud is, against its bars and beside ministack."""

import dataclasses
import json
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add `bench` to the command line."""
    app.command()(bench)


def bench(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Measure the local cloud against its bars; exit 1 when one is missed. Takes half a minute.

    With ministack installed it is measured too (install the extra `bench`).
    """
    from rich.console import Console

    from sagalab.bench import BARS
    from sagalab.bench import bench as measure

    with Console(stderr=True).status("Starting") as line:
        found = measure(line.update)
    ours = dataclasses.asdict(found["sagalab"])
    missed = [bar.figure for bar in BARS if not bar.reached(ours[bar.figure])]
    if as_json:
        figures = {name: dataclasses.asdict(each) for name, each in found.items()}
        print(json.dumps({"figures": figures, "missed": missed}, indent=2))
    else:
        Console().print(_table({name: dataclasses.asdict(each) for name, each in found.items()}))
    raise typer.Exit(1 if missed else 0)


def _table(figures: dict[str, dict[str, float]]):
    from rich.table import Table

    from sagalab.bench import BARS

    table = Table("Figure", "Bar", "sagalab", "")
    rival = figures.get("ministack")
    if rival:
        table.add_column("ministack", justify="right")
        table.add_column("ratio", justify="right")
    for bar in BARS:
        value = figures["sagalab"][bar.figure]
        limit = "" if bar.limit is None else f"{'≥' if bar.least else '≤'} {bar.limit:g} {bar.unit}"
        verdict = "" if bar.limit is None else "✓ reached" if bar.reached(value) else "✗ missed"
        row = [bar.title, limit, f"{value:.3g} {bar.unit}", verdict]
        if rival:
            other = rival[bar.figure]
            row += [f"{other:.3g} {bar.unit}", f"{other / value:.2g}" if value else ""]
        table.add_row(*row)
    return table
