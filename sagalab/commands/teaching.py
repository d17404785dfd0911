"""Commands for whoever teaches: working copies, the demonstration, and a lab back to its start."""

import secrets
from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (notebooks, demo, reset):
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
    from sagalab.instructor.server import address, listen, serve

    listening, token = listen(port), secrets.token_urlsafe(24)
    chosen = listening.getsockname()[1]
    prepare()
    print(f"The demonstration: {address(chosen, token)}  (Ctrl-C ends it)")
    print(
        f"For you alone:     {address(chosen, token, 'speaker')}  (notes, next question, clock)", flush=True
    )
    raise typer.Exit(serve(listening, token, browser=browser, room=room))


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
