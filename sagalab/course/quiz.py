"""A closing quiz: some questions at the end of a notebook; each choice says why, and the first one counts."""

from functools import partial
from typing import Any

import ipywidgets

from sagalab.course import completed
from sagalab.course.magic import Note
from sagalab.course.predict import Prediction
from sagalab.course.question import Question
from sagalab.course.quizzes import questions_of
from sagalab.errors import SagaLabError
from sagalab.markup import escape

NAME = "quiz {notebook}"
"""Under which name the progress keeps a quiz, among the exercises."""


class Quiz:
    """The questions of one notebook. `answer(1, 2)` answers question 1 with its choice 2; `score` counts.

    The first choice of each question counts; others may be tried after it, for what they say. It shows as buttons
    (Tab and the space bar work). Where there are no widgets (another renderer, a notebook that was saved) it shows
    as text that says how it is answered.
    """

    def __init__(self, notebook: str, questions: tuple[Question, ...]):
        self.notebook = notebook
        self._first: dict[int, bool] = {}  # question → whether its first choice was right
        self._remark = ""
        self.questions = [
            Prediction(f"{number}. {each.text}", each.choices, each.answer, partial(self._chosen, number))
            for number, each in enumerate(questions, 1)
        ]
        self._shown_score = ipywidgets.HTML()
        self.widget = ipywidgets.VBox([*(each.widget for each in self.questions), self._shown_score])
        self._show_score(_earlier(notebook))

    @property
    def score(self) -> int:
        """How many questions were right at the first choice."""
        return sum(self._first.values())

    @property
    def is_done(self) -> bool:
        """Whether every question has been answered."""
        return len(self._first) == len(self.questions)

    @property
    def words(self) -> str:
        """Return the score in words."""
        total = len(self.questions)
        if not self._first:
            return f"{total} questions. Your first choice counts."
        if not self.is_done:
            return f"{self.score} right so far; {total - len(self._first)} of {total} to go."
        said = f"Your score: {self.score} of {total}."
        return said if self.score == total else f"{said} For another try, run this cell again."

    def answer(self, question: int, choice: int | str) -> str:
        """Answer a question, by its number and the number or the words of a choice; return what is said to it.

        Raises SagaLabError for a question or a choice that is not there.
        """
        if not isinstance(question, int) or not 1 <= question <= len(self.questions):
            raise SagaLabError(
                f"There is no question {question!r:.60}.", f"Take a number from 1 to {len(self.questions)}."
            )
        asked = self.questions[question - 1]
        return f"{asked.question}\n{asked.choose(asked.choice(choice))}\n{self._said()}"

    def _chosen(self, number: int) -> None:
        if number not in self._first:
            self._first[number] = self.questions[number - 1].is_right
            if self.is_done:
                name = NAME.format(notebook=self.notebook)
                self._remark = completed.keep(name, tried=True, done=True, right=self.score)
        self._show_score()

    def _said(self) -> str:
        return f"{self.words}\n! {self._remark}" if self._remark else self.words

    def _show_score(self, before: str = "") -> None:
        text = escape(f"{self._said()} {before}".strip())
        self._shown_score.value = f"<div role='status' style='font-size:15px'><strong>{text}</strong></div>"

    def __repr__(self) -> str:
        blocks = []
        for number, each in enumerate(self.questions, 1):
            choices = [f"  {place}. {choice}" for place, choice in enumerate(each.choices, 1)]
            *calls, last = [f"quiz.answer({number}, {place})" for place in range(1, len(choices) + 1)]
            how = f"  answer with {', '.join(calls)} or {last}"
            blocks.append("\n".join([each.question, *choices, how]))
        return "\n\n".join(blocks)

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        return {**self.widget._repr_mimebundle_(**options), "text/plain": repr(self)}


class AskQuiz:
    """`quiz("03_retry")` asks the quiz of a notebook; `quiz.answer(1, 2)` answers a question of the last one."""

    def __init__(self) -> None:
        self._asked: Quiz | None = None

    def __call__(self, notebook: str) -> Quiz:
        """Return the closing quiz of a notebook, to answer. Raises SagaLabError when it has none."""
        self._asked = Quiz(notebook, questions_of(notebook))
        return self._asked

    def answer(self, question: int, choice: int | str) -> Note:
        """Answer a question of the last quiz, where the buttons do not show; return what is said to it.

        Raises SagaLabError when no quiz was asked, or for a question or a choice that it has not.
        """
        if self._asked is None:
            raise SagaLabError("No quiz was asked yet.", "Run the cell of the quiz first.")
        return Note(self._asked.answer(question, choice))


def _earlier(notebook: str) -> str:
    """Return what is kept of the quiz, in words; "" for none, or where it cannot be read."""
    try:
        kept = completed.completed().get(NAME.format(notebook=notebook), {})
    except (completed.Unkept, SagaLabError):  # the score is said all the same; `keep` says why it is lost
        return ""
    return f"Your best so far: {kept['right']}." if isinstance(kept.get("right"), int) else ""


quiz = AskQuiz()
