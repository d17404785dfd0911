"""One thing for which AWS refuses a definition: its code, its words, and where it is.

Codes: API_ValidateStateMachineDefinitionDiagnostic and what was measured. Words and places: recordings
(CreateStateMachine, ValidateStateMachineDefinition) and public reports that quote AWS's answers word for word.
"""

from dataclasses import dataclass

from sagalab.asl.check.words import Kind, Words
from sagalab.asl.source import Path

SCHEMA = "SCHEMA_VALIDATION_FAILED"
TARGET = "MISSING_TRANSITION_TARGET"
NAME = "INVALID_STATE_NAME"
DUPLICATE = "DUPLICATE_STATE_NAME"
NO_END = "MISSING_END_STATE"
BAD_LABEL = "INVALID_LABEL_NAME"
DUPLICATE_LABEL = "DUPLICATE_LABEL_NAME"
RESERVED_VARIABLE = "RESERVED_VARIABLE_NAME"
BAD_VARIABLE = "INVALID_VARIABLE_NAME"
DUPLICATE_VARIABLE = "DUPLICATE_VARIABLE_NAME"
BAD_JSONATA = "INVALID_JSONATA_EXPRESSION"
UNSUPPORTED_JSONATA = "UNSUPPORTED_JSONATA_EXPRESSION"


@dataclass(frozen=True, slots=True)
class Problem:
    """`message` has AWS's words where they are known; `path` is the part of the definition that is wrong.

    `at` is what AWS calls the place where that is wider: it names the state, not its unknown field.
    """

    code: str
    message: str
    path: Path
    at: Path | None = None

    @property
    def kind(self) -> Kind:
        """What kind of mistake it is, apart from its code."""
        return self.message.kind if isinstance(self.message, Words) else Kind.OTHER

    @property
    def about(self) -> tuple[str, ...]:
        """What the message speaks of: names of fields, of a state and the like (see Kind)."""
        return self.message.about if isinstance(self.message, Words) else ()

    @property
    def location(self) -> str | None:
        """The place as AWS writes it: /States/Pay/Retry[0]/ErrorEquals; / for the machine itself.

        None for a machine without an end, for which AWS names no place.
        """
        if self.code == NO_END:
            return None
        path = self.path if self.at is None else self.at
        return "".join(f"[{step}]" if isinstance(step, int) else f"/{step}" for step in path) or "/"

    @property
    def words(self) -> str:
        """Code, message and place, as CreateStateMachine puts them into its InvalidDefinition."""
        return f"{self.code}: {self.message} at {self.location or 'null'}"
