"""What one run of pytest knows of the tests of state machines: where they run, what they came to, its report."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from sagalab.asl.document import Machine
from sagalab.errors import SagaLabError
from sagalab.history.execution import Execution
from sagalab.testing import mark, page
from sagalab.testing.choose_place import place
from sagalab.testing.coverage import Coverage
from sagalab.testing.machines import machine_of
from sagalab.testing.mocks import Mocks
from sagalab.testing.places import NotHere, OneState, Place, WholeRun
from sagalab.testing.single import NO_MOCK, StateTest
from sagalab.testing.words import path_in_words

_MOST_GAPS = 12  # states of which the terminal says what is missing
_UNSET: Any = object()
Made = TypeVar("Made")


class AslSession:
    """The place where the tests run, and the coverage of each machine's file."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.coverages: dict[str, Coverage] = {}
        self._machines: dict[Path, Machine] = {}
        self._place: Place | None = None
        self._written = ""
        self.unwritten = ""  # why a report that was asked for could not be written

    @property
    def place(self) -> Place:
        """Where the tests run, made at its first use. A place that cannot be reached ends the whole run."""
        if self._place is None:
            try:
                made = place(self.config.getoption("asl_on"))
                made.open()
            except SagaLabError as error:
                pytest.exit(f"{error.what}\n  {error.cure}".rstrip(), returncode=2)
            self._place = made
        return self._place

    def machine(self, path: Path) -> Machine:
        """Return the machine in a file, read once. Raises SagaLabError when there is none."""
        if path not in self._machines:
            self._machines[path] = machine_of(path)
        return self._machines[path]

    def record(self, path: Path, run: Execution | StateTest) -> None:
        """Count what a run came to."""
        self._coverage(str(path)).add(run)

    def _coverage(self, path: str) -> Coverage:
        if path not in self.coverages:
            self.coverages[path] = Coverage(self.machine(Path(path)), self._name(Path(path)))
        return self.coverages[path]

    def _name(self, path: Path) -> str:
        try:
            return path.relative_to(self.config.rootpath).as_posix()
        except ValueError:
            return path.name

    def close(self) -> None:
        """Remove what was made for the tests."""
        if self._place is not None:
            self._place.close()

    def as_json(self) -> list[dict[str, Any]]:
        """Return what was counted as JSON values, for another process."""
        return [
            {
                "file": file,
                "counts": [[*key, count] for key, count in found.counts.items()],
                "notes": found.notes,
                "runs": found.runs,
            }
            for file, found in self.coverages.items()
        ]

    def merge(self, told: list[dict[str, Any]]) -> None:
        """Take over what another process counted."""
        for each in told:
            counts = {(kind, state, index, name): count for kind, state, index, name, count in each["counts"]}
            self._coverage(each["file"]).merge(counts, each["notes"], each["runs"])

    def finish(self) -> None:
        """Write the report, if one is asked for."""
        folder = self.config.getoption("asl_report")
        if folder and self.coverages:
            try:
                self._written = str(page.write(Path(folder), list(self.coverages.values())))
            except SagaLabError as error:
                self.unwritten = str(error)

    def too_little(self) -> list[str]:
        """Return why --asl-coverage-min is not reached, a sentence a machine; empty where it is."""
        least = self.config.getoption("asl_coverage_min")
        if least is None:
            return []
        if not self.coverages:
            return [f"{least:g} % are asked for, and no test of a state machine ran."]
        return [
            f"{found.name}: {found.percent:g} % are tested, {least:g} % are asked for."
            for found in self.coverages.values()
            if found.percent < least
        ]

    def summarize(self, terminal: Any) -> None:
        """Print the coverage of each machine."""
        terminal.section("coverage of state machines", "-")
        for found in self.coverages.values():
            first, *lines = found.text().splitlines()
            gaps = [line for line in lines if line.startswith("  ○")]
            terminal.line(first, bold=True)
            for line in (
                lines if len(gaps) <= _MOST_GAPS else [x for x in lines if x not in gaps[_MOST_GAPS:]]
            ):
                terminal.line(line)
            if len(gaps) > _MOST_GAPS:
                terminal.line(
                    f"  … and {len(gaps) - _MOST_GAPS} more states; --asl-report FOLDER has them all"
                )
        if not self.coverages:
            terminal.line("No test of a state machine ran.")
        if self._written:
            terminal.line(f"report: {self._written}")
        if self.unwritten:
            terminal.line(f"✗ no report: {self.unwritten}", red=True)
        for sentence in self.too_little():
            terminal.line(f"✗ {sentence}", red=True)


