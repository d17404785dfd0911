"""Commands for whoever teaches: the demonstration, the room, and a lab back to its start."""

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sagalab.commands.output import print_json

if TYPE_CHECKING:
    from sagalab.instructor.room import Room


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (notebooks, demo, room, reset):
        app.command()(command)


def notebooks() -> None:
    """Make the working copies of the notebooks, without outputs, in my-workshop/. None is overwritten."""
    from sagalab.course.working_copies import in_words, make_copies

    print(in_words(make_copies()))


def demo(
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port of the page.")] = None,
    browser: Annotated[bool, typer.Option(help="Open the page in a browser.")] = True,
) -> None:
    """Show the failure paths on a page with one button each; needs no network. Ctrl-C ends it."""
    from sagalab.instructor.demo import prepare
    from sagalab.instructor.server import address, choose_port, serve

    chosen, token = choose_port(port), secrets.token_urlsafe(24)
    prepare()
    print(f"The demonstration: {address(chosen, token)}  (Ctrl-C ends it)", flush=True)
    raise typer.Exit(serve(chosen, token, browser=browser))


def room(
    folder: Annotated[Path, typer.Argument(help="Folder with the participants' progress files.")],
    picture: Annotated[Path | None, typer.Option(help="Write a heat map there (.png or .svg).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show who is where: one row each participant. Reads a local folder, sends nothing."""
    from sagalab.instructor.room import read_room

    found = read_room(folder)
    if picture is not None:
        from sagalab.instructor.room_picture import save_picture

        save_picture(found, picture)
    if as_json:
        print_json(found.as_record())
        return
    _print_room(found)
    if picture is not None:
        print(f"The heat map: {picture}")


def _print_room(found: "Room") -> None:
    from itertools import groupby

    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from sagalab.course.exercises import exercises

    notebooks = {
        notebook: [each.name for each in group]
        for notebook, group in groupby(exercises().values(), key=lambda each: each.notebook)
    }
    table = Table(
        "participant", "done", "is at", *(name.partition("_")[0] for name in notebooks), box=box.ROUNDED
    )
    for each in found.participants:
        cells = (" ".join(each.sign(name) for name in names) for names in notebooks.values())
        table.add_row(
            *(Text(text) for text in (each.name, f"{each.done}/{len(exercises())}", each.at, *cells))
        )
    Console().print(table)
    print("✓ done   ✗2 tried twice, not done   · not begun   s solution seen")
    for name, why in found.skipped:
        print(f"✗ skipped {name}: {why}")


def reset(
    lab: Annotated[str, typer.Argument(help="A lab, such as 03.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Put a lab back to its start: its notebook and its progress. A copy of the answers is kept."""
    from sagalab.course.start_over import find

    found = find(lab)
    if not found.needed:
        print(f"✓ {found.path.name} is at its start already.")
        return
    print(f"{found.path.name} goes back to {found.origin}: {found.what_goes}. A copy is kept.")
    if not yes and not typer.confirm("Discard them?"):
        print("Nothing was changed.")
        raise typer.Exit(1)
    for copy in found.reset():
        print(f"The copy: {copy}")
    print(f"✓ {found.path.name} is at its start. Open in JupyterLab? File → Reload Notebook from Disk.")
