"""The saga as one durable function, hardened: what lab 13's explorer finds in durable_saga.py is mended here.

- A business error is not tried again: only what another try may mend.
- A step begins at most once a try (AT_MOST_ONCE_PER_RETRY): when the process dies in it, the next invocation gets
  StepInterruptedError there, and the saga lives on to undo. By default the step would run again and die again.
- An undo is tried more often and for every error; one that still fails is kept as owed, and the others go on.
- What is owed is announced, and the execution waits for a human's answer.
"""

import json
import os

import boto3
import inventory
import orders
import payments
from aws_durable_execution_sdk_python import CallbackError, DurableContext, StepError, durable_execution
from aws_durable_execution_sdk_python.config import Duration, StepConfig, StepSemantics
from aws_durable_execution_sdk_python.exceptions import StepInterruptedError
from aws_durable_execution_sdk_python.retries import RetryStrategyConfig, create_retry_strategy
from faults import Throttled
from tables import TransientError

sns = boto3.client("sns")

STEPS = (
    ("ProcessOrder", orders.new_order, "UpdateOrderStatus", orders.update_order),
    ("ProcessPayment", payments.debit, "ProcessRefund", payments.credit),
    ("ReserveInventory", inventory.reserve, "ReleaseInventory", inventory.release),
)


def config(tries: int, **only) -> StepConfig:
    """Return how a step is tried: so often, after 2, 4, 8 s; `only` for some errors."""
    strategy = RetryStrategyConfig(
        max_attempts=tries, initial_delay=Duration.from_seconds(2), max_delay=Duration.from_seconds(8), **only
    )
    return StepConfig(create_retry_strategy(strategy), StepSemantics.AT_MOST_ONCE_PER_RETRY)


MENDABLE = [TransientError, Throttled, TimeoutError, StepInterruptedError]
DO = config(4, retryable_error_types=MENDABLE)
UNDO = config(5)
TELL = config(4)


class SagaFailed(Exception):
    """The order failed. All that had been done was undone, by the saga or by hand."""


class SagaOwes(Exception):
    """The order failed, and something is still owed."""


@durable_execution
def handler(order: dict, context: DurableContext) -> dict:
    """Run the saga of this order; return the order, or raise SagaFailed or SagaOwes."""
    undos = []
    for name, task, undo_name, undo in STEPS:
        undos.insert(0, (undo_name, undo))
        try:
            order = do(context, name, task, order, DO)
        except StepError as error:
            owed = compensate(context, undos, order)
            if owed:
                ask_a_human(context, order, owed, error)
            raise SagaFailed(f"{name} failed: {error}") from error
    try:
        notify(context, "sns:NotifySuccess", {"order_id": order["order_id"], "status": "success"})
    except StepError as error:
        print(f"order {order['order_id']}: nobody was told that it succeeded: {error}")
    return order


def compensate(context: DurableContext, undos: list, order: dict) -> list[dict]:
    """Undo what was done, last step first, and return what could not be undone."""
    owed = []
    for name, undo in undos:
        try:
            do(context, name, undo, order, UNDO)
        except StepError:
            owed.append({"undo": name} | details(name, order))
    return owed


def details(name: str, order: dict) -> dict:
    """Say what an undo would give back, as notifications do."""
    if name == "ProcessRefund":
        return {"amount": round(sum(line["qty"] * line["unit_price"] for line in order["items"]), 2)}
    if name == "ReleaseInventory":
        return {"items": [{"item_id": line["item_id"], "qty": line["qty"]} for line in order["items"]]}
    return {}


def ask_a_human(context: DurableContext, order: dict, owed: list[dict], error: StepError) -> None:
    """Announce what is owed and wait, without a running function, for who settles it. Raises SagaOwes without him."""
    answer = context.create_callback(name="HumanAnswer")
    message = {"order_id": order["order_id"], "status": "compensation incomplete", "owed": owed}
    try:
        notify(context, "sns:NotifyOwed", message | {"error": str(error), "callback_id": answer.callback_id})
        answer.result()
    except (StepError, CallbackError) as nobody:
        raise SagaOwes(f"still owed: {json.dumps(owed)}") from nobody


def do(context: DurableContext, name: str, task, order: dict, how: StepConfig) -> dict:
    """Run a task as a step of this execution: once it is done, a replay gets its result from the checkpoint."""
    return context.step(lambda _: task(order, context.lambda_context), name=name, config=how)


def notify(context: DurableContext, name: str, message: dict) -> None:
    """Publish a message, as a step too: a replay must not publish it again."""
    context.step(
        lambda _: sns.publish(TopicArn=os.environ["SAGA_TOPIC"], Message=json.dumps(message))["MessageId"],
        name=name,
        config=TELL,
    )
