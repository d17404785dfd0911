"""How commands print: JSON, and tables of plain text."""

import json
from typing import Any


def print_json(value: Any) -> None:
    """Print a value as JSON, indented."""
    print(json.dumps(value, indent=2, ensure_ascii=False))


def print_table(columns: tuple[str, ...] | None, rows: list[tuple[str, ...]]) -> None:
    """Print rows as a table; without `columns` it has no frame. Every cell is plain text."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*(columns or ()), show_header=bool(columns), box=box.ROUNDED if columns else None)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)
