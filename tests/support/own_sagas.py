"""Small sagas with tasks of their own, one of each kind: sound ones, and copies with one hole each.

A sound one leaks under no fault, alone or in pairs: each step's Catch undoes that step too, each undo is
retried for ever (as its own Catch leads back to it), and nothing that can fail comes after the last step.
"""

import copy
from typing import Any

ALL = ["States.ALL"]


def task(function: str, after: str | None, **more: Any) -> dict[str, Any]:
    """Return a task that calls a function and leaves its input as it is (JSONPath)."""
    state = {
        "Type": "Task",
        "Resource": f"arn:aws:lambda:us-east-1:123456789012:function:{function}",
        "ResultPath": f"$.{function}",
    }
    return state | ({"Next": after} if after else {"End": True}) | more


def step(function: str, after: str | None, undo: str, **more: Any) -> dict[str, Any]:
    """Return a step whose failure leads to `undo`."""
    caught = [{"ErrorEquals": ALL, "ResultPath": "$.error", "Next": undo}]
    return task(function, after, Catch=caught, **more)


def undo(name: str, function: str, after: str | None, **more: Any) -> dict[str, Any]:
    """Return an undo that is tried until it succeeds."""
    caught = [{"ErrorEquals": ALL, "ResultPath": "$.undoing", "Next": name}]
    return task(function, after, Catch=caught, **more)


def jsonpath() -> dict[str, Any]:
    """Two steps in a row, and a Choice that reads what the second answered."""
    return {
        "StartAt": "ReserveSeat",
        "States": {
            "ReserveSeat": step("reserve-seat", "ChargeCard", "ReleaseSeat"),
            "ChargeCard": step("charge-card", "Charged", "RefundCard", TimeoutSeconds=5),
            "Charged": {
                "Type": "Choice",
                "Choices": [
                    {
                        "And": [
                            {"Variable": "$.charge-card.status", "IsPresent": True},
                            {"Variable": "$.charge-card.status", "StringEquals": "CHARGED"},
                        ],
                        "Next": "Booked",
                    }
                ],
                "Default": "RefundCard",
            },
            "Booked": {"Type": "Succeed"},
            "RefundCard": undo("RefundCard", "refund-card", "ReleaseSeat"),
            "ReleaseSeat": undo("ReleaseSeat", "release-seat", "NotBooked"),
            "NotBooked": {"Type": "Fail", "Error": "NotBooked"},
        },
    }


def jsonata() -> dict[str, Any]:
    """The same in JSONata, with a variable; a failing undo is told to somebody."""

    def called(function: str, after: str, caught_by: str, **more: Any) -> dict[str, Any]:
        return {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Arguments": {"FunctionName": function, "Payload": {"order": "{% $order %}"}},
            "Output": "{% $states.input %}",
            "Next": after,
            "Catch": [{"ErrorEquals": ALL, "Next": caught_by}],
            **more,
        }

    retried = [{"ErrorEquals": ALL, "IntervalSeconds": 1, "MaxAttempts": 2}]
    return {
        "QueryLanguage": "JSONata",
        "StartAt": "Begin",
        "States": {
            "Begin": {
                "Type": "Pass",
                "Assign": {"order": "{% $states.input.orderId %}"},
                "Next": "ReserveRoom",
            },
            "ReserveRoom": called("reserve-room", "ChargeCard", "ReleaseRoom"),
            "ChargeCard": called("charge-card", "Done", "RefundCard"),
            "Done": {"Type": "Succeed"},
            "RefundCard": called("refund-card", "ReleaseRoom", "TellCard", Retry=retried),
            "TellCard": _told("ReleaseRoomToo"),
            "ReleaseRoomToo": called("release-room", "Owing", "TellRoom", Retry=retried),
            "ReleaseRoom": called("release-room", "Undone", "TellRoom", Retry=retried),
            "TellRoom": _told("Owing"),
            "Undone": {"Type": "Fail", "Error": "Undone"},
            "Owing": {"Type": "Fail", "Error": "Owing"},
        },
    }


