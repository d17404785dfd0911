"""Time travel: an execution as frames, one after each event, and the player that plays them."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import ipywidgets

from sagalab.errors import SagaLabError
from sagalab.markup import Row, escape, table
from sagalab.pictures import palette
from sagalab.pictures.dark import TEXT, both, paint
from sagalab.pictures.diagram import diagram
from sagalab.pictures.drawing import Drawing, on_page, picture_bundle
from sagalab.pictures.frame import paper
from sagalab.pictures.graph import thread_of
from sagalab.pictures.state_labels import cut
from sagalab.pictures.text_width import printable

_JSON_LIMIT, _CELL_LIMIT, _KEPT_FRAMES = 1200, 60, 64
Tables = Mapping[str, Mapping[Any, Mapping[str, Any]]]


@dataclass(frozen=True)
class Change:
    """One row that is not as it was one frame before: `kind` is added, changed or removed."""

    table: str
    key: Any
    kind: str


@dataclass(frozen=True, repr=False)
class Frame:
    """An execution as it was after its first `k` events.

    - `execution`: the Execution up to there; `drawing`: its picture, laid out as the whole run's.
    - `event`: the last event's type ("" for k = 0); `seconds`: its time since the start, or None.
    - `state`, `input`, `output`: of the visit that the event belongs to, None where there is none.
    - `variables`: the workflow variables that this visit sees, by name.
    - `rows`: the tables' rows as the caller gave them, {table: {key: row}}; `changed`: what the event
      changed in them.
    """

    k: int
    of: int
    execution: Any
    drawing: Drawing
    event: str
    seconds: float | None
    state: str | None
    input: Any
    output: Any
    variables: dict[str, Any]
    rows: Tables
    changed: tuple[Change, ...]

    @property
    def title(self) -> str:
        """What has just happened, in one line."""
        if not self.event:
            return f"Before the first of {self.of} events"
        when = f", {self.seconds:.3f} s" if self.seconds is not None else ""
        where = f" in {self.state}" if self.state else ""
        return printable(f"Event {self.k} of {self.of}{when}: {self.event}{where}")

    def text(self) -> str:
        """Return the frame in words."""
        lines = [
            self.title,
            self.drawing.words,
            f"input: {_compact(self.input)}",
            f"output: {_compact(self.output)}",
        ]
        lines += [f"${name} = {_compact(value)}" for name, value in self.variables.items()]
        lines += [f"{change.table} {change.key}: {change.kind}" for change in self.changed]
        return "\n".join(lines)

    def html(self) -> str:
        """Return the frame as HTML: the picture, below it the data. No script, colours of its own."""
        try:
            picture = on_page(self.drawing.svg())
        except SagaLabError as error:
            picture = f"<pre>{escape(self.drawing.text())}\n{escape(error.what)}</pre>"
        data = [_box("input", _pretty(self.input))]
        data += [_box("output", _pretty(self.output))] if self.output is not None else []
        data += [_box(f"${name}", _pretty(value)) for name, value in self.variables.items()]
        data += [self._table_html(table, rows) for table, rows in self.rows.items()]
        head = f'<div style="font-size:17px;font-weight:bold;margin-bottom:6px">{escape(self.title)}</div>'
        beside = f'<div style="display:flex;flex-wrap:wrap;gap:10px;margin-top:8px">{"".join(data)}</div>'
        return paper(f"{head}{picture}{beside}", f"padding:10px;font:14px {_FONTS}")

    def _table_html(self, name: str, rows: Mapping) -> str:
        kinds = {change.key: change.kind for change in self.changed if change.table == name}
        signs = {"added": "+ added", "changed": "● changed", "removed": "− removed"}
        lines = []
        for key, row in [*rows.items(), *((key, {}) for key, kind in kinds.items() if kind == "removed")]:
            style = _CHANGED if key in kinds else "background:none"
            text = ", ".join(f"{name}: {cut(_compact(value), _CELL_LIMIT)}" for name, value in row.items())
            lines.append(Row((signs.get(kinds.get(key, ""), ""), printable(key), printable(text)), style))
        look = "border-collapse:collapse;color:inherit"
        return _box_html(f"table {name}", table(lines, cell=_CELL, style=look) if lines else "no rows")

    def __repr__(self) -> str:
        return self.text()

    def _repr_mimebundle_(self, include=None, exclude=None, **_options) -> dict[str, str]:
        try:
            bundle = picture_bundle(self.drawing.svg(), self.text())
        except SagaLabError:
            return {"text/plain": self.text()}
        if "text/html" in bundle:
            bundle["text/html"] = self.html()
        return bundle


_CELL = "padding:2px 8px;text-align:left;color:inherit"
_CHANGED = f"{paint(palette.CHANGED_FILL, palette.NEUTRAL.text)};font-weight:bold"
_FONTS = "Arial,Liberation Sans,Helvetica,sans-serif"  # no quotes: it stands in style="…"


class Steps(Sequence):
    """The frames of an execution: `len(steps)` is one more than its events, `steps[k]` is made when
    it is asked for (and the last few are kept)."""

    def __init__(self, execution, definition: dict | str | None, rows: Callable | Mapping | None):
        self.execution = execution
        self._definition = definition if definition is not None else execution.definition
        self._rows = rows
        self._owners = {number: visit.index for visit in execution.visits for number in visit.events}
        self._frame = lru_cache(maxsize=_KEPT_FRAMES)(self._make)
        self._rows_at = lru_cache(maxsize=_KEPT_FRAMES)(self._read_rows)

    def __len__(self) -> int:
        return len(self.execution.events) + 1

    def __getitem__(self, k):
        if isinstance(k, slice):
            return [self[index] for index in range(*k.indices(len(self)))]
        if not -len(self) <= k < len(self):
            raise IndexError(
                f"The run has {len(self) - 1} events; frames go from 0 to {len(self) - 1}, not {k}."
            )
        return self._frame(k % len(self))

    def _read_rows(self, k: int) -> Tables:
        if self._rows is None:
            return {}
        if callable(self._rows):
            return self._rows(self.execution.at(k)) or {}
        known = [moment for moment in self._rows if moment <= k]
        return self._rows[max(known)] if known else {}

    def _make(self, k: int) -> Frame:
        run = self.execution.at(k)
        event = self.execution.events[k - 1] if k else {}
        owner = self._owners.get(event.get("id"))
        visit = run.visits[owner] if owner is not None and owner < len(run.visits) else None
        moment, start = event.get("timestamp"), self.execution.started
        seconds = (
            (moment - start).total_seconds() if hasattr(moment, "timestamp") and start is not None else None
        )
        return Frame(
            k=k,
            of=len(self) - 1,
            execution=run,
            drawing=diagram(self._definition, run, room_for=self.execution),
            event=str(event.get("type", "")),
            seconds=seconds,
            state=visit.name if visit else None,
            input=visit.input if visit else run.input,
            output=visit.output if visit else run.output,
            variables=_variables(run.visits, visit),
            rows=self._rows_at(k),
            changed=tuple(_changes(self._rows_at(k - 1), self._rows_at(k))) if k else (),
        )


def steps(
    execution, *, definition: dict | str | None = None, rows: Callable | Mapping | None = None
) -> Steps:
    """Return an execution as a sequence of frames: `steps(run)[k]` is the run after its first k events.

    `definition`: its machine (None: the execution's own). `rows` adds database rows to each frame: a
    function of the `Execution` so far that returns {table: {key: row}}, or a mapping from an event
    count to such tables (each holds until the next).
    """
    return Steps(execution, definition, rows)


def _variables(visits: list, current) -> dict[str, Any]:
    """Return the variables that the current visit sees: those of its own scope and of those around it."""
    scopes = {thread_of(visit) for visit in visits if visit.parent is None}
    while current is not None:
        scopes.add(thread_of(current))
        current = current.parent
    seen: dict[str, Any] = {}
    for visit in visits:
        if thread_of(visit) in scopes:
            seen.update(visit.assigned)
    return seen


def _changes(before: Tables, after: Tables) -> list[Change]:
    changes = []
    for name in dict.fromkeys([*before, *after]):
        old, new = before.get(name, {}), after.get(name, {})
        for key in dict.fromkeys([*old, *new]):
            kind = "added" if key not in old else "removed" if key not in new else "changed"
            if old.get(key) != new.get(key):
                changes.append(Change(name, key, kind))
    return changes


def _compact(value: Any) -> str:
    return printable(json.dumps(value, ensure_ascii=False, default=str))


def _pretty(value: Any) -> str:
    return cut(json.dumps(value, ensure_ascii=False, default=str, indent=2), _JSON_LIMIT)


def _box(title: str, text: str) -> str:
    return _box_html(
        title,
        f'<pre style="margin:0;white-space:pre-wrap;color:inherit;background:none">{escape(text)}</pre>',
    )


def _box_html(title: str, body: str) -> str:
    muted = palette.NEUTRAL.muted
    return (
        '<div style="border:1px solid #9aa7b8;border-radius:6px;padding:6px 10px;font-size:13px;'
        'max-width:46em;max-height:16em;overflow:auto">'
        f'<div style="font-weight:bold;color:{muted};color:{both(muted, TEXT)}">{escape(title)}</div>{body}</div>'
    )


_PACE_MS = 700


def player(
    execution,
    *,
    definition: dict | str | None = None,
    rows: Callable | Mapping | None = None,
    start: int | None = None,
) -> ipywidgets.VBox:
    """Return a widget that plays an execution event by event; arguments as for `steps`.

    It begins with the whole run, or after `start` events. Frames are drawn when they are first
    shown; the slider's and the buttons' labels say what they do.
    """
    frames = steps(execution, definition=definition, rows=rows)
    last = len(frames) - 1
    first = last if start is None else min(max(start, 0), last)
    picture = ipywidgets.HTML(frames[first].html())
    wide = ipywidgets.Layout(width="auto")
    slider = ipywidgets.IntSlider(
        first, 0, last, description="events", continuous_update=False, layout=ipywidgets.Layout(width="55%")
    )
    play = ipywidgets.Play(
        value=first, min=0, max=last, interval=_PACE_MS, tooltip="play the run event by event"
    )
    back = ipywidgets.Button(description="◄ back", tooltip="one event back", layout=wide)
    forward = ipywidgets.Button(description="forward ►", tooltip="one event forward", layout=wide)
    ipywidgets.jslink((play, "value"), (slider, "value"))

    def show(change) -> None:
        picture.value = frames[change["new"]].html()

    def move(by: int) -> Callable:
        def moved(_button) -> None:
            slider.value = min(max(slider.value + by, 0), last)

        return moved

    slider.observe(show, names="value")
    back.on_click(move(-1))
    forward.on_click(move(+1))
    return ipywidgets.VBox([ipywidgets.HBox([play, back, slider, forward]), picture])
