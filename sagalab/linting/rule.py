"""What a lint rule is: a code, a severity, a title, and a docstring with a bad and a good example."""

import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sagalab.asl.document import Machine, State
from sagalab.asl.source import Path, path_text

ERROR = "error"
WARNING = "warning"
HINT = "hint"
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)]")


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong.

    `severity`: "error" (Step Functions refuses the machine, or it fails whenever it comes here),
    "warning" (it runs, and leaks in some failure), "hint" (worth a thought).
    `state` is empty when the finding is about the whole machine; `path` is the place in the
    definition, such as States.ProcessPayment.Retry[0]; `line` and `column` (from 1) where that stands in the
    text, None when the machine was not read from one.
    """

    code: str
    severity: str
    state: str
    what: str
    cure: str
    path: str = ""
    line: int | None = None
    column: int | None = None


@dataclass(frozen=True)
class Report:
    """How a rule reports: `report(state or None, what, cure, part of the state)`."""

    code: str
    severity: str
    machine: Machine

    def __call__(
        self, state: State | None, what: str, cure: str, part: str = "", *, at: Path | None = None
    ) -> Finding:
        """Return a finding about a part of a state, or of the machine (`state` None).

        `at`: where it is, when a rule knows that; else the text of `part` is looked up.
        """
        where = path_text(state.path) if state else ""
        path = f"{where}.{part}" if where and part else where or part
        steps = [int(index) if index else name for name, index in _STEP.findall(part)]
        line, column = self._position(at or (*(state.path if state else ()), *steps)) or (None, None)
        return Finding(self.code, self.severity, state.name if state else "", what, cure, path, line, column)

    def _position(self, path: Path) -> tuple[int, int] | None:
        """Return where a part stands in the text: its name, or what is nearest around it."""
        for count in range(len(path), -1, -1):
            found = self.machine.position(path[:count], key=True)
            if found:
                return found
        return None


@dataclass(frozen=True)
class Rule:
    """A check over the tree of a machine. `bad` and `good` are the docstring's examples (YAML)."""

    code: str
    severity: str
    check: Callable[[Machine, Report], Iterator[Finding]]

    def __call__(self, machine: Machine) -> list[Finding]:
        """Return the findings of this rule."""
        return list(self.check(machine, Report(self.code, self.severity, machine)))

    @property
    def title(self) -> str:
        """The first line of the docstring."""
        return self._text.splitlines()[0]

    @property
    def bad(self) -> str:
        """A machine in YAML in which this rule, and no other, finds something."""
        return self._example("Bad:")

    @property
    def good(self) -> str:
        """The same machine mended: nothing is found."""
        return self._example("Good:")

    @property
    def _text(self) -> str:
        return inspect.cleandoc(self.check.__doc__ or "")

    def _example(self, heading: str) -> str:
        lines = self._text.splitlines()
        begin = lines.index(heading) + 1
        block: list[str] = []
        for line in lines[begin:]:
            if line and not line.startswith(" "):
                break
            block.append(line)
        return textwrap.dedent("\n".join(block)).strip() + "\n"


RULES: list[Rule] = []


def rule(code: str, severity: str):
    """Register the decorated generator `(machine, report) -> findings` as the rule `code`."""

    def register(check: Callable[[Machine, Report], Iterator[Finding]]) -> Rule:
        made = Rule(code, severity, check)
        RULES.append(made)
        return made

    return register
