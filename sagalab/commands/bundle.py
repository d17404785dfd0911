"""`sagalab bundle`: a stick from which the workshop starts without a network."""

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(bundle)


def bundle(
    folder: Annotated[Path, typer.Argument(help="A folder of its own, on the stick.", show_default=False)],
    system: Annotated[
        list[str] | None,
        typer.Option(help="linux, linux-arm, macos, macos-intel or windows; more than once; all without it."),
    ] = None,
    python: Annotated[
        list[str] | None, typer.Option(help="3.11 to 3.14; more than once; all without it.")
    ] = None,
    history: Annotated[bool, typer.Option("--history", help="The git history too, to clone from.")] = False,
) -> None:
    """Make a stick: this project, uv and all packages, for computers without a network."""
    from sagalab.upkeep.bundle import choose_targets, make_bundle

    targets = choose_targets(system or [], python or [])
    make_bundle(folder, targets=targets, history=history, say=lambda text: print(text, flush=True))
