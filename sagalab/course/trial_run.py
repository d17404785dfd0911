"""One run of an answer on trial: what was made to happen, and what came of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sagalab.cloud.accounts import mask_accounts
from sagalab.errors import SagaLabError
from sagalab.history.execution import Execution
from sagalab.history.visits import Attempt, Visit
from sagalab.ledger.verdict import Verdict
from sagalab.markup import escape
from sagalab.rehearsal.services.addresses import function_task

_CAUSE_LENGTH = 160
MOST_DRAWN = 200  # states of a machine; to draw a thousand takes seconds


@dataclass(frozen=True)
class Run:
    """One run on trial: `title` says what was made to happen; `execution` and `verdict` what came of it.

    The verdict is the one when late commits have landed; `at_end` that at the moment when the execution ended:
    `judged` holds both. A run of which only the history is known has none, and asking for one raises LookupError.
    """

    title: str
    execution: Execution
    judged: tuple[Verdict, Verdict] | None = None

    def __reduce__(self) -> Any:
        """An execution goes into another process as its history and its definition."""
        history, definition = _plain(self.execution.events), _plain(self.execution.definition)
        return _again, (self.title, history, definition, self.judged)

    @property
    def verdict(self) -> Verdict:
        """The verdict when late commits have landed."""
        return self._verdicts[0]

    @property
    def at_end(self) -> Verdict:
        """The verdict at the moment when the execution ended."""
        return self._verdicts[1]

    @property
    def _verdicts(self) -> tuple[Verdict, Verdict]:
        if self.judged is None:
            raise LookupError(f"of {self.title} only the history is known: it has no verdict")
        return self.judged

    @property
    def path(self) -> list[str]:
        return self.execution.path

    @property
    def succeeded(self) -> bool:
        return self.execution.status == "SUCCEEDED"

    @property
    def summary(self) -> str:
        """Its status and path in one line."""
        way = " → ".join(self.path[:12]) + (" → …" if len(self.path) > 12 else "")
        return f"{self.execution.status}: {way}"

    @property
    def ending(self) -> str:
        """How it ended, with error and cause where it failed."""
        if not self.execution.error:
            return self.execution.status
        return f"{self.execution.status} with {error_in_words(self.execution.error, self.execution.cause)}"

    def visits(self, state: str) -> "list[Visit]":
        """Return the visits of a state, in order."""
        return [visit for visit in self.execution.visits if visit.name == state]

    def tries(self, state: str) -> int:
        """Return how often a state's task was called, over all its visits."""
        return sum(visit.tries for visit in self.visits(state))

    def did(self, state: str) -> bool:
        """Say whether a visit of this state succeeded."""
        return any(visit.status == "succeeded" for visit in self.visits(state))

    def calls(self, state: str) -> list[str]:
        """Return the course's tasks whose functions a state called, one a call: ["ProcessPayment", …]."""
        found = (
            function_task(function_of(attempt)) for visit in self.visits(state) for attempt in visit.attempts
        )
        return [task for task in found if task is not None]

    def done(self) -> list[str]:
        """Return the course's tasks whose functions succeeded, in the order in which they did, whatever the states' names."""
        found = sorted(
            (max(attempt.events), task)
            for visit in self.execution.visits
            for attempt in visit.attempts
            if attempt.outcome == "succeeded" and (task := function_task(function_of(attempt)))
        )
        return [task for _, task in found]

    def order_of(self, *states: str) -> list[str]:
        """Return those of these states that were entered, in the order in which they were."""
        return [name for name in dict.fromkeys(self.path) if name in states]

    def picture(self) -> tuple[str, str]:
        """Return the picture of the run, as HTML and in words; of a machine that nobody could look over, a sentence."""
        count = len(self.execution.machine.states)
        if count > MOST_DRAWN:
            words = f"The machine has {count:,} states: too many for a picture here."
            return f"<p>{words}</p>", words
        from sagalab.pictures.diagram import diagram
        from sagalab.pictures.drawing import on_page

        drawing = diagram(self.execution.definition, self.execution, title=self.title, times=False)
        try:
            return on_page(drawing.svg()), drawing.text()
        except SagaLabError as error:
            return f"<pre>{escape(drawing.text())}\n{escape(str(error))}</pre>", drawing.text()


def _again(title: str, history: Any, definition: Any, judged: tuple[Verdict, Verdict] | None) -> Run:
    return Run(title, Execution.from_history(history, definition), judged)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value


def function_of(attempt: Attempt) -> Any:
    """Return the name or ARN of the function that an attempt called, or None."""
    if isinstance(attempt.parameters, dict) and "FunctionName" in attempt.parameters:
        return attempt.parameters["FunctionName"]
    return attempt.resource


def error_in_words(error: str | None, cause: str | None) -> str:
    """Return an error with its cause in brackets, where it has one, without account ids."""
    words = mask_accounts(_cause_in_words(cause))
    return f"{error} ({words})" if words else f"{error}"


def _cause_in_words(cause: str | None) -> str:
    """Return a cause in one short line; of a Lambda function's error only the message."""
    try:
        found = json.loads(cause or "")
        cause = found.get("errorMessage", cause) if isinstance(found, dict) else cause
    except ValueError:
        pass
    line = " ".join((cause or "").split())
    return line if len(line) <= _CAUSE_LENGTH else line[: _CAUSE_LENGTH - 1] + "…"
