"""`coverage`: what of a state machine runs and tests of states came to, and what none did."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sagalab.asl.document import Machine
from sagalab.history.execution import Execution
from sagalab.markup import escape, table, without_math
from sagalab.pictures.covered import Marks, coverage_diagram
from sagalab.pictures.drawing import Drawing
from sagalab.testing.items import KINDS, Item, Key, items_of, way_key
from sagalab.testing.machines import machine_of
from sagalab.testing.seen import Seen
from sagalab.testing.single import StateTest

Run = Execution | StateTest


def coverage(machine: Mapping[str, Any] | str | Path | Machine, runs: Run | Iterable[Run] = ()) -> "Coverage":
    """Return what `runs` came to in a machine: executions of wherever, and tests of single states.

    `machine`: a definition (dict, JSON or YAML text, a file's path, or its tree). An execution's history
    is read with this definition; of a choice whose rules share a target the rules are evaluated anew.
    Raises SagaLabError for a machine that cannot be read.
    """
    named = (
        isinstance(machine, Path) or isinstance(machine, str) and "{" not in machine and "\n" not in machine
    )
    made = Coverage(machine_of(machine), Path(str(machine)).name if named else "")
    for run in (runs,) if isinstance(runs, Execution | StateTest) else runs:
        made.add(run)
    return made


class Coverage:
    """What runs came to: `items` (all there are), `counts` by key, `runs` (how many), `notes` (what is not known).

    It shows itself as a table; `picture()` draws it; `percent` and `missing` are for CI.
    """

    def __init__(self, machine: Machine, name: str = "") -> None:
        self.machine, self.name = machine, name
        self.items: list[Item] = list(items_of(machine))
        self.counts: Counter[Key] = Counter()
        self.notes: list[str] = []
        self.runs = 0

    def add(self, run: Run) -> None:
        """Count what one more execution or test of a state came to."""
        if isinstance(run, StateTest):
            self.merge(*run.seen(self.machine), 1)
        else:
            seen = Seen(self.machine, run)
            self.merge(seen.counts, seen.notes, 1)

    def merge(self, counts: Mapping[Key, int], notes: Iterable[str], runs: int) -> None:
        """Count what other runs of this machine came to."""
        self.counts.update(counts)
        self.notes += [note for note in notes if note not in self.notes]
        self.runs += runs

    def tested(self, item: Item) -> bool:
        """Tell whether some run came to an item."""
        return self.counts[item.key] > 0

    @property
    def missing(self) -> list[Item]:
        """The items that no run came to, in the order of the definition."""
        return [item for item in self.items if not self.tested(item)]

    @property
    def percent(self) -> float:
        """How many of a hundred items some run came to, cut (not rounded) to a tenth; 100 where there is none."""
        if not self.items:
            return 100.0
        return (len(self.items) - len(self.missing)) * 1000 // len(self.items) / 10

    @property
    def kinds(self) -> dict[str, tuple[int, int]]:
        """How many items of each of KINDS are tested, and of how many; without kinds that the machine lacks."""
        of: dict[str, list[Item]] = {}
        for item in self.items:
            of.setdefault(item.kind, []).append(item)
        return {kind: (sum(map(self.tested, of[kind])), len(of[kind])) for kind in KINDS if kind in of}

    @property
    def summary(self) -> str:
        """One line, such as "saga.asl.json: 62.5 % tested (55 of 88) by 7 runs"."""
        done = len(self.items) - len(self.missing)
        by = f"{self.runs} run{'' if self.runs == 1 else 's'}"
        return (
            f"{self.name or 'The machine'}: {self.percent:g} % tested ({done} of {len(self.items)}) by {by}"
        )

    def gaps(self) -> dict[str, list[str]]:
        """Return what is not tested, in words, by state; a state that is never entered says only that."""
        found: dict[str, list[str]] = {}
        for item in self.missing:
            if item.kind != "state" and self.counts["state", item.state, 0, ""] == 0:
                found.setdefault(item.state, ["is never entered"])
            else:
                found.setdefault(item.state, []).append(
                    "is never entered" if item.kind == "state" else item.words
                )
        return found

    def text(self) -> str:
        """Return the table as plain text."""
        lines = [self.summary]
        lines += [f"  {KINDS[kind]:<19} {done:>3} of {of:>3}" for kind, (done, of) in self.kinds.items()]
        lines += [f"  ○ {state}: {'; '.join(words)}" for state, words in self.gaps().items()]
        return "\n".join([*lines, *(f"  ! {note}" for note in self.notes)])

    def __repr__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        return self.html()

    def html(self) -> str:
        """Return the table as HTML that needs no style sheet and reads on light and dark."""
        left, right = "text-align:left;vertical-align:top", "text-align:right"
        rows = [
            (f"{'✓' if done == of else '○'} {KINDS[kind]}", done, of)
            for kind, (done, of) in self.kinds.items()
        ]
        tested = table(rows, ("of the machine", "tested", "of"), cell=(left, right, right))
        gaps = [(f"○ {state}", words) for state, words in self.gaps().items()]
        missing = table(gaps, ("state", "not tested"), cell=left) if gaps else "<p>✓ All of it is tested.</p>"
        notes = "".join(f"<p>! {escape(note)}</p>" for note in self.notes)
        return without_math(f"<p><strong>{escape(self.summary)}</strong></p>{tested}{missing}{notes}")

    def picture(self) -> Drawing:
        """Return the machine with what is tested ✓, partly ◐ (a retrier is not), and not ○ (grey, dashed)."""
        gaps = self.gaps()
        words = f"{self.summary}. " + " ".join(f"{state}: {'; '.join(gaps[state])}." for state in gaps)
        title = f"{self.name or 'State machine'}: {self.percent:g} % tested\n✓ tested   ◐ not all of its retriers   ○ not tested"
        return coverage_diagram(self.machine, self._marks(), title=title, words=words)

    def _marks(self) -> Marks:
        marks = Marks()
        own: dict[str, list[Item]] = {}
        for item in self.items:
            if item.kind in ("retry", "exhausted"):
                own.setdefault(item.state, []).append(item)
        for state in self.machine.states:
            entered = self.counts["state", state.name, 0, ""] > 0
            of_state = own.get(state.name, [])
            whole = all(map(self.tested, of_state))
            marks.states[state] = ("tested" if whole else "partly") if entered else "untested"
            if of_state:
                marks.lines[state] = _retrier_lines(of_state, self.counts)
            for way in state.transitions:
                if way.kind == "catch":
                    catcher = state.catchers[way.index or 0]
                    names = {
                        name: self.counts["catch", state.name, catcher.index, name] for name in catcher.errors
                    }
                    marks.names[way] = names
                    marks.ways[way] = sum(names.values())
                else:
                    marks.ways[way] = self.counts[way_key(way)]
            if self.counts["next", state.name, 0, ""] or (entered and state.type in ("Succeed", "Fail")):
                marks.ends.add(state)
        return marks

    def as_json(self) -> dict[str, Any]:
        """Return the coverage as JSON values: percent, counts by kind, and what is missing by state."""
        return {
            "machine": self.name,
            "percent": self.percent,
            "runs": self.runs,
            "kinds": {kind: {"tested": done, "of": of} for kind, (done, of) in self.kinds.items()},
            "missing": self.gaps(),
            "notes": self.notes,
        }


def _retrier_lines(items: list[Item], counts: Counter[Key]) -> list[str]:
    """Return one line a retrier: whether it was seen to try again, and to give up."""
    parts: dict[int, list[str]] = {}
    for item in items:
        sign = "✓" if counts[item.key] else "○"
        parts.setdefault(item.key[2], []).append(
            f"{sign} {'tries again' if item.kind == 'retry' else 'gives up'}"
        )
    several = len(parts) > 1
    return [
        (f"retrier {index + 1}: " if several else "") + "  ".join(words) for index, words in parts.items()
    ]
