"""Reference paths: paths of names and indices alone, which find one value or none.

Source: https://states-language.net/spec.html#ref-paths. A variable ($order.id) and the context object
($$.Task.Token) may stand where the input ($) does
(https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html).
"""

import re

Steps = tuple[str | int, ...]

# A name after a dot may hold any letters and hyphens (AWS's own examples have $.delivery-partner).
_STEP = re.compile(
    r"\.(?P<name>[^\s.\[\]()*?@,:;=<>!&|'\"]+)"
    r"|\[\s*(?:'(?P<single>(?:\\.|[^'\\])*)'|\"(?P<double>(?:\\.|[^\"\\])*)\"|(?P<index>-?\d+))\s*\]"
)
_HEAD = re.compile(r"\$(?:\$|[^\W\d]\w*)?")


def steps_of(path: str, begin: int = 1) -> Steps | None:
    """Return the names and indices of a path after its first `begin` characters; None for another path."""
    steps: list[str | int] = []
    position = begin
    while position < len(path):
        match = _STEP.match(path, position)
        if match is None:
            return None
        if match["index"] is not None:
            steps.append(int(match["index"]))
        elif match["name"] is not None:
            steps.append(match["name"])
        else:  # only the quote itself is escaped: AWS finds the key Test\\""Name" by just that (recorded)
            single, double = match["single"], match["double"]
            steps.append(double.replace('\\"', '"') if single is None else single.replace("\\'", "'"))
        position = match.end()
    return tuple(steps)


def is_reference_path(text: str) -> bool:
    """Tell whether a text is a reference path of the input, a variable or the context object."""
    head = _HEAD.match(text)
    return head is not None and steps_of(text, head.end()) is not None
