"""The checks of the course: `check.retry(my_machine)`, hints, solutions, and what is done.

A machine is judged by what it does under fault plans, never by its text: it is rehearsed, in virtual time and with
the course's services in memory. Nothing is deployed for it, and no money spent.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any

from sagalab.course import completed
from sagalab.course.answer import machine_of
from sagalab.course.cells import exercise_cell, reference_answer
from sagalab.course.exercise import Exercise
from sagalab.course.exercises import NoExercise, exercises, find_exercise
from sagalab.course.judge_process import judge
from sagalab.course.magic import Note
from sagalab.course.outcome import NOT_ATTEMPTED, Mistake, Outcome, is_stub, is_stub_source
from sagalab.course.quiz import NAME as QUIZ
from sagalab.course.quizzes import quizzes
from sagalab.markup import escape, table, without_math


class Check:
    """`check.NAME(answer)` judges the answer to the exercise NAME; `dir(check)` lists the names."""

    def __init__(self) -> None:
        self._hints: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Callable[[Any], Outcome]:
        if name.startswith("_") or name not in exercises():
            raise NoExercise(name)
        found = exercises()[name]

        def judged(answer: Any = None) -> Outcome:
            return _judged(found, answer)

        judged.__name__, judged.__doc__ = name, f"{found.title} ({found.notebook})"
        return judged

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *exercises()]

    def __repr__(self) -> str:
        return f"check: {', '.join(exercises())}"

    def hint(self, name: str = "") -> Note:
        """Return the next hint of an exercise; each call gives away a little more.

        Raises SagaLabError for an unknown exercise.
        """
        hints = find_exercise(name).hints
        self._hints[name] = min(self._hints[name] + 1, len(hints))
        number = self._hints[name]
        more = (
            f'Another: check.hint("{name}")'
            if number < len(hints)
            else f'The answer: check.solution("{name}")'
        )
        remark = completed.keep(name, hints=number)
        lines = [f"Hint {number} of {len(hints)}: {hints[number - 1]}", more, f"! {remark}" if remark else ""]
        return Note("\n".join(line for line in lines if line))

    def solution(self, name: str = "") -> Note:
        """Return one solution of an exercise, as it would stand in the cell. Others may be as good.

        Raises SagaLabError for an unknown exercise, or when its notebook has lost the cell.
        """
        text = exercise_cell(name).solution
        remark = completed.keep(name, solution=True)
        return Note(text + (f"\n\n! {remark}" if remark else ""))

    def reference(self, name: str = "") -> Any:
        """Return the answer that the solution makes, to go on with; it is not shown, and a new one each time.

        Raises SagaLabError as `solution` does.
        """
        return reference_answer(name)

    def progress(self) -> "Progress":
        """Return what is done in this clone, exercise by exercise: kept in one local file, sent nowhere."""
        try:
            return Progress(completed.completed())
        except completed.Unkept as problem:
            return Progress({}, str(problem))


class Progress:
    """A table of all exercises and how far each is; the same in words and in HTML."""

    def __init__(self, kept: dict[str, dict[str, Any]], remark: str = ""):
        self.kept, self.remark = kept, remark

    @property
    def done(self) -> list[str]:
        """The names of the exercises that are done."""
        return [name for name in exercises() if self.kept.get(name, {}).get("done")]

    def rows(self) -> list[tuple[str, str, str, str]]:
        """Return (notebook, exercise, how far, what it asks) of each exercise."""
        return [(each.notebook, name, self._state(name), each.title) for name, each in exercises().items()]

    def _state(self, name: str) -> str:
        record = self.kept.get(name, {})
        tries = record.get("tries", 0)
        seen = ", solution seen" if record.get("solution") else ""
        if record.get("done"):
            return f"✓ done{seen}"
        return f"✗ {tries} {'try' if tries == 1 else 'tries'}{seen}" if tries else f"· open{seen}"

    @property
    def quizzes(self) -> dict[str, str]:
        """The best score of each closing quiz that was answered to its end: notebook → such as "4 of 5"."""
        scores = {}
        for notebook, questions in quizzes().items():
            right = self.kept.get(QUIZ.format(notebook=notebook), {}).get("right")
            if right is not None:
                scores[notebook] = f"{right} of {len(questions)}"
        return scores

    def _summary(self) -> str:
        said = f"{len(self.done)} of {len(exercises())} exercises done"
        if self.quizzes:
            scores = [f"{notebook.partition('_')[0]} {score}" for notebook, score in self.quizzes.items()]
            said += f"; quizzes, at best: {', '.join(scores)}"
        return said + (f". ! {self.remark}" if self.remark else "")

    def __repr__(self) -> str:
        rows = self.rows()
        widths = [max(len(row[column]) for row in rows) for column in range(3)]
        lines = [
            "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]])
            for row in rows
        ]
        return "\n".join([*lines, self._summary()])

    def _repr_html_(self) -> str:
        shown = table(self.rows(), ("notebook", "exercise", "how far", "what it asks"))
        return without_math(f"{shown}<p>{escape(self._summary())}</p>")


def _judged(exercise: Exercise, answer: Any) -> Outcome:
    if is_stub(answer) or (exercise.takes == "source" and is_stub_source(answer)):
        return Outcome(exercise.name, NOT_ATTEMPTED, exercise.title)
    outcome = _outcome(exercise, answer)
    return outcome.with_remark(completed.keep(exercise.name, tried=True, done=outcome.is_correct))


def _outcome(exercise: Exercise, answer: Any) -> Outcome:
    try:
        given = machine_of(answer) if exercise.takes == "machine" else answer
    except Mistake as mistake:
        return mistake.outcome(exercise.name)
    return judge(exercise, given)


check = Check()
