"""Commands for whoever teaches: the demonstration."""

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (demo,):
        app.command()(command)


def demo(
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port of the page.")] = None,
    browser: Annotated[bool, typer.Option(help="Open the page in a browser.")] = True,
) -> None:
    """Show the failure paths on a page with one button each; needs no network. Ctrl-C ends it."""
    from sagalab.demo import prepare
    from sagalab.demo_server import HOST, choose_port, serve

    chosen = choose_port(port)
    prepare()
    print(f"The demonstration: http://{HOST}:{chosen}/  (Ctrl-C ends it)", flush=True)
    raise typer.Exit(serve(chosen, browser=browser))
