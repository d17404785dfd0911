"""Commands: explore a machine under fault plans, and send a storm of orders."""

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from sagalab.commands.output import print_json
from sagalab.errors import SagaLabError
from sagalab.project import writing_to

if TYPE_CHECKING:
    from sagalab.pictures.drawing import Drawing
    from sagalab.rehearsal.result import Exploration
    from sagalab.rehearsal.storm_result import Storm

_SHOWN = 5
_OWN = "For a machine of your own"
_INTERRUPTED = 130  # as shells count Ctrl-C


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (explore, storm):
        app.command()(command)


def explore(
    which: Annotated[
        str | None, typer.Argument(metavar="MACHINE", help="The same as --machine.", show_default=False)
    ] = None,
    machine: Annotated[str, typer.Option(help="saga, hardened, or a file with a definition.")] = "saga",
    faults: Annotated[
        int | None,
        typer.Option(
            help="1: every single fault. 2: every pair too (a machine of your own: 2). 3: a sample."
        ),
    ] = None,
    sample: Annotated[int | None, typer.Option(min=1, help="Run only so many plans.")] = None,
    seed: Annotated[int, typer.Option(help="Which ones --sample takes.")] = 1,
    picture: Annotated[
        Path | None, typer.Option(help="Save the smallest finding's picture: an .svg or .png file.")
    ] = None,
    real: Annotated[
        bool, typer.Option("--real", help="Run each plan on the local cloud: minutes instead of seconds.")
    ] = False,
    orders: Annotated[
        int, typer.Option(min=1, max=3, help="2: two orders race for one item. 3: three, a sample.")
    ] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    given_input: Annotated[
        str | None, typer.Option("--input", help="JSON, or @file.", rich_help_panel=_OWN)
    ] = None,
    undo: Annotated[
        list[str] | None, typer.Option(help="Step=Undo, again and again.", rich_help_panel=_OWN)
    ] = None,
    reads: Annotated[
        list[str] | None, typer.Option(help="A task that changes nothing.", rich_help_panel=_OWN)
    ] = None,
    optional: Annotated[
        list[str] | None, typer.Option(help="A step that may be left out.", rich_help_panel=_OWN)
    ] = None,
    pivot: Annotated[
        str | None, typer.Option(help="After this step it only goes forward.", rich_help_panel=_OWN)
    ] = None,
    without: Annotated[
        list[str] | None, typer.Option(help="A kind of faults to leave out.", rich_help_panel=_OWN)
    ] = None,
    junit: Annotated[Path | None, typer.Option(help="Write JUnit XML here.", rich_help_panel=_OWN)] = None,
) -> None:
    """Run a machine under every fault plan, and show where money or goods leak.

    It runs in this process, in virtual time, on the course's services in memory.

    Exit code 0 when nothing was found, 1 when something leaked (or is owed without need, or was given up), 2
    when it could not run. Ctrl-C keeps what was found. A machine of your own runs in this process, in virtual
    time, without a cloud; my.saga.yaml beside my.asl.json may say what is a step and what undoes it.
    """
    from sagalab.rehearsal.any_saga.whose import is_of_the_course
    from sagalab.rehearsal.explorer import explore as run_plans

    machine = which or machine
    own: dict[str, Any] = {"--input": given_input, "--undo": undo, "--reads": reads, "--optional": optional}
    own |= {"--pivot": pivot, "--without": without, "--junit": junit}
    if not is_of_the_course(machine):
        if orders > 1:
            raise SagaLabError(
                "--orders is for the course's machines: orders race for their tables.", "Leave it out."
            )
        _explore_own(machine, faults or 2, own, sample, as_json, picture)
    refused = next((name for name, value in own.items() if value), None)
    if refused is not None:
        raise SagaLabError(
            f"{refused} is for machines of your own; {machine} has the course's functions.",
            f"Leave {refused} out.",
        )
    faults = 1 if faults is None else faults
    if orders > 1:
        _explore_races(machine, orders, faults, sample, seed, as_json, picture)
    with progress_on_stderr("Exploring") as advance:
        found = run_plans(machine, faults=faults, sample=sample, seed=seed, advance=advance, real=real)
    if as_json:
        print_json([case.record for case in found.cases])
    else:
        _print(found, machine, real)
    if picture:
        _save(found.picture(), picture)
    if found.findings:
        raise typer.Exit(1)
    if found.interrupted:
        raise typer.Exit(_INTERRUPTED)
    raise typer.Exit(2 if found.undecided or not found.cases else 0)


