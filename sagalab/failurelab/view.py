"""The failure lab's pictures and tables as HTML: no script, the page's light or dark, words for screen readers."""

import json
from collections.abc import Sequence
from typing import Any

from sagalab.errors import SagaLabError
from sagalab.failurelab.run import ARROW, LabRun
from sagalab.history.execution import Execution
from sagalab.history.visits import Visit
from sagalab.ledger.verdict import MEANING, Verdict
from sagalab.markup import escape, table
from sagalab.pictures.dark import LINE, both, paint, svg_rules
from sagalab.pictures.diagram import diagram
from sagalab.pictures.drawing import HOW_TO_GET_DOT
from sagalab.pictures.frame import paper
from sagalab.pictures.palette import RUN_STATUS, VERDICT, look

_FONTS = "Arial,Liberation Sans,Helvetica,sans-serif"  # no quotes: it stands in style='…'
_LINE = "var(--jp-border-color2,#dde2e8)"
_PAPER, _INK = (
    "var(--jp-layout-color1,#fff)",
    "var(--jp-content-font-color1,#16202c)",
)  # JupyterLab's, light or dark
_CODE = (
    "This is the saga as code, a durable function: nothing can be drawn before it runs. Press Run, and its steps are drawn "
    "as they come. The code is in lambdas/durable_saga.py and durable_saga_hardened.py; lab 13 is about it."
)
_CELL = f"padding:3px 10px;text-align:left;vertical-align:top;border-top:1px solid {_LINE}"


def sheet(body: str, label: str = "") -> str:
    """Return a sheet in the colours of the page's theme."""
    named = f" role='group' aria-label='{escape(label)}'" if label else ""
    return (
        f"<div{named} class='sagalab' style='background:{_PAPER};color:{_INK};padding:10px;font:15px/1.45 {_FONTS};"
        f"overflow-x:auto'>{body}</div>"
    )


def said(words: str, kind: str = "") -> str:
    """Return a line that a screen reader reads out when it changes. `kind`: "" or a status of the palette."""
    style = look(kind) if kind else None
    colours = (
        f"{paint(style.fill, style.text)};border-left:6px solid {both(style.line, LINE)};" if style else ""
    )
    sign = f"{style.sign} " if style and words else ""
    return (
        f"<div role='status' aria-live='polite' class='sagalab' style='{colours}padding:6px 10px;font:16px/1.4 {_FONTS};"
        f"min-height:1.4em'>{escape(sign + words)}</div>"
    )


def picture(definition: dict | None, execution: Execution | None, room: Execution | None = None) -> str:
    """Return the machine as SVG, with what an execution did so far; as text where there is no `dot`.

    Code has no definition: there is no picture of it before it runs.
    """
    if not definition and execution is None:
        return sheet(f"<p>{escape(_CODE)}</p>")
    drawing = diagram(definition, execution, room_for=room)
    try:
        svg = drawing.svg()
        return paper(f"<style>{svg_rules(svg, '.sagalab-live')}</style><div class='sagalab-live'>{svg}</div>")
    except SagaLabError as error:
        return sheet(
            f"<pre>{escape(drawing.text())}</pre><p>{escape(error.what)} {escape(HOW_TO_GET_DOT)}</p>"
        )


def result(run: LabRun) -> str:
    """Return the end of a run: its path and status, the prediction beside it, the verdict and the ledger."""
    style = look(RUN_STATUS.get(run.status, ""))
    head = (
        f"<p><strong style='{paint(style.fill, style.text)};padding:3px 8px;border-radius:4px'>"
        f"{style.sign} {escape(run.state)}</strong></p><p>{escape(ARROW.join(run.path))}</p>"
    )
    parts = [head]
    if run.prediction is not None:
        parts.append(run.prediction.html(run.path))
    parts.append(ledger(run.verdict) if run.verdict is not None else "<p>The ledger is being read …</p>")
    return sheet("".join(parts), f"run {run.number}")


def ledger(verdict: Verdict) -> str:
    """Return the verdict, what it means, and the rows that it rests on."""
    style = look(VERDICT[verdict.name])
    head = (
        f"<p style='{paint(style.fill, style.text)};border-left:6px solid {both(style.line, LINE)};"
        f"padding:6px 10px;font-size:17px'><strong>{verdict.sign} {verdict.name}</strong>: "
        f"{escape(verdict.words)}</p><p>{verdict.name} means: {MEANING[verdict.name]}.</p>"
    )
    return head + rows_of(verdict.ledger.rows(), ("service", "what", "how much"), "ledger")


def rows_of(rows: Sequence[Sequence[Any]], columns: Sequence[str], label: str) -> str:
    """Return rows as a table in the panel's look."""
    return table(rows, columns, cell=_CELL, style="border-collapse:collapse", label=label)


def chart(execution: Execution) -> str:
    """Return the timeline as a picture with its words."""
    from sagalab.pictures.timeline import timeline  # it loads matplotlib, and one_fault shows none

    return timeline(execution).html()


def events(execution: Execution) -> str:
    """Return the history events as a table, as the console lists them."""
    start, owner = execution.started, execution.states_of_events
    details = execution.events_table()["details"]
    rows = []
    for event in execution.history:
        seconds = f"{(event.at - start).total_seconds():.3f}" if event.at and start else ""
        rows.append((event.id, event.type, owner.get(event.id, ""), seconds, details[event.id]))
    return sheet(rows_of(rows, ("id", "type", "state", "seconds", "details"), "events"))


def state(visit: Visit) -> str:
    """Return one visit of a state: its attempts, its input, its output, and the variables it assigned."""
    style = look(visit.status)
    error = f": {visit.error}" if visit.error else ""
    head = f"<p><strong>{escape(visit.name)}</strong>, {escape(visit.type)}, {style.sign} {style.word}{escape(error)}</p>"
    parts = [head]
    if visit.attempts:
        rows = [
            (
                each.number,
                f"{look(each.outcome).sign} {look(each.outcome).word}",
                each.error or "",
                _took(each),
            )
            for each in visit.attempts
        ]
        parts.append(rows_of(rows, ("attempt", "outcome", "error", "took"), "attempts"))
    data = [("Input", visit.input), ("Output", visit.output)]
    data += [(f"Variable ${name}", value) for name, value in visit.assigned.items()]
    data += [("Cause", visit.cause)] if visit.cause else []
    parts += [_data(name, value) for name, value in data]
    return sheet("".join(parts), f"state {visit.name}")


def _took(attempt: Any) -> str:
    return "" if attempt.duration is None else f"{attempt.duration:.3f} s"


def _data(name: str, value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2, default=str)
    shown = escape(text if value is not None else "none")
    return (
        f"<details open><summary style='font-weight:bold'>{escape(name)}</summary>"
        f"<pre tabindex='0' style='margin:4px 0;max-height:18em;overflow:auto;white-space:pre-wrap;"
        f"background:var(--jp-layout-color2,#f7f9fc);color:{_INK};padding:6px'>{shown}</pre></details>"
    )


def runs(history: Sequence[LabRun]) -> str:
    """Return the last runs as a table, the newest first."""
    rows = [
        (
            run.number,
            run.choice.words(),
            f"{look(RUN_STATUS.get(run.status, '')).sign} {run.state}",
            f"{run.verdict.sign} {run.verdict}" if run.verdict else "",
        )
        for run in reversed(history)
    ]
    if not rows:
        return sheet("<p>No run yet.</p>")
    return sheet(rows_of(rows, ("run", "machine and faults", "status", "verdict"), "the last runs"))
