"""A syntax error in ASL text: what is wrong, where, and the line with a caret."""

from sagalab.errors import SagaLabError


class AslSyntaxError(SagaLabError):
    """The text cannot be read. `line` and `column` count from 1; `snippet` is that line and a caret."""

    def __init__(self, problem: str, text: str, line: int, column: int, cure: str = ""):
        lines = text.splitlines()
        shown = lines[line - 1].expandtabs(1) if line <= len(lines) else ""
        gutter = f"{line} | "
        self.problem = problem
        self.line = line
        self.column = column
        self.snippet = f"{gutter}{shown}\n{' ' * (len(gutter) + column - 1)}^"
        self.advice = cure
        super().__init__(f"line {line}, column {column}: {problem}\n{self.snippet}", cure)

    @classmethod
    def at(cls, problem: str, text: str, position: int, cure: str = "") -> "AslSyntaxError":
        """Return the error at a character of the text, counted from 0."""
        line = text.count("\n", 0, position) + 1
        column = position - (text.rfind("\n", 0, position) + 1) + 1
        return cls(problem, text, line, column, cure)

    @classmethod
    def twice(cls, key: str, text: str, first: int, second: int) -> "AslSyntaxError":
        """Return the error for a key that stands twice in one object: at `first` and at `second`."""
        line = text.count("\n", 0, first) + 1
        problem = f'"{key}" stands twice in one object (first in line {line})'
        return cls.at(problem, text, second, "Give one of the two another name, or delete it.")