def storm(
    orders: Annotated[int, typer.Argument(min=1, help="How many orders.")] = 300,
    seed: Annotated[int, typer.Option(help="Which mix of baskets and faults.")] = 1,
    machine: Annotated[str, typer.Option(help="saga, hardened, or a file with a definition.")] = "hardened",
    chart: Annotated[Path | None, typer.Option(help="Save the charts: an .svg or .png file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Send many orders at once, with a seeded mix of faults; then see whether money and goods add up.

    Exit code 0 when they do and no order was lost or leaked, else 1.
    """
    from sagalab.rehearsal.order_storm import order_storm

    with progress_on_stderr("Storm") as advance:
        found = order_storm(orders, seed=seed, machine=machine, advance=advance)
    if as_json:
        print_json(found.record)
    else:
        _print_storm(found)
    if chart:
        found.chart().savefig(chart)
    raise typer.Exit(0 if found.books.balanced and not found.lost and not found.verdicts["leaked"] else 1)


def _explore_races(
    machine: str,
    orders: int,
    faults: int,
    sample: int | None,
    seed: int,
    as_json: bool,
    picture: Path | None,
) -> NoReturn:
    from rich.console import Console
    from rich.text import Text

    from sagalab.rehearsal.races.anomalies import ACCEPTABLE, MEANING, NAMES
    from sagalab.rehearsal.races.explore import explore_orders

    with progress_on_stderr("Racing") as advance:
        found = explore_orders(
            machine, orders=orders, faults=faults, sample=sample, seed=seed, advance=advance
        )
    if as_json:
        print_json([case.record for case in found.cases])
    else:
        console = Console()
        for name in NAMES:
            case = found.smallest(name)
            if case is not None:
                sign = "·" if name in ACCEPTABLE else "✗"
                accepted = " A saga has no isolation; a design may accept it." if name in ACCEPTABLE else ""
                console.print(
                    Text(f"{sign} {name} ({MEANING[name]}): {found.counts[name]} schedules.{accepted}")
                )
                console.print(Text(f"  {case.sentence}"))
        ended = " Ctrl-C ended it early." if found.interrupted else ""
        console.print(Text(f"{machine}: {found.summary} {found.seconds:.1f} s.{ended}"), soft_wrap=True)
    if picture:
        _save(found.picture(), picture)
    raise typer.Exit(1 if found.findings else _INTERRUPTED if found.interrupted else 0)


def _explore_own(
    machine: str, faults: int, own: dict[str, Any], sample: int | None, as_json: bool, picture: Path | None
) -> NoReturn:
    from sagalab.commands import explore_any as command
    from sagalab.rehearsal.any_saga.explore import as_input, explore_any
    from sagalab.rehearsal.any_saga.given import NOTHING

    if sample is not None:
        raise SagaLabError("--sample is for the course's machines.", "Take --faults 1 for fewer plans.")
    with progress_on_stderr("Exploring") as advance:
        found = explore_any(
            machine,
            NOTHING if own["--input"] is None else as_input(own["--input"]),
            faults=faults,
            undo=command.pairs_of(own["--undo"] or []),
            reads=own["--reads"] or [],
            optional=own["--optional"] or [],
            pivot=own["--pivot"],
            without=own["--without"] or [],
            advance=advance,
        )
    command.report(found, machine, as_json=as_json, junit=own["--junit"])
    if picture:
        _save(found.picture(), picture)
    raise typer.Exit(command.exit_code(found))


@contextlib.contextmanager
def progress_on_stderr(title: str) -> Iterator[Callable[[int, int], None]]:
    """Yield a function to call with (how many are done, of how many); it draws a bar on a terminal's stderr."""
    if not sys.stderr.isatty():
        yield lambda done, of: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn(title), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


def _save(drawn: "Drawing | None", path: Path) -> None:
    """Save the picture of a finding; where nothing was found there is none."""
    if drawn is None:
        return
    made = drawn.png() if path.suffix.lower() == ".png" else drawn.svg().encode()
    with writing_to(path):
        path.write_bytes(made)


def _print(found: "Exploration", machine: str, real: bool) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from sagalab.rehearsal.edition import WORDS

    console = Console()
    smallest = found.smallest(_SHOWN)
    if smallest:
        table = Table(title=Text("The smallest plans that fail"), title_justify="left", box=box.SIMPLE_HEAD)
        for head in ("", "what struck, and what was not undone", "path"):
            table.add_column(head, overflow="fold")
        for case in smallest:
            table.add_row(Text(f"✗ {case.finding}"), Text(case.sentence), Text(" → ".join(case.path)))
        console.print(table)
    ended = " Ctrl-C ended it early." if found.interrupted else ""
    console.print(Text(f"{machine}: {found.summary} {found.seconds:.1f} s.{ended}"), soft_wrap=True)
    if found.left_out:
        same = f"{found.left_out} pairs were not run: their run is that of one of the two faults alone."
        console.print(Text(same), soft_wrap=True)
    if found.repeated:
        console.print(Text(f"{found.repeated} runs were repeated: the computer was busy."), soft_wrap=True)
    if found.moments:
        more = f"{found.moments} more runs let late commits land at every other moment that matters."
        console.print(Text(more), soft_wrap=True)
    if real:
        console.print(Text(WORDS), soft_wrap=True)


def _print_storm(found: "Storm") -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from sagalab.ledger.verdict import SIGNS

    console = Console()
    table = Table("orders", "verdict", "p50", "path", box=box.SIMPLE_HEAD)
    for row in found.paths.itertuples():
        verdict = Text(f"{SIGNS[row.verdict]} {row.verdict}")
        table.add_row(str(row.orders), verdict, f"{row.p50:.1f} s", Text(row.path, overflow="fold"))
    console.print(table)
    latency = ", ".join(f"{name} {value:.1f} s" for name, value in found.latency.items())
    totals = ", ".join(f"{number} {name}" for name, number in sorted(found.verdicts.items()))
    print(f"{found.count} orders in {found.seconds:.0f} s: {totals}; {found.lost} lost. Latency: {latency}.")
    if found.answered:
        print(f"{found.answered} waited for a human, and were answered “retry”.")
    for sign, left, relation, right in found.books.rows():
        print(f"{sign} {left} {relation} {right}")
