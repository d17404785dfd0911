"""`sagalab lab`: JupyterLab on the first notebook, with the saga deployed on the local cloud."""

import os
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(lab)


def lab(
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Print the address, open no browser.")
    ] = False,
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="JupyterLab's port (default: 8888 or the next free one)."),
    ] = None,
) -> None:
    """Start JupyterLab, and deploy the saga on the local cloud meanwhile. Ctrl-C ends both."""
    from sagalab.upkeep.workshop import run_lab

    in_ci = bool(os.environ.get("CI"))
    raise typer.Exit(
        run_lab(browser=not (no_browser or in_ci), port=port, say=lambda text: print(text, flush=True))
    )
