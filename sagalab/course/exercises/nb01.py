"""Exercise of notebook 01: the statement that lets debit and refund work, and nothing else."""

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from sagalab.course.exercise import exercise
from sagalab.course.outcome import Mistake
from sagalab.course.shown import kind, shown

NEEDED = {
    "dynamodb:GetItem": "the refund reads the payment with it",
    "dynamodb:PutItem": "debit and refund write their rows with it",
    "dynamodb:ConditionCheckItem": "each of the two looks for the other's row with it, in its transaction",
}
# Actions on a table that nobody here makes; and one of a table of others.
_OTHERS = ("dynamodb:DeleteItem", "dynamodb:DeleteTable", "dynamodb:UpdateItem", "dynamodb:Scan", "dynamodb:Query",
           "dynamodb:BatchWriteItem", "dynamodb:DescribeTable", "s3:GetObject")  # fmt: skip
_FIELDS = {"Sid", "Effect", "Action", "Resource"}
_ACTION = re.compile(r"[a-zA-Z0-9-]+:[a-zA-Z0-9*?]+|\*")
_ARN = re.compile(r"arn:aws[a-z-]*:dynamodb:[a-z0-9-]+:[0-9]{12}:table/([a-zA-Z0-9_.-]{3,255})(/.*)?")
_PAYMENTS = "payments"
_TABLE = "arn:aws:dynamodb:<region>:<account>:table/<the payments table>"
_EXPECTED = "Effect, three actions, and the ARN of the one table"


@exercise(
    "permission",
    notebook="01_deploy_the_services",
    title="Write the statement with which debit and refund may use their table, and do nothing more.",
    takes="value",
    hints=(
        "Three calls to DynamoDB are made in payments.py: a read, a write of a row, and a check that a row is not there.",
        "A transaction needs the right to each action in it. new_row puts an item, no_row checks a condition.",
        "dynamodb:GetItem, dynamodb:PutItem and dynamodb:ConditionCheckItem, on the ARN of the table.",
    ),
)
def permission(answer: Any) -> str:
    """Judge by what the statement would allow, as IAM reads it: names without regard to case, `*` and `?` wild."""
    if not isinstance(answer, Mapping):
        raise Mistake(
            "the answer is no statement", expected=_EXPECTED, happened=f"it is of type {kind(answer)}"
        )
    if "Statement" in answer:
        raise Mistake("this is a whole policy", expected="one statement of it", happened=shown(dict(answer)))
    unknown = sorted(str(name) for name in answer if name not in _FIELDS)
    if unknown:
        raise Mistake(
            f"{unknown[0]} is no field of such a statement", expected=_EXPECTED, happened=shown(dict(answer))
        )
    if str(answer.get("Effect")).lower() == "allow" and answer["Effect"] != "Allow":
        raise Mistake(
            "Effect is a text with a capital letter",
            expected='"Effect": "Allow"',
            happened=shown(answer["Effect"]),
        )
    if answer.get("Effect") != "Allow":
        raise Mistake(
            "the statement allows nothing", expected='"Effect": "Allow"', happened=shown(answer.get("Effect"))
        )
    sid = answer.get("Sid", "")
    if not (isinstance(sid, str) and sid.isascii() and (sid.isalnum() or not sid)):
        raise Mistake(
            "Sid is no text of letters and digits",
            expected='such as "Sid": "PaymentsTable"',
            happened=shown(sid),
        )
    actions, resources = _texts(answer, "Action"), _texts(answer, "Resource")
    _must_allow_enough(actions)
    _must_allow_no_more(actions)
    _must_be_one_table(resources)
    return "debit and refund can do their work on this table, and nothing else."


def _texts(answer: Mapping[str, Any], field: str) -> list[str]:
    found = answer.get(field)
    texts = [found] if isinstance(found, str) else found
    if not isinstance(texts, list | tuple) or not texts or not all(isinstance(each, str) for each in texts):
        raise Mistake(f"{field} is no text and no list of texts", expected=_EXPECTED, happened=shown(found))
    if field == "Action":
        for each in texts:
            if not _ACTION.fullmatch(each):
                raise Mistake(
                    f"{each or 'an empty text'} is no name of an action: IAM refuses it",
                    expected="a service, a colon and an action in each text, such as dynamodb:GetItem", happened=shown(found),
                )  # fmt: skip
    return list(texts)


def _allows(actions: list[str], wanted: str) -> bool:
    return any(fnmatchcase(wanted.lower(), each.lower()) for each in actions)


def _must_allow_enough(actions: list[str]) -> None:
    for wanted, why in NEEDED.items():
        if not _allows(actions, wanted):
            raise Mistake(f"{wanted} is missing: {why}", expected=_EXPECTED, happened=", ".join(actions))


def _must_allow_no_more(actions: list[str]) -> None:
    for each in actions:
        if any(character in each for character in "*?"):
            raise Mistake(
                f"{each} allows more than is needed: whoever misuses the function could do it all",
                expected="each action by its name", happened=", ".join(actions),
            )  # fmt: skip
        if each.lower() not in {wanted.lower() for wanted in NEEDED}:
            known = each in _OTHERS or each.partition(":")[0] in ("dynamodb", "s3", "logs", "sns", "sqs")
            because = "neither debit nor refund makes this call" if known else "there is no such action here"
            raise Mistake(f"{each} is too much: {because}", expected=_EXPECTED, happened=", ".join(actions))


def _must_be_one_table(resources: list[str]) -> None:
    for each in resources:
        if each == "*" or "*" in each or "?" in each:
            raise Mistake(
                f"the resource {each} is more than the one table",
                expected=_TABLE,
                happened=", ".join(resources),
            )
        parts = _ARN.fullmatch(each)
        if parts is None:
            raise Mistake("the resource is no ARN of a table", expected=_TABLE, happened=shown(each))
        if parts[2]:
            raise Mistake(
                "the resource is a part of a table, and not the table itself",
                expected=_TABLE,
                happened=shown(each),
            )
        if not parts[1].endswith(_PAYMENTS):
            raise Mistake(
                f"the table is {parts[1]}: debit and refund keep their rows in the payments table", expected=_TABLE,
                happened=shown(each),
            )  # fmt: skip
    if len(set(resources)) > 1:
        raise Mistake("there is more than one table", expected=_TABLE, happened=", ".join(resources))
