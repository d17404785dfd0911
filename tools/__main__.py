"""`python -m tools bench`: how quick the local cloud is, against its bars; `… soak`: whether it stays so."""

import dataclasses
import json
from typing import Annotated

import typer

app = typer.Typer(
    help="What developers run.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


@app.command()
def bench(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    only: Annotated[
        str | None, typer.Option(help="cloud, explorer, pictures or checks; all are measured without it.")
    ] = None,
) -> None:
    """Measure the local cloud, the explorer, pictures and checks against their bars; exit 1 when one is missed. Takes two minutes.

    With ministack in this environment it is measured too: .venv/bin/uv pip install ministack==1.5.33
    (it takes an older botocore with it; setup/run.py puts the locked one back).
    """
    from rich.console import Console

    from tools.bench import BARS
    from tools.bench import bench as measure
    from tools.bench_checks import CHECK_BARS
    from tools.bench_checks import measure as measure_checks
    from tools.bench_explorer import EXPLORER_BARS
    from tools.bench_explorer import measure as measure_explorer
    from tools.bench_pictures import PICTURE_BARS
    from tools.bench_pictures import measure as measure_pictures

    figures: dict[str, dict[str, float]] = {"sagalab": {}}
    with Console(stderr=True).status("Starting") as line:
        if only in (None, "pictures"):
            figures["sagalab"] |= dataclasses.asdict(measure_pictures(line.update))
        if only in (None, "checks"):
            figures["sagalab"] |= dataclasses.asdict(measure_checks(line.update))
        if only in (None, "explorer"):
            figures["sagalab"] |= dataclasses.asdict(measure_explorer(line.update))
        if only in (None, "cloud"):
            for name, each in measure(line.update).items():
                figures[name] = figures.get(name, {}) | dataclasses.asdict(each)
    known = (*BARS, *EXPLORER_BARS, *PICTURE_BARS, *CHECK_BARS)
    bars = [bar for bar in known if bar.figure in figures["sagalab"]]
    missed = [bar.figure for bar in bars if not bar.reached(figures["sagalab"][bar.figure])]
    if as_json:
        print(json.dumps({"figures": figures, "missed": missed}, indent=2))
    else:
        Console().print(_table(figures, bars))
    raise typer.Exit(1 if missed else 0)


@app.command()
def docs() -> None:
    """Build the pages of docs/ into build/docs and follow their links; exit 1 when something is wrong."""
    from tools.docs import SITE, build, faults

    whole = build()
    wrong = faults() if whole else []
    print(*wrong, sep="\n")
    if not whole or wrong:
        print("✗ the pages are not whole")
        raise typer.Exit(1)
    print(f"✓ {(SITE / 'index.html').as_uri()}")


@app.command()
def stick() -> None:
    """Make a stick (`sagalab bundle`) for this system and Python, and start the lab from it without a network: 170 MB, a minute."""
    from tools.stick import try_stick

    whole = try_stick()
    print("✓ the lab starts from the stick" if whole else "✗ the lab does not start from the stick")
    raise typer.Exit(0 if whole else 1)


@app.command()
def hub(
    people: Annotated[int, typer.Option(help="So many users of this system are made, and removed.")] = 10,
) -> None:
    """Measure what a room costs in memory under JupyterHub. Root on Linux; some minutes of both cores."""
    from tools.hub import why_not
    from tools.hub_memory import measure

    if why_not():
        print(f"✗ {why_not()}")
        raise typer.Exit(2)
    found = measure(people, lambda text: print(text, flush=True))
    for kind in sorted({kind for each in found.users for kind in each}):
        values = [each.get(kind, 0.0) for each in found.users]
        print(f"{kind:24} {sum(values) / people:6.0f} MB a user ({min(values):.0f} to {max(values):.0f})")
    print(f"{'a user':24} {found.a_user():6.0f} MB")
    print(f"{'hub and proxy':24} {found.hub:6.0f} MB")
    print(f"{'a room of 40':24} {found.for_room(40) / 1000:6.1f} GB by this mean")


@app.command()
def recordings() -> None:
    """Record the histories of tests/history/recordings anew, on a local cloud of its own. Takes half a minute."""
    from tools.recordings import record

    for path in record():
        print(path.name)


def _table(figures: dict[str, dict[str, float]], bars: list):
    from rich.table import Table

    table = Table("Figure", "Bar", "sagalab", "")
    rival = figures.get("ministack")
    if rival:
        table.add_column("ministack", justify="right")
        table.add_column("ratio", justify="right")
    for bar in bars:
        value = figures["sagalab"][bar.figure]
        limit = "" if bar.limit is None else f"{'≥' if bar.least else '≤'} {bar.limit:g} {bar.unit}"
        verdict = "" if bar.limit is None else "✓ reached" if bar.reached(value) else "✗ missed"
        shown = f"{value}" if isinstance(value, int) else f"{value:.3g}"
        row = [bar.title, limit, f"{shown} {bar.unit}", verdict]
        if rival and bar.figure in rival:
            other = rival[bar.figure]
            row += [f"{other:.3g} {bar.unit}", f"{other / value:.2g}" if value else ""]
        table.add_row(*row)
    return table


@app.command()
def soak(
    sagas: Annotated[int, typer.Argument(min=1, help="How many sagas, one after another.")] = 2000,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Run many sagas in a row; exit 1 when memory, threads, files or latency grew by more than a fifth.

    The last checkpoint is compared with the first, which is taken after 200 sagas. Takes some minutes.
    """
    from rich.console import Console

    from tools import soak as soaking

    with Console(stderr=True).status(f"{sagas} sagas in a row") as line:
        points = soaking.soak(sagas, lambda point: line.update(f"{point.sagas} of {sagas} sagas"))
    first, last = points[0], points[-1]
    grown = soaking.grown(first, last)
    lost = sum(point.lost for point in points)
    if as_json:
        found = [dataclasses.asdict(point) for point in points]
        print(json.dumps({"checkpoints": found, "grown": grown, "lost": lost}, indent=2))
    else:
        Console().print(_checkpoints(points, grown))
        print(f"Lost: {lost}. Grew by more than a fifth: {', '.join(grown) or 'nothing'}.")
    raise typer.Exit(1 if grown or lost else 0)


def _checkpoints(points: list, grown: list[str]):
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    from tools.soak import HELD

    titles = {
        "sagas": "sagas",
        "server_mb": "server\nMB",
        "workers_mb": "workers\nMB",
        "workers": "workers",
        "threads": "threads",
        "files": "files",
        "p50_ms": "p50\nms",
        "p95_ms": "p95\nms",
        "cpu_ms": "CPU ms\na saga",
        "lost": "lost",
    }
    table = Table(
        title="Many sagas in a row: the last line against the first",
        box=SIMPLE_HEAD,
        pad_edge=False,
        collapse_padding=True,
    )
    for title in titles.values():
        table.add_column(title, justify="right")
    for point in points:
        table.add_row(*[f"{getattr(point, name):.4g}" for name in titles], end_section=point is points[-1])
    held = {name for name, _ in HELD}
    ratios = {name: getattr(points[-1], name) / (getattr(points[0], name) or 1) - 1 for name in held}
    table.add_row(
        *[
            f"{'✗' if name in grown else '✓'} {ratios[name]:+.0%}"
            if name in held
            else "growth" * (name == "sagas")
            for name in titles
        ]
    )
    return table


@app.command()
def agreement(
    machine: Annotated[
        list[str] | None,
        typer.Option(help="Which machines; default: saga, hardened. durable, durable-hardened: as code."),
    ] = None,
    pairs: Annotated[int, typer.Option(min=0, help="How many pairs beside the 138 single faults.")] = 300,
    seed: Annotated[int, typer.Option(help="The same seed takes the same pairs.")] = 1,
) -> None:
    """Compare the rehearsed explorer with runs on the local cloud, plan by plan; exit 1 where they differ.

    Verdict, owed and path. Takes some minutes a machine: the local cloud's part of it.
    """
    from sagalab.commands.explore import progress_on_stderr
    from sagalab.deploying.deploy import deploy
    from sagalab.orders.durable_runs import DURABLE_NAMES
    from tools.agreement import MACHINES, chosen_plans, compare, in_words
    from tools.agreement_of_code import compare_code
    from tools.bench import local_cloud

    differ = False
    for name in machine or MACHINES:
        with progress_on_stderr(name) as advance:
            plans = chosen_plans(pairs, seed)
            if name in DURABLE_NAMES:
                with local_cloud("agreement", 0.02) as (cloud, _server):
                    found = compare_code(
                        name, plans, deploy(cloud, progress=False, durable=True), advance=advance
                    )
            else:
                found = compare(name, plans, advance=advance)
        for line in in_words(name, found):
            print(line, flush=True)
        differ = differ or bool(found.differences)
    raise typer.Exit(differ)


@app.command()
def check(
    coverage: Annotated[
        bool, typer.Option("--coverage", help="The floor of the tests' coverage too.")
    ] = False,
) -> None:
    """Check format, lint, types and the order of the rooms; exit 1 when one of them fails."""
    from tools.check import check as run_checks
    from tools.coverage import coverage as measure

    failed = run_checks()
    if coverage and measure():
        failed.append("coverage")
    print(f"✗ {', '.join(failed)}" if failed else "✓ format, lint, types and rooms are as they should be")
    raise typer.Exit(bool(failed))


@app.command()
def coverage() -> None:
    """Measure how much of the pure rooms their tests run; exit 1 below the floor."""
    from tools.coverage import coverage as measure

    raise typer.Exit(bool(measure()))


@app.command()
def mutants(
    subject: Annotated[str, typer.Argument(help="lambdas, ledger, linting, history, pictures or rehearsal.")],
    sample: Annotated[int, typer.Option(min=1, help="How many mutants.")] = 40,
    seed: Annotated[int, typer.Option(help="The same seed takes the same mutants.")] = 1,
) -> None:
    """Break single lines in a copy and run the subject's tests; exit 1 when no test notices one."""
    from tools.mutants import SUBJECTS, survivors

    if subject not in SUBJECTS:
        raise typer.BadParameter(f"{subject!r} is none of {', '.join(SUBJECTS)}")
    tried, left = survivors(subject, sample, seed, print)
    print(f"{tried - len(left)} of {tried} killed.")
    raise typer.Exit(bool(left))


if __name__ == "__main__":
    app()
