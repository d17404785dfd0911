"""ASL text, JSON or YAML, to a machine; a syntax error carries its line, its column and a caret."""

from sagalab.asl.document import Machine, read
from sagalab.asl.source import Source
from sagalab.asl.syntax_error import AslSyntaxError
from sagalab.asl.text_json import read_json
from sagalab.asl.text_yaml import read_yaml

__all__ = ["AslSyntaxError", "read_text"]


def read_text(text: str, *, is_yaml: bool = False) -> Machine:
    """Return the machine that `text` holds: JSON when it begins with a brace or a bracket, else YAML.

    `is_yaml`: it comes from a file of YAML, which may begin with a brace too ({StartAt: A, …}).

    Every part knows its line and column (`Machine.position`). Placeholders that stand where a value does
    (`"Seconds": ${Pause}`, CloudFormation's `!GetAtt Pay.Arn`) are read as the text `${…}`. A key that
    stands twice in one object is an error too: a plain reader would drop the first one without a word,
    and with it a state. Raises AslSyntaxError.
    """
    is_json = text.lstrip("\ufeff \t\r\n")[:1] in ("{", "[")
    try:
        value, root = read_json(text) if is_json else read_yaml(text)
    except AslSyntaxError as error:
        if not (is_json and is_yaml):
            raise
        try:
            value, root = read_yaml(text)
        except AslSyntaxError:
            raise error from None
    return read(value, Source(text, root))
