"""What AWS refuses of a Step Functions request for its size or its JSON, before anybody reads it.

Sources: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html (262,144 bytes of input or output as
UTF-8, 1 MB of a definition); the parameters' lengths in the API reference; RFC 8259, which has no NaN. AWS reads JSON with
Jackson, which goes 1,000 levels deep (StreamReadConstraints).
"""

import json
import re

from sagalab.localcloud.refusals import Answer, json_error

_DATA, _DEFINITION, _DEPTH = 262_144, 1_048_576, 1_000
# operation → its texts: the parameter, how many bytes it may have, the error for JSON that is none, its words
_INPUT = ("input", _DATA, "InvalidExecutionInput", "Invalid State Machine Execution Input")
_MACHINE = ("definition", _DEFINITION, "InvalidDefinition", "Invalid State Machine Definition")
_TEXTS = {
    "StartExecution": (_INPUT,),
    "StartSyncExecution": (_INPUT,),
    "TestState": (_INPUT, _MACHINE),
    "CreateStateMachine": (_MACHINE,),
    "UpdateStateMachine": (_MACHINE,),
    "ValidateStateMachineDefinition": (_MACHINE,),
    "SendTaskSuccess": (("output", _DATA, "InvalidOutput", "Invalid Output"),),
}
_NO_JSON = (b"NaN", b"Infinity")
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_NOT_NESTING = re.compile(r"[^][{}]+")


def over_limit(target: str, body: bytes) -> Answer | None:
    """Return AWS's refusal of a request; None when its limits hold. `target` is its X-Amz-Target."""
    texts = _TEXTS.get(target.rpartition(".")[2])
    if texts is None or not _worth_a_look(body):
        return None
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        return json_error("states", "SerializationException", "The request is no JSON.")
    for name, limit, code, words in texts:
        text = given.get(name) if isinstance(given, dict) else None
        if not isinstance(text, str):
            continue
        if len(text.encode("utf-8", "replace")) > limit:
            return json_error(
                "states",
                "ValidationException",
                f"1 validation error detected: Value at '{name}' failed to satisfy constraint: "
                f"Member must have length less than or equal to {limit}",
            )
        problem = _problem(text)
        if problem:
            return json_error("states", code, f"{words}: '{problem}'")
    return None


def _worth_a_look(body: bytes) -> bool:
    """Most requests are small and flat: they cannot break a limit, and are not read twice."""
    return (
        len(body) > _DATA
        or body.count(b"{") + body.count(b"[") > _DEPTH
        or any(word in body for word in _NO_JSON)
    )


def _problem(text: str) -> str | None:
    """Return what is wrong with a text as JSON for AWS and not for Python; other faults are told later."""
    bare = _STRING.sub("", text)
    depth = deepest = 0
    for sign in _NOT_NESTING.sub("", bare):
        depth += 1 if sign in "[{" else -1
        deepest = max(deepest, depth)
    if deepest > _DEPTH:
        return f"Document nesting depth ({deepest}) exceeds the maximum allowed ({_DEPTH})"
    found = re.search(r"-?\b(?:NaN|Infinity)\b", bare)
    return f"Non-standard token '{found.group()}'" if found else None
