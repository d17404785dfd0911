"""A pandas DataFrame that shows itself for people: what is missing is empty, numbers stand at the right, JSON is folded."""

import json
from collections.abc import Iterator
from decimal import Decimal
from numbers import Number
from typing import Any

import pandas as pd

from sagalab.markup import NO_MATH, escape

_SHORT = 44  # characters of JSON that stand in a cell; what is longer is folded
_TEXT_LIMIT = 60
_PLACES = 3  # of a number that is no whole one
_RIGHT = "text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap"
_LEFT = "text-align:left"
_TOP = ";vertical-align:top"


class Table(pd.DataFrame):
    """A DataFrame in everything but how it shows itself, and so is what is selected from it."""

    @property
    def _constructor(self) -> Any:
        return Table

    def __repr__(self) -> str:
        rows = list(self._rows())
        texts = pd.DataFrame(
            [[_text(value) for value in row] for _, row in rows],
            index=pd.Index([label for label, _ in rows], name=self.index.name, dtype=object),
            columns=self.columns,
        )
        return texts.to_string() + (f"\n\n{self._size()}" if len(rows) < len(self) else "")

    def _repr_html_(self) -> str:
        styles = [_RIGHT if _is_numbers(self.iloc[:, place]) else _LEFT for place in range(self.shape[1])]
        heads = "".join(
            f"<th scope='col' style='{style}'>{escape(name)}</th>"
            for name, style in zip(self.columns, styles, strict=True)
        )
        names = _RIGHT if _is_numbers(self.index) else _LEFT
        lines = []
        for label, row in self._rows():
            cells = "".join(
                f"<td style='{style}{_TOP}'>{_cell(value)}</td>"
                for value, style in zip(row, styles, strict=True)
            )
            lines.append(f"<tr><th scope='row' style='{names}{_TOP}'>{escape(label)}</th>{cells}</tr>")
        size = f"<p>{self._size()}</p>" if len(lines) < len(self) else ""
        return (
            f"<div class='{NO_MATH}' style='overflow-x:auto'><table class='dataframe'><thead><tr>"
            f"<th scope='col' style='{names}'>{escape(self.index.name or '')}</th>{heads}</tr></thead>"
            f"<tbody>{''.join(lines)}</tbody></table>{size}</div>"
        )

    def _rows(self) -> Iterator[tuple[Any, list[Any]]]:
        """Yield the labels and values of the rows that are shown: of too many (pandas' option) the first and last."""
        most = pd.get_option("display.max_rows") or len(self)
        few = (pd.get_option("display.min_rows") or most) if len(self) > most else len(self)
        head, tail = (len(self), 0) if few >= len(self) else (few - few // 2, few // 2)
        columns = [self.iloc[:, place].tolist() for place in range(self.shape[1])]
        labels = self.index.tolist()
        for number in range(head):
            yield labels[number], [column[number] for column in columns]
        if tail:
            yield "…", ["…"] * len(columns)
        for number in range(len(self) - tail, len(self)):
            yield labels[number], [column[number] for column in columns]

    def _size(self) -> str:
        return f"{len(self)} rows × {self.shape[1]} columns"


def _is_numbers(column: pd.Series | pd.Index) -> bool:
    values = [value for value in column if not _is_missing(value)]
    return bool(values) and all(isinstance(value, Number) and not isinstance(value, bool) for value in values)


def _is_missing(value: Any) -> bool:
    return value is None or (not isinstance(value, (dict, list, tuple, set)) and bool(pd.isna(value)))


def _text(value: Any) -> str:
    """Return a value on one line: nothing for what is missing, JSON for data, cut where it is long."""
    if _is_missing(value):
        return ""
    if isinstance(value, (dict, list)):
        text = _json(value)
        return text if len(text) <= _TEXT_LIMIT else text[: _TEXT_LIMIT - 1] + "…"
    if isinstance(value, float) and not isinstance(value, Decimal):
        return f"{value:.{_PLACES}f}"
    return str(value)


def _cell(value: Any) -> str:
    if not isinstance(value, (dict, list)) or _is_missing(value):
        return escape(_text(value))
    short = _json(value)
    if len(short) <= _SHORT:
        return f"<code>{escape(short)}</code>"
    kind = f"{{…}} {len(value)} fields" if isinstance(value, dict) else f"[…] {len(value)} items"
    return (
        f"<details><summary>{kind}</summary><pre style='margin:0;white-space:pre-wrap;font-size:12px;text-align:left'>"
        f"{escape(_json(value, 2))}</pre></details>"
    )


def _json(value: Any, indent: int | None = None) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, default=str, indent=indent)
    except (ValueError, RecursionError):
        return "…"
