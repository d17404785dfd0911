"""One thing for which AWS refuses a definition: its code, its words, and where it is."""

from dataclasses import dataclass

from sagalab.asl.source import Path

SCHEMA = "SCHEMA_VALIDATION_FAILED"
TARGET = "MISSING_TRANSITION_TARGET"
NAME = "INVALID_STATE_NAME"
DUPLICATE = "DUPLICATE_STATE_NAME"
NO_END = "MISSING_END_STATE"
BAD_JSONATA = "INVALID_JSONATA_EXPRESSION"
UNSUPPORTED_JSONATA = "UNSUPPORTED_JSONATA_EXPRESSION"


@dataclass(frozen=True, slots=True)
class Problem:
    """`code` is one of the error codes of API_ValidateStateMachineDefinitionDiagnostic; `message` AWS's words
    where a recording or a report has them; `path` the part of the definition that is wrong.
    """

    code: str
    message: str
    path: Path

    @property
    def location(self) -> str:
        """The place as AWS writes it: /States/Pay/Retry[0]/ErrorEquals; / for the machine itself."""
        written = "".join(f"[{step}]" if isinstance(step, int) else f"/{step}" for step in self.path)
        return written or "/"

    @property
    def words(self) -> str:
        """Code, message and place, as CreateStateMachine puts them into its InvalidDefinition."""
        return f"{self.code}: {self.message} at {self.location}"
