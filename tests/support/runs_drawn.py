"""Machines and runs that the tests of pictures draw: the seven scenarios, and one with all that nests."""

import json

from made_history import HistoryMaker

from sagalab.history.execution import Execution
from sagalab.project import STATEMACHINE

LAMBDA = "arn:aws:states:::lambda:invoke"
NESTED = {
    "StartAt": "Both",
    "States": {
        "Both": {
            "Type": "Parallel",
            "Branches": [
                {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": LAMBDA, "End": True}}},
                {
                    "StartAt": "Each",
                    "States": {
                        "Each": {
                            "Type": "Map",
                            "Iterator": {
                                "StartAt": "Pick",
                                "States": {
                                    "Pick": {
                                        "Type": "Task",
                                        "Resource": LAMBDA,
                                        "End": True,
                                        "Catch": [{"ErrorEquals": ["Gone"], "Next": "Other"}],
                                    },
                                    "Other": {"Type": "Pass", "End": True},
                                },
                            },
                            "End": True,
                        }
                    },
                },
            ],
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Bad"}],
            "Next": "Far",
        },
        "Far": {
            "Type": "Map",
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                "StartAt": "One",
                "States": {"One": {"Type": "Succeed"}},
            },
            "End": True,
        },
        "Bad": {"Type": "Fail"},
    },
}
SAGA = json.loads((STATEMACHINE / "saga.asl.json").read_text(encoding="utf-8"))
ORDER, PAY, RESERVE = "ProcessOrder", "ProcessPayment", "ReserveInventory"
RELEASE, REFUND, UPDATE = "ReleaseInventory", "ProcessRefund", "UpdateOrderStatus"
GOOD, BAD = "OrderSucceeded", "OrderFailed"
NOTIFY = "sns:NotifySuccess"
NO_RELEASE, NO_REFUND, NO_UPDATE = (
    f"sns:Notify{what}Fail" for what in ("ReleaseInventory", "ProcessRefund", "UpdateOrder")
)

EDGES = {
    (ORDER, PAY): "next",
    (ORDER, UPDATE): "catch",
    (PAY, RESERVE): "next",
    (PAY, REFUND): "catch",
    (RESERVE, NOTIFY): "next",
    (RESERVE, RELEASE): "catch",
    (NOTIFY, GOOD): "next",
    (RELEASE, REFUND): "next",
    (RELEASE, NO_RELEASE): "catch",
    (REFUND, UPDATE): "next",
    (REFUND, NO_REFUND): "catch",
    (UPDATE, BAD): "next",
    (UPDATE, NO_UPDATE): "catch",
    (NO_RELEASE, BAD): "next",
    (NO_REFUND, BAD): "next",
    (NO_UPDATE, BAD): "next",
}
SCENARIOS = {
    "1": ([ORDER], [ORDER, UPDATE, BAD]),
    "11": ([ORDER, UPDATE], [ORDER, UPDATE, NO_UPDATE, BAD]),
    "2": ([PAY], [ORDER, PAY, REFUND, UPDATE, BAD]),
    "22": ([PAY, REFUND], [ORDER, PAY, REFUND, NO_REFUND, BAD]),
    "3": ([RESERVE], [ORDER, PAY, RESERVE, RELEASE, REFUND, UPDATE, BAD]),
    "33": ([RESERVE, RELEASE], [ORDER, PAY, RESERVE, RELEASE, NO_RELEASE, BAD]),
    "4": ([], [ORDER, PAY, RESERVE, NOTIFY, GOOD]),
}


def saga_run(failing=(), **more) -> Execution:
    plan = {name: f"Err{name}" for name in failing} | more
    return Execution.from_history(HistoryMaker(SAGA, plan).events_of_run(), SAGA)


def run(definition: dict, plan: dict | None = None) -> Execution:
    return Execution.from_history(HistoryMaker(definition, plan).events_of_run(), definition)
