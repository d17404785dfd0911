"""The saga of an order as one durable function: the steps and undos of the state machine, as code.

Written as the SDK's own examples are: each step is checkpointed, retried by the SDK's default strategy, and whatever
error it ends with sets off the undos, last step first. Lab 13 finds out what that leaves behind.
"""

import json
import os

import boto3
import inventory
import orders
import payments
from aws_durable_execution_sdk_python import DurableContext, StepError, durable_execution

sns = boto3.client("sns")

STEPS = (
    ("ProcessOrder", orders.new_order, "UpdateOrderStatus", orders.update_order),
    ("ProcessPayment", payments.debit, "ProcessRefund", payments.credit),
    ("ReserveInventory", inventory.reserve, "ReleaseInventory", inventory.release),
)


class SagaFailed(Exception):
    """The order failed and its compensations were applied."""


@durable_execution
def handler(order: dict, context: DurableContext) -> dict:
    """Run the saga of this order; return the order, or raise SagaFailed."""
    undos = []
    for name, task, undo_name, undo in STEPS:
        undos.insert(0, (undo_name, undo))  # before the step: it may write and fail then
        try:
            order = do(context, name, task, order)
        except StepError as error:
            compensate(context, undos, order, error)
            raise SagaFailed(f"{name} failed: {error}") from error
    notify(context, "sns:NotifySuccess", {"order_id": order["order_id"], "status": "success"})
    return order


def compensate(context: DurableContext, undos: list, order: dict, error: StepError) -> None:
    """Undo what was done, last step first; tell the topic of an undo that fails, and stop there."""
    for name, undo in undos:
        try:
            order = do(context, name, undo, order)
        except StepError as failed:
            message = {"order_id": order["order_id"], "status": "failed", "error": str(failed)}
            notify(context, f"sns:Notify{name}Fail", message)
            raise SagaFailed(f"{name} failed: {failed}") from error


def do(context: DurableContext, name: str, task, order: dict) -> dict:
    """Run a task as a step of this execution: once it is done, a replay gets its result from the checkpoint."""
    return context.step(lambda _: task(order, context.lambda_context), name=name)


def notify(context: DurableContext, name: str, message: dict) -> None:
    """Publish a message, as a step too: a replay must not publish it again."""
    context.step(
        lambda _: sns.publish(TopicArn=os.environ["SAGA_TOPIC"], Message=json.dumps(message))["MessageId"],
        name=name,
    )
