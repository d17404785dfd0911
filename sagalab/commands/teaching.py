"""Commands for whoever teaches: working copies, the demonstration, slides, and a lab back to its start."""

import secrets
import socket
from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (notebooks, demo, slides, reset):
        app.command()(command)


def notebooks() -> None:
    """Make the working copies of the notebooks, without outputs, in my-workshop/. None is overwritten."""
    from sagalab.course.working_copies import in_words, make_copies

    print(in_words(make_copies()))


def demo(
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port of the page.")] = None,
    browser: Annotated[bool, typer.Option(help="Open the page in a browser.")] = True,
    room: Annotated[
        Path | None, typer.Option(help="The room's folder: the key m shows its heat map.", metavar="FOLDER")
    ] = None,
) -> None:
    """Show the failure paths on a page for the projector, and notes in a second window. Ctrl-C ends it.

    One key each: space goes on, ← back, 1 to 7 jump, f is full screen, w opens the speaker's window. It needs no network.
    """
    from sagalab.instructor.demo import prepare
    from sagalab.instructor.server import DEMONSTRATION, listen, serve
    from sagalab.instructor.show import Show

    listening, token = listen(port), secrets.token_urlsafe(24)
    prepare()
    _say_addresses("The demonstration", listening, token)
    raise typer.Exit(serve(Show(room=room), DEMONSTRATION, listening, token, browser=browser))


def slides(
    deck: Annotated[
        Path | None, typer.Argument(help="A text in Markdown; the course's own deck without it.")
    ] = None,
    save: Annotated[
        Path | None, typer.Option(help="Write the deck to a .html or .pdf file instead.", metavar="FILE")
    ] = None,
    notes: Annotated[bool, typer.Option("--notes", help="With --save: the notes under each slide.")] = False,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port of the page.")] = None,
    browser: Annotated[bool, typer.Option(help="Open the page in a browser.")] = True,
) -> None:
    """Show slides for the talk between the labs, with notes in a second window, or save them. Ctrl-C ends it.

    The keys are those of `sagalab demo`. A deck is Markdown: a line `---` between two slides, `> …` for the speaker,
    `![](33)` for the picture of a path of the demonstration. It needs no network.
    """
    from sagalab.instructor.deck import OURS, read_deck

    read = read_deck(deck or OURS)
    if save is not None:
        from sagalab.instructor.deck_file import save_deck
        from sagalab.upkeep.chromium import find_chromium

        save_deck(read, save, find_chromium(), notes=notes)
        print(f"✓ {len(read)} slides: {save}")
        return
    from sagalab.instructor.deck_show import DeckShow
    from sagalab.instructor.server import SLIDES, listen, serve

    listening, token = listen(port), secrets.token_urlsafe(24)
    _say_addresses(f"{len(read)} slides", listening, token)
    raise typer.Exit(serve(DeckShow(read), SLIDES, listening, token, browser=browser))


def _say_addresses(what: str, listening: socket.socket, token: str) -> None:
    from sagalab.instructor.server import address

    port = listening.getsockname()[1]
    print(f"{what}: {address(port, token)}  (Ctrl-C ends it)")
    print(f"For you alone: {address(port, token, 'speaker')}  (notes, what comes next, clock)", flush=True)


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