def _told(after: str) -> dict[str, Any]:
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::sns:publish",
        "Arguments": {"TopicArn": "arn:aws:sns:us-east-1:123456789012:t", "Message": "{% $order %}"},
        "Output": "{% $states.input %}",
        "Next": after,
    }


def parallel() -> dict[str, Any]:
    """Two steps side by side, and their undos side by side."""

    def branch(name: str, state: dict[str, Any]) -> dict[str, Any]:
        return {"StartAt": name, "States": {name: state}}

    return {
        "StartAt": "Book",
        "States": {
            "Book": {
                "Type": "Parallel",
                "Branches": [
                    branch("BookHotel", task("book-hotel", None)),
                    branch("BookFlight", task("book-flight", None)),
                ],
                "ResultPath": "$.booked",
                "Catch": [{"ErrorEquals": ALL, "ResultPath": "$.error", "Next": "Cancel"}],
                "Next": "Booked",
            },
            "Booked": {"Type": "Succeed"},
            "Cancel": {
                "Type": "Parallel",
                "Branches": [
                    branch("CancelHotel", undo("CancelHotel", "cancel-hotel", None)),
                    branch("CancelFlight", undo("CancelFlight", "cancel-flight", None)),
                ],
                "ResultPath": "$.cancelled",
                "Next": "NotBooked",
            },
            "NotBooked": {"Type": "Fail", "Error": "NotBooked"},
        },
    }


def mapped() -> dict[str, Any]:
    """A step for every item, undone for every item."""

    def each(name: str, state: dict[str, Any], **more: Any) -> dict[str, Any]:
        return {
            "Type": "Map",
            "ItemsPath": "$.items",
            "ItemProcessor": {"StartAt": name, "States": {name: state}},
            **more,
        }

    caught = [{"ErrorEquals": ALL, "ResultPath": "$.error", "Next": "ReleaseAll"}]
    return {
        "StartAt": "ReserveAll",
        "States": {
            "ReserveAll": each(
                "ReserveItem",
                task("reserve-item", None),
                ResultPath="$.reserved",
                Catch=caught,
                Next="Reserved",
            ),
            "Reserved": {"Type": "Succeed"},
            "ReleaseAll": each(
                "ReleaseItem",
                undo("ReleaseItem", "release-item", None),
                ResultPath="$.released",
                Next="NotReserved",
            ),
            "NotReserved": {"Type": "Fail", "Error": "NotReserved"},
        },
    }


def callback() -> dict[str, Any]:
    """A step that a queue's worker does and answers, in time or not."""
    ask = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {
            "QueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/cards",
            "MessageBody": {"token.$": "$$.Task.Token", "order.$": "$.orderId"},
        },
        "ResultPath": "$.charged",
        "HeartbeatSeconds": 600,
        "Catch": [{"ErrorEquals": ALL, "ResultPath": "$.error", "Next": "RefundCard"}],
        "Next": "Charged",
    }
    return {
        "StartAt": "ReserveSeat",
        "States": {
            "ReserveSeat": step("reserve-seat", "ChargeCard", "ReleaseSeat"),
            "ChargeCard": ask,
            "Charged": {"Type": "Succeed"},
            "RefundCard": undo("RefundCard", "refund-card", "ReleaseSeat"),
            "ReleaseSeat": undo("ReleaseSeat", "release-seat", "NotCharged"),
            "NotCharged": {"Type": "Fail", "Error": "NotCharged"},
        },
    }


def nested() -> dict[str, Any]:
    """A Map in a Parallel, and a machine that is started and waited for; the undos stand in a row."""
    start = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": "${ShippingMachine}", "Input.$": "$"},
        "ResultPath": "$.shipping",
        "End": True,
    }
    reserve = {
        "Type": "Map",
        "ItemsPath": "$.order.items",
        "ItemProcessor": {"StartAt": "ReserveItem", "States": {"ReserveItem": task("reserve-item", None)}},
        "ResultPath": "$.reserved",
        "End": True,
    }
    return {
        "StartAt": "Prepare",
        "States": {
            "Prepare": {
                "Type": "Parallel",
                "Branches": [
                    {"StartAt": "ReserveItems", "States": {"ReserveItems": reserve}},
                    {"StartAt": "StartShipment", "States": {"StartShipment": start}},
                ],
                "ResultPath": "$.prepared",
                "Catch": [{"ErrorEquals": ALL, "ResultPath": "$.error", "Next": "CancelShipment"}],
                "Next": "Prepared",
            },
            "Prepared": {"Type": "Succeed"},
            "CancelShipment": undo("CancelShipment", "cancel-shipment", "ReleaseItem"),
            "ReleaseItem": undo("ReleaseItem", "release-item", "NotPrepared"),
            "NotPrepared": {"Type": "Fail", "Error": "NotPrepared"},
        },
    }


