"""What `sagalab explore` prints and writes for a machine with tasks of its own."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sagalab.commands.output import print_json
from sagalab.errors import SagaLabError

if TYPE_CHECKING:
    from sagalab.rehearsal.any_saga.result import AnyExploration

_SHOWN = 5
_INTERRUPTED = 130  # as shells count Ctrl-C


def pairs_of(said: list[str]) -> dict[str, list[str]]:
    """Return the undos of each step from `--undo Step=Undo`. Raises SagaLabError for another form."""
    found: dict[str, list[str]] = {}
    for text in said:
        step, equals, undo = text.partition("=")
        if not equals or not step.strip() or not undo.strip():
            raise SagaLabError(f"--undo {text} is no pair.", "Write --undo Step=Undo.")
        found.setdefault(step.strip(), []).append(undo.strip())
    return found


def report(found: "AnyExploration", machine: str, *, as_json: bool, junit: Path | None) -> None:
    """Print what was found, and write JUnit XML."""
    if junit is not None:
        from sagalab.rehearsal.any_saga.junit import junit_xml

        try:
            junit.write_bytes(junit_xml(found, Path(machine).name))
        except OSError as error:
            raise SagaLabError(
                f"{junit} cannot be written: {error.strerror}.",
                "Give --junit a file in a folder that there is.",
            ) from None
    if as_json:
        print_json(found.record)
    else:
        _print(found, machine)


def exit_code(found: "AnyExploration") -> int:
    """Return 0 when nothing is owed, 1 when something leaked, 130 when Ctrl-C came before anything was found."""
    return 1 if found.findings else _INTERRUPTED if found.interrupted else 0


def _print(found: "AnyExploration", machine: str) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()

    def table(title: str, heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
        made = Table(title=Text(title), title_justify="left", box=box.SIMPLE_HEAD)
        for head in heads:
            made.add_column(head, overflow="fold")
        for row in rows:
            made.add_row(*map(Text, row))
        console.print(made)

    table("Who is who", ("task", "part in the saga", "recognised"), found.roles.rows())
    console.print(Text(f"Happy path: {' → '.join(found.happy.path)}"), soft_wrap=True)
    rows = [(f"✗ {case.finding}", case.sentence, " → ".join(case.path)) for case in found.smallest(_SHOWN)]
    if rows:
        table("The smallest plans that fail", ("", "what struck, and what is owed", "path"), rows)
    for remark, count in found.remarks.most_common(_SHOWN):
        console.print(Text(f"· {remark} ({count} plans)."), soft_wrap=True)
    ended = " Ctrl-C ended it early." if found.interrupted else ""
    console.print(Text(f"{machine}: {found.summary} {found.seconds:.1f} s.{ended}"), soft_wrap=True)
    if found.left_out:
        same = f"{found.left_out} pairs were not run: each is the same run as another plan."
        console.print(Text(same), soft_wrap=True)
    if found.sampled:
        console.print(Text(f"Of the pairs only every {found.sampled}th was run: they are too many."))
    cure = "Is a task not what it is taken for? Say --undo Step=Undo, --reads Task, or write a .saga.yaml."
    console.print(Text(cure), soft_wrap=True)