class MachineOfTest:
    """The machine of one test: what `run` and `state` call, and what they returned."""

    def __init__(self, item: Any, session: AslSession, folders: pytest.TempPathFactory) -> None:
        self.item, self.session, self.folders = item, session, folders
        self.runs: list[Execution | StateTest] = []
        found = item.get_closest_marker(mark.NAME)
        if found is None:
            pytest.fail(
                "This test does not say of which state machine it is.\n"
                'Write @machine("file.asl.json") above it (from sagalab.testing import machine).',
                pytrace=False,
            )
        self.given = found.kwargs
        self.path = _in_words(lambda: _beside(item, Path(found.args[0])))
        self.machine = _in_words(lambda: session.machine(self.path))

    def run(
        self,
        input: Any = _UNSET,
        *,
        mocks: Mocks | None = None,
        faults: Mocks | None = None,
        seed: int | str | None = None,
    ) -> Execution:
        """Run the whole machine; mocks and faults come to those of the mark, and replace those of the same name."""
        __tracebackhide__ = True
        asked = WholeRun(
            self.machine,
            str(self.path),
            self._value(self.given["input"] if input is _UNSET else input),
            {**(self.given["mocks"] or {}), **(mocks or {})},
            {**(self.given["faults"] or {}), **(faults or {})},
            self.given["seed"] if seed is None else seed,
        )
        return self._kept(lambda: self.session.place.run(asked))

    def state(
        self,
        name: str,
        input: Any = _UNSET,
        *,
        mock: Any = NO_MOCK,
        variables: dict[str, Any] | None = None,
        context: dict[str, Any] | None = None,
        retries: int = 0,
    ) -> StateTest:
        """Test one state alone, as `one_state` does, or TestState on another place."""
        __tracebackhide__ = True
        value = self._value(self.given["input"] if input is _UNSET else input)
        asked = OneState(self.machine, str(self.path), name, value, mock, variables or {}, context, retries)
        return self._kept(lambda: self.session.place.state(asked))

    def _kept(self, run: Callable[[], Any]) -> Any:
        __tracebackhide__ = True
        made = _in_words(run)
        self.runs.append(made)
        self.session.record(self.path, made)
        return made

    def _value(self, given: Any) -> Any:
        """Return an input; a Path is a JSON file beside the test."""
        __tracebackhide__ = True
        return _in_words(lambda: _json_file(_beside(self.item, given))) if isinstance(given, Path) else given

    def sections(self, told: str) -> list[tuple[str, str]]:
        """Return what the report of a failed test says besides: each path in words, and where its picture is.

        `told` is what it says already.
        """
        found = []
        for number, run in enumerate(self.runs, 1):
            title = f"state machine {self.path.name}" + (f", run {number}" if len(self.runs) > 1 else "")
            words = run.words if isinstance(run, StateTest) else path_in_words(run)
            lines = [words] if words not in told else []
            lines += [self._picture(run, number)] if isinstance(run, Execution) else []
            if lines:
                found.append((title, "\n".join(lines)))
        return found

    def _picture(self, run: Execution, number: int) -> str:
        from sagalab.pictures.diagram import diagram

        name = re.sub(r"[^\w.-]+", "-", self.item.nodeid.rpartition("/")[2]).strip("-")
        name += f"-{number}" if len(self.runs) > 1 else ""
        folder = self.session.config.getoption("asl_pictures")
        try:
            where = Path(folder) if folder else self.folders.mktemp("asl-pictures")
            return f"picture: {diagram(self.machine.body, run, title=self.item.name).save(where / f'{name}.svg')}"
        except (SagaLabError, OSError) as error:
            return f"no picture: {error}"


def _in_words(make: Callable[[], Made]) -> Made:
    """Return what `make` returns; a mistake of the test's author fails the test in words, without a traceback."""
    __tracebackhide__ = True
    try:
        return make()
    except NotHere as error:
        here, wrong = error, None
    except SagaLabError as error:
        here, wrong = None, error
    # outside of the handlers, so that the report does not show the first error before ours
    if here is not None:
        pytest.skip(str(here))
    pytest.fail(f"✗ {wrong.what}\n  {wrong.cure}".rstrip() if wrong else "", pytrace=False)


def _beside(item: Any, path: Path) -> Path:
    """Return a file beside the test's own file, or in the folder where pytest's settings are."""
    folders = (item.path.parent, item.config.rootpath)
    found = next((folder / path for folder in folders if (folder / path).is_file()), None)
    if found is None:
        raise SagaLabError(
            f"There is no file {path} beside {item.path.name}.", f"It is looked for in {item.path.parent}."
        )
    return found.resolve()


def _json_file(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise SagaLabError(f"{path.name} is no text in UTF-8.", "Save it as UTF-8.") from None
    except ValueError as error:
        raise SagaLabError(f"{path.name} is no JSON: {error}.", "Correct it there.") from None
