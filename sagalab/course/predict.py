"""A question before the run: the learner picks what will happen, and reads why it is so, or why not."""

from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets

from sagalab.course.magic import Note
from sagalab.errors import SagaLabError
from sagalab.failurelab.button_choice import ButtonChoice
from sagalab.markup import escape


class Prediction:
    """One question with its choices. `choose(choice)` answers it from Python; `feedback` is what is shown
    then.

    It shows as one button a choice (Tab and the space bar work). Where there are no widgets (another renderer, a
    notebook that was saved) it shows as text that says how it is answered.
    """

    def __init__(
        self,
        question: str,
        choices: Mapping[str, str],
        answer: str,
        chosen: Callable[[], object] = lambda: None,
    ):
        """`chosen` is called after each choice."""
        if answer not in choices:
            raise SagaLabError(f"{answer!r} is none of the choices.", f"Take one of: {', '.join(choices)}.")
        self.question, self.choices, self.answer = question, dict(choices), answer
        self._told = chosen
        self._buttons = ButtonChoice("", {choice: choice for choice in self.choices}, self._show, column=True)
        self._feedback = ipywidgets.HTML()
        head = ipywidgets.HTML(f"<strong style='font-size:15px'>{escape(question)}</strong>")
        self.widget = ipywidgets.VBox([head, self._buttons.box, self._feedback])

    @property
    def chosen(self) -> str | None:
        """The choice that is picked now, or None."""
        return self._buttons.value

    @property
    def is_right(self) -> bool:
        return self.chosen == self.answer

    @property
    def feedback(self) -> str:
        """Return what is said to the choice that is picked: a sign, a word, and the explanation."""
        if self.chosen is None:
            return ""
        return f"{'✓ Yes' if self.is_right else '✗ No'}: {self.choices[self.chosen]}"

    def choose(self, choice: str) -> str:
        """Pick a choice, as a click does, and return the feedback. Raises SagaLabError for an unknown one."""
        if choice not in self.choices:
            raise SagaLabError(
                f"{choice!r} is none of the choices.", f"Take one of: {', '.join(self.choices)}."
            )
        self._buttons.choose(choice)
        return self.feedback

    def _show(self, _change: Any) -> None:
        self._feedback.value = f"<div role='status' style='font-size:15px'>{escape(self.feedback)}</div>"
        self._told()

    def choice(self, given: int | str) -> str:
        """Return a choice that is given by its number or its words; words of none come back as they are."""
        choices = list(self.choices)
        if isinstance(given, int) and 1 <= given <= len(choices):
            return choices[given - 1]
        return str(given)

    def __repr__(self) -> str:
        numbered = [f"  {number}. {choice}" for number, choice in enumerate(self.choices, 1)]
        calls = ", ".join(f"predict.answer({number})" for number in range(1, len(self.choices) + 1))
        return "\n".join([self.question, *numbered, f"  answer with {' or '.join(calls.rsplit(', ', 1))}"])

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        return {**self.widget._repr_mimebundle_(**options), "text/plain": repr(self)}


class Predict:
    """`predict(question, choices, answer=…)` asks a question; `predict.answer(2)` answers the last one."""

    def __init__(self) -> None:
        self._asked: Prediction | None = None

    def __call__(self, question: str, choices: Mapping[str, str], *, answer: str) -> Prediction:
        """Return a question to answer before the run; `choices` maps each choice to why it is right or wrong.

        Raises SagaLabError when `answer` is none of the choices.
        """
        self._asked = Prediction(question, choices, answer)
        return self._asked

    def answer(self, choice: int | str) -> Note:
        """Answer the last question, by the number of a choice or its words; return what is said to it.

        It is for where the buttons do not show. Raises SagaLabError when no question was asked, or for a choice
        that it has not.
        """
        if self._asked is None:
            raise SagaLabError("No question was asked yet.", "Run the cell of the question first.")
        return Note(f"{self._asked.question}\n{self._asked.choose(self._asked.choice(choice))}")


predict = Predict()
