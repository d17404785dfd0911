"""A Task state of the saga, as every lab after the first writes it."""

from typing import Any


def task_state(function: str, *, next: str | None = None, payload: str = "{% $order %}") -> dict[str, Any]:
    """Return a Task that calls a function of the saga with the order, and keeps its answer in `$order`.

    `function` is its name in a definition, such as "CreditPaymentFunction"; `next` the state that follows
    (None: the execution ends here).
    """
    then = {"Next": next} if next else {"End": True}
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": f"${{{function}}}", "Payload": payload},
        "Assign": {"order": "{% $states.result.Payload %}"},
        **then,
    }
