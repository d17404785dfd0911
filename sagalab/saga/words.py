"""What the words of a state say: does it change something, does it undo something, and what is it about?

Read from the resource, the state's name, the function's name and the Comment. A Comment decides:
- "undoes NAME", "compensates NAME", "compensation of NAME": this state is the undo of NAME;
- "nothing to undo", "read-only", "needs no undo": this state needs none.
Otherwise the first word of the name does (CheckStock reads, CancelFlight undoes), and messages
(SNS, SQS, EventBridge, SES) and waits for a task token count as changing nothing.
"""

import re
from collections.abc import Iterable

from sagalab.asl.document import State

_READS = frozenset(
    "get check notify notification notifications list describe query scan read find lookup look fetch load validate verify calculate "
    "compute estimate score search select poll wait is has test send publish email mail sms log report "
    "record alert announce tell inform warn parse transform format prepare ping ask await approve review "
    "retrieve count evaluate determine decide classify detect analyze analyse quote authenticate head "
    "batchget converse invokemodel emit trace audit print show echo simulate assess inspect handle park "
    "escalate".split()
)
_UNDOES = frozenset(
    "undo cancel refund release revert rollback roll compensate restore void reverse return unreserve "
    "unbook".split()
)
_UNDOES_AFTER_CATCH = _UNDOES | frozenset(
    "credit delete remove withdraw detach deregister unlock revoke terminate reset compensation "
    "cancellation".split()
)
_ASKS = frozenset(
    "approval approve approved confirmation decision human manual manager answer review input".split()
)
_MESSAGES = ("sns", "sqs", "events", "ses", "sesv2", "pinpoint", "ssm-incidents")
_ABOUT_NOTHING = frozenset(
    "process function update status task state lambda fn arn new create make do place set put the of for "
    "to step handler request try service saga machine workflow reserve reservation book booking confirm "
    "start run with and in on at failed failure fail error invoke aws".split()
) | _UNDOES_AFTER_CATCH - {"refund", "credit"}
_SAME = {
    **dict.fromkeys(("refund", "credit", "debit", "charge", "payment", "pay", "card", "money"), "payment"),
    **dict.fromkeys(("stock", "item", "inventory", "goods"), "inventory"),
    **dict.fromkeys(("ship", "shipping", "shipment", "deliver", "delivery", "dispatch"), "shipment"),
}
_MARK = re.compile(
    r"\b(?:undoes|undo of|undo for|compensates(?: for)?|compensation (?:of|for)|reverts|reverses|takes back"
    r"|gives back)"
    r"\s+(?:the\s+)?[\"'“`*]*",
    re.IGNORECASE,
)
_NO_UNDO = re.compile(
    r"\b(nothing to undo|needs? no undo|no undo needed|read[- ]only|only reads)\b", re.IGNORECASE
)


def words(name: str) -> list[str]:
    """Split a name at capitals, digits and signs: "sns:NotifySuccess" is sns, notify, success."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)]


def function_name(state: State) -> str:
    """Return the name of the function (or activity) that a Task calls, as far as the text tells it."""
    for key in ("Arguments", "Parameters"):
        arguments = state.body.get(key)
        name = arguments.get("FunctionName") if isinstance(arguments, dict) else None
        if isinstance(name, str):
            return name.rpartition(":function:")[2].strip("${}")
    if state.resource is None:
        return ""
    if state.resource.kind in ("lambda", "activity"):
        return state.resource.action.partition(":")[0].strip("${}")
    return state.resource.arn.strip("${}") if state.resource.kind in ("placeholder", "unknown") else ""


def changes_something(state: State) -> bool:
    """Tell whether a Task changes the world, so that a later failure has something to undo."""
    return not state.waits_for_token and _acts(state)


def works_and_answers(state: State) -> bool:
    """Tell whether a Task that waits for its token has work done meanwhile, rather than ask a human."""
    return state.waits_for_token and _acts(state) and _ASKS.isdisjoint(words(state.name))


def _acts(state: State) -> bool:
    if state.type != "Task" or _NO_UNDO.search(state.comment):
        return False
    called = state.resource
    if called is not None and called.kind in ("service", "aws-sdk") and not called.waits_for_token:
        if called.service in _MESSAGES or words(called.action)[:1] and words(called.action)[0] in _READS:
            return False
    names = [words(state.name)[:1], words(function_name(state))[:1]]
    return not any(first and first[0] in _READS for first in names)


def is_undo_by_name(state: State, *, after_catch: bool = False) -> bool:
    """Tell whether the name says undo; after a Catch more words do (CreditPayment, DeleteOrder)."""
    verbs = _UNDOES_AFTER_CATCH if after_catch else _UNDOES
    firsts = words(state.name)[:1] + (words(function_name(state))[:1] if after_catch else [])
    return any(first in verbs for first in firsts)


def marked_step(state: State, names: Iterable[str]) -> str | None:
    """Return the name of the step that the Comment says this state undoes, or None."""
    for match in _MARK.finditer(state.comment):
        rest = state.comment[match.end() :]
        for name in sorted(names, key=len, reverse=True):
            if re.match(re.escape(name) + r"(?!\w)", rest):
                return name
    return None


def subjects(state: State) -> frozenset[str]:
    """Return what a Task is about: the words of its names without verbs and fillers.

    ProcessRefund with CreditPaymentFunction, and ProcessPayment: both are about payment.
    """
    return _about(words(state.name) + words(function_name(state)))


def function_subjects(state: State) -> frozenset[str]:
    """Return what the function of a Task is about, by its name alone."""
    return _about(words(function_name(state)))


def _about(named: list[str]) -> frozenset[str]:
    found = set()
    for word in named:
        word = word[:-1] if len(word) > 4 and word.endswith("s") and not word.endswith("ss") else word
        word = _SAME.get(word, word)
        if word not in _ABOUT_NOTHING:
            found.add(word)
    return frozenset(found)
