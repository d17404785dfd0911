"""Commands of the room: who is where, on the instructor's screen; and one's own progress shared with it."""

import io
import sys
import time
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sagalab.commands.output import print_json

if TYPE_CHECKING:
    from rich.console import RenderableType

    from sagalab.instructor.room import Room

WATCH_SECONDS = 3.0
_KEY = "✓ done   ✗2 tried twice, not done   · not begun   s solution seen"
_NARROW_KEY = "✓ done   ✗ tried, not done   · not begun"
_NAME, _AT = 16, 14  # columns, where the terminal is narrow
_SHORTEST_NAME = 6


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (room, share):
        app.command()(command)


def room(
    folder: Annotated[Path, typer.Argument(help="Folder with the participants' progress files.")],
    picture: Annotated[Path | None, typer.Option(help="Write a heat map there (.png or .svg).")] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Look again every 3 s, until Ctrl-C.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show who is where: one row each participant. Reads a local folder, sends nothing."""
    if watch:
        return _watch(folder, picture)
    found = _look(folder, picture)
    if as_json:
        return print_json(found.as_record())
    from rich.console import Console

    console = Console()
    console.print(table(found, console.width))
    for line in _words(found, picture):
        print(line)
    return None


def share(
    name: Annotated[str, typer.Argument(help="Your name in the room.")],
    folder: Annotated[Path, typer.Argument(help="The room's folder; your instructor names it.")],
    watch: Annotated[bool, typer.Option("--watch", help="Share what is new, until Ctrl-C.")] = False,
) -> None:
    """Let the instructor see which exercises you have done: your progress becomes FOLDER/NAME.json."""
    from sagalab.errors import SagaLabError
    from sagalab.instructor.sharing import share as share_progress

    path = share_progress(name, folder)
    print(f"✓ Shared: {path}. It says which exercises you tried and did, and no answers.", flush=True)
    if not watch:
        print("Share again after the next exercises, or let it go on by itself: --watch")
    trouble = ""
    while watch:
        time.sleep(WATCH_SECONDS)
        try:
            share_progress(name, folder)
        except SagaLabError as problem:  # a folder on the network comes back
            if str(problem) != trouble:
                print(f"✗ {problem} It is tried again.", file=sys.stderr, flush=True)
            trouble = str(problem)
        else:
            if trouble:
                print(f"✓ Shared again: {path}", flush=True)
            trouble = ""


def _look(folder: Path, picture: Path | None) -> "Room":
    from sagalab.instructor.room import read_room

    found = read_room(folder)
    if picture is not None:
        from sagalab.instructor.room_picture import save_picture

        save_picture(found, picture)
    return found


def _words(found: "Room", picture: Path | None) -> Iterator[str]:
    yield from (f"✗ skipped {name}: {why}" for name, why in found.skipped)
    if picture is not None:
        yield f"The heat map: {picture}"


def _watch(folder: Path, picture: Path | None) -> None:
    """Show the room, and show it anew when it has changed; an empty folder is waited for.

    A terminal shows it in one place; a pipe or a file gets it again whenever it is another.
    """
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    console = Console()
    if not console.is_terminal:
        shown = None
        while True:
            if (now := _rendered(folder, picture, console.width)) != shown:
                print(shown := now, flush=True)
            time.sleep(WATCH_SECONDS)
    shown = ""
    with Live(console=console, auto_refresh=False, vertical_overflow="visible") as live:
        while True:
            now = on_screen(_rendered(folder, picture, console.width), console.height)
            if now != shown:
                live.update(Text(shown := now), refresh=True)
            time.sleep(WATCH_SECONDS)


def on_screen(rendered: str, height: int) -> str:
    """Return a watched room for a window of so many lines.

    Of a room that is higher only the end is seen, so its first line stands there once more; and there is no clock, since each
    change scrolls the window.
    """
    end = f"every {WATCH_SECONDS:g} s; Ctrl-C ends it"
    if rendered.count("\n") + 2 < height:
        return f"{rendered}\n{time.strftime('%H:%M:%S')}, {end}"
    return f"{rendered}\n{rendered.partition(chr(10))[0]}\n{end}"


def _rendered(folder: Path, picture: Path | None, width: int) -> str:
    from rich.console import Console

    from sagalab.errors import SagaLabError

    try:
        found = _look(folder, picture)
    except SagaLabError as problem:
        return str(problem)
    written = io.StringIO()
    console = Console(width=width, file=written)
    console.print(table(found, width))
    return "\n".join([written.getvalue().rstrip(), *_words(found, picture)])


def table(found: "Room", width: int) -> "RenderableType":
    """Return the room as a table of at most `width` columns, as full as they allow, with its key."""
    from rich import box
    from rich.console import Console, Group
    from rich.measure import Measurement
    from rich.table import Table
    from rich.text import Text

    from sagalab.course.exercises import exercises

    notebooks = [
        (notebook.partition("_")[0], [each.name for each in group])
        for notebook, group in groupby(exercises().values(), key=lambda each: each.notebook)
    ]
    full = Table("participant", "done", "is at", *(number for number, _ in notebooks), box=box.ROUNDED)
    for each in found.participants:
        cells = (" ".join(each.sign(name) for name in names) for _, names in notebooks)
        full.add_row(*map(Text, (each.name, f"{each.done}/{len(exercises())}", each.at, *cells)))
    console = Console(width=10_000)
    if Measurement.get(console, console.options, full).maximum <= width:
        return Group(full, Text(_KEY))
    widths = [max(2, len(names)) for _, names in notebooks]
    course = " ".join(number[-2:].ljust(wide) for (number, _), wide in zip(notebooks, widths, strict=True))
    says_where = _NAME + len("99/99") + _AT + len(course) + 3 <= width
    where = ("is at",) if says_where else ()
    narrow = Table("participant", "done", *where, course, box=None, padding=(0, 1, 0, 0))
    left = (
        width - len("99/99") - len(course) - 3
    )  # a long course in a narrow window leaves less for the names
    narrow.columns[0].max_width = max(_SHORTEST_NAME, min(_NAME, left))
    if says_where:
        narrow.columns[2].max_width = _AT
    for column in narrow.columns:
        column.no_wrap, column.overflow = True, "ellipsis"
    for each in found.participants:
        signs = " ".join(
            "".join(each.sign(name)[0] for name in names).ljust(wide)
            for (_, names), wide in zip(notebooks, widths, strict=True)
        )
        at = (each.at,) if says_where else ()
        narrow.add_row(*map(Text, (each.name, f"{each.done}/{len(exercises())}", *at, signs)))
    return Group(narrow, Text(_NARROW_KEY))
