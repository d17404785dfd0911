"""How a long piece of work shows that it goes on: a bar in a terminal, one line in a notebook, or nothing."""

import contextlib
import sys
from collections.abc import Callable, Iterator

Advance = Callable[[str], None]


@contextlib.contextmanager
def progress(title: str, total: int, *, show: bool = True) -> Iterator[Advance]:
    """Yield a function to call with the name of each of `total` steps that is done.

    In a terminal it draws a bar that goes away at the end. Elsewhere (a notebook, a pipe) it prints one line
    at the end: a bar there would need a widget, or be redrawn as ever new lines.
    """
    if not (show and sys.stdout.isatty()):
        yield lambda step: None
        if show:
            print(f"{title}: {total} steps done.")
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn(title), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[step]}"))
    with Progress(*columns, transient=True) as bar:
        task = bar.add_task(title, total=total, step="")
        yield lambda step: bar.update(task, advance=1, step=step)
