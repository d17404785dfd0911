"""Findings as a short table: HTML in a notebook, plain text elsewhere; a sign stands beside every word."""

from collections import Counter
from textwrap import wrap
from typing import Any

from sagalab.linting.rule import Finding
from sagalab.markup import escape, table, without_math

SIGNS = {"error": "✗", "warning": "!", "hint": "·"}
NOTHING = "✓ The lint finds nothing wrong."
_WIDTH = 108


class Findings(list[Finding]):
    """A list of findings that shows itself as a table: the state, what is wrong, how to mend it."""

    def __repr__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        return self.html()

    def count(self, value: Any) -> int:
        """Return how many findings have this severity ("error", "warning", "hint"), or equal this one."""
        if isinstance(value, str):
            return sum(finding.severity == value for finding in self)
        return super().count(value)

    @property
    def summary(self) -> str:
        """One line, such as "1 error, 2 warnings"."""
        if not self:
            return NOTHING
        counts = Counter(finding.severity for finding in self)
        return ", ".join(f"{counts[s]} {s}{'s' * (counts[s] > 1)}" for s in SIGNS if counts[s])

    def text(self) -> str:
        """Return the table as plain text, lines of at most 108 characters."""
        if not self:
            return NOTHING
        state_width = max(len(_state(finding)) for finding in self)
        indent = " " * 10
        lines = []
        for finding in self:
            sign = f"{SIGNS[finding.severity]} {finding.severity}"
            lines.append(
                f"{sign:<9} {_state(finding):<{state_width}}  {finding.code}  {place(finding)}".rstrip()
            )
            lines += wrap(finding.what, _WIDTH, initial_indent=indent, subsequent_indent=indent)
            lines += wrap(f"→ {finding.cure}", _WIDTH, initial_indent=indent, subsequent_indent=indent + "  ")
        return "\n".join([*lines, self.summary])

    def html(self) -> str:
        """Return the table as HTML that needs no style sheet and reads on light and dark."""
        if not self:
            return f"<p>{escape(NOTHING)}</p>"
        heads = ("", "state", "what is wrong", "how to mend it", "rule")
        shown = table(map(_cells, self), heads, cell="text-align:left;vertical-align:top")
        return without_math(f"{shown}<p>{escape(self.summary)}</p>")


def _cells(finding: Finding) -> tuple[str, ...]:
    sign = f"{SIGNS[finding.severity]} {finding.severity}"
    return sign, _state(finding), finding.what, finding.cure, f"{finding.code} {place(finding)}".strip()


def _state(finding: Finding) -> str:
    return finding.state or "(machine)"


def place(finding: Finding) -> str:
    """Return where a finding stands in the text, such as "line 7"; empty when there is no text."""
    return f"line {finding.line}" if finding.line else ""
