"""The machine of a test: read from whatever it was given as; what is wrong with it is told in words."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sagalab.asl import document
from sagalab.asl.document import Machine
from sagalab.asl.text import AslSyntaxError, read_text
from sagalab.errors import SagaLabError

_CURE = 'A state machine is an object with "StartAt" and "States", in JSON or YAML.'


def machine_of(machine: Mapping[str, Any] | str | Path | Machine) -> Machine:
    """Return the tree of a machine given as a dict, JSON or YAML text, a file's path, or its tree.

    Raises SagaLabError when there is no such file, or it holds no machine.
    """
    if isinstance(machine, Machine):
        return machine
    if isinstance(machine, Mapping):
        tree, what = document.read(dict(machine)), "This dictionary"
    else:
        text, what = _text(machine)
        try:
            tree = read_text(text)
        except AslSyntaxError as error:
            raise SagaLabError(
                f"{what} cannot be read: {error.what}", error.advice or "Correct it there."
            ) from None
    if not isinstance(tree.body, dict) or not tree.states:
        raise SagaLabError(f"{what} holds no state machine.", _CURE)
    return tree


def _text(machine: str | Path) -> tuple[str, str]:
    """Return a definition's text and what to call it."""
    if isinstance(machine, str) and ("\n" in machine or machine.lstrip().startswith("{")):
        return machine, "This text"
    path = Path(machine)
    try:
        return path.read_bytes().decode("utf-8-sig"), path.name
    except UnicodeDecodeError:
        raise SagaLabError(f"{path} is no text in UTF-8.", "Save it as UTF-8.") from None
    except FileNotFoundError:
        raise SagaLabError(
            f"There is no file {path}.", "Give the path of the state machine's file."
        ) from None
    except OSError as error:
        raise SagaLabError(f"{path} cannot be read: {error.strerror}.", "Give the path of a file.") from None