SOUND = {
    "JSONPath": jsonpath,
    "JSONata": jsonata,
    "Parallel": parallel,
    "Map": mapped,
    "callback": callback,
    "nested": nested,
}


def holes() -> dict[str, tuple[dict[str, Any], str]]:
    """Return copies with a hole each: (machine, a part of the sentence that must be found)."""

    def changed(machine: dict[str, Any], change: Any) -> dict[str, Any]:
        made = copy.deepcopy(machine)
        change(made["States"])
        return made

    def forgets_itself(states: dict[str, Any]) -> None:
        states["ChargeCard"]["Catch"][0]["Next"] = "ReleaseSeat"

    def trusts_the_answer(states: dict[str, Any]) -> None:
        states["Charged"]["Choices"] = [{**states["Charged"]["Choices"][0]["And"][1], "Next": "Booked"}]

    def refused_and_forgotten(states: dict[str, Any]) -> None:
        states["Charged"]["Default"] = "NotBooked"

    def tells_nobody(states: dict[str, Any]) -> None:
        states["RefundCard"]["Catch"][0]["Next"] = "ReleaseRoom"
        del states["TellCard"], states["ReleaseRoomToo"]

    def skips_the_flight(states: dict[str, Any]) -> None:
        del states["Cancel"]["Branches"][1]

    def releases_the_first(states: dict[str, Any]) -> None:
        first = {"items.$": "States.Array($.items[0])"}
        states["ReserveAll"]["Catch"][0]["Next"] = "Pick"
        states["Pick"] = {"Type": "Pass", "Parameters": first, "Next": "ReleaseAll"}

    def waits_for_ever(states: dict[str, Any]) -> None:
        del states["ChargeCard"]["HeartbeatSeconds"]

    def no_catch(states: dict[str, Any]) -> None:
        del states["Prepare"]["Catch"]
        for name in ("CancelShipment", "ReleaseItem", "NotPrepared"):
            del states[name]

    def names_one_error(states: dict[str, Any]) -> None:
        states["ChargeCard"]["Catch"][0]["ErrorEquals"] = ["CardRefused"]

    def notifies_last(states: dict[str, Any]) -> None:
        states["Charged"]["Choices"][0]["Next"] = "SendMail"
        states["SendMail"] = task("send-mail", "Booked")

    def goes_on(states: dict[str, Any]) -> None:
        states["ChargeCard"]["Catch"][0]["Next"] = "Booked"

    return {
        "the failing step is not undone": (changed(jsonpath(), forgets_itself), "ChargeCard is done"),
        "the next state reads what may be missing": (
            changed(jsonpath(), trusts_the_answer),
            "without the fields",
        ),
        "a refusal undoes nothing": (changed(jsonpath(), refused_and_forgotten), "ChargeCard answered"),
        "one error is caught of all": (changed(jsonpath(), names_one_error), "UnforeseenError"),
        "a mail fails at the end": (changed(jsonpath(), notifies_last), "though all was done"),
        "the failure of a step is passed over": (changed(jsonpath(), goes_on), "ChargeCard is not done"),
        "a failed undo is told to nobody": (changed(jsonata(), tells_nobody), "RefundCard failed"),
        "one branch is not undone": (changed(parallel(), skips_the_flight), "BookFlight is done"),
        "only the first item is undone": (changed(mapped(), releases_the_first), "for item 2"),
        "an answer that never comes": (changed(callback(), waits_for_ever), "was never answered"),
        "nothing catches the Parallel": (changed(nested(), no_catch), "nothing undoes it"),
    }
