"""Histories of durable functions, read as executions; the events have the form of boto3's GetDurableExecutionHistory."""

from datetime import UTC, datetime, timedelta

import pytest

from sagalab.history.durable import DurableExecution
from sagalab.history.durable_events import plain_error
from sagalab.pictures.diagram import diagram

BEGINNING = datetime(2026, 11, 27, tzinfo=UTC)


def _events(*rows):
    """Make events of (type, id, name, details), a second apart."""
    made = []
    for number, (kind, operation, name, details) in enumerate(rows):
        event = {
            "EventType": kind,
            "EventId": number + 1,
            "EventTimestamp": BEGINNING + timedelta(seconds=number),
        }
        event |= {"Id": operation} if operation else {}
        event |= {"Name": name} if name else {}
        made.append(event | ({f"{kind}Details": details} if details else {}))
    return made


def _failed(error, message="no"):
    return {"Error": {"Payload": {"ErrorType": error, "ErrorMessage": message}, "Truncated": False}}


INVOKED = {"RequestId": "r", "StartTimestamp": BEGINNING, "EndTimestamp": BEGINNING + timedelta(seconds=3)}
STARTED = ("ExecutionStarted", "x", "order-1", {"Input": {"Payload": '{"order_id": "1"}'}})


def test_tries_are_attempts_of_one_visit_and_a_caught_error_is_caught():
    execution = DurableExecution.from_events(
        _events(
            STARTED,
            ("StepStarted", "a", "Pay", {}),
            ("StepFailed", "a", "Pay", _failed("payments.NoMoney")),
            ("InvocationCompleted", None, None, INVOKED),
            ("StepStarted", "a", "Pay", {}),
            ("StepFailed", "a", "Pay", _failed("payments.NoMoney", "still no")),
            ("StepStarted", "b", "Refund", {}),
            ("StepSucceeded", "b", "Refund", {"Result": {"Payload": '{"back": 1}'}}),
            ("ExecutionFailed", "x", "order-1", _failed("saga.SagaFailed", "over")),
        ),
        "arn:aws:lambda:us-east-1:1:function:f:$LATEST/durable-execution/order-1/x",
    )  # fmt: skip
    pay, refund = execution.visits
    assert (pay.name, pay.status, pay.tries, pay.caught_error, pay.cause) == (
        "Pay",
        "caught",
        2,
        "NoMoney",
        "still no",
    )
    assert (refund.status, refund.output) == ("succeeded", {"back": 1})
    assert (execution.status, execution.error, execution.name) == ("FAILED", "SagaFailed", "order-1")
    assert execution.input == {"order_id": "1"} and execution.warnings == []
    assert [each.seconds for each in execution.invocations] == [3.0]
    assert "Pay" in diagram(None, execution).source


def test_a_step_that_failed_last_fails_with_the_execution():
    execution = DurableExecution.from_events(
        _events(
            STARTED,
            ("StepStarted", "a", "Pay", {}),
            ("StepFailed", "a", "Pay", _failed("NoMoney")),
            ("ExecutionFailed", "x", "order-1", _failed("NoMoney")),
        )
    )
    assert [(visit.name, visit.status) for visit in execution.visits] == [("Pay", "failed")]


def test_a_callback_is_waited_for_when_all_else_is_done_and_a_wait_is_a_wait():
    rows = [
        STARTED,
        ("WaitStarted", "w", "Sleep", {}),
        ("WaitSucceeded", "w", "Sleep", {}),
        ("CallbackStarted", "c", "Human", {"CallbackId": "token-1"}),
        ("StepStarted", "n", "sns:NotifyOwed", {}),
        ("StepSucceeded", "n", "sns:NotifyOwed", {}),
    ]
    from sagalab.history.task_tokens import token_of, waiting_visit

    waiting = DurableExecution.from_events(_events(*rows))
    assert [(visit.name, visit.type) for visit in waiting.visits] == [
        ("Sleep", "Wait"),
        ("sns:NotifyOwed", "Task"),
        ("Human", "Task"),
    ]
    assert token_of(waiting_visit(waiting)) == "token-1"
    assert [attempt.service for attempt in waiting.visits[1].attempts] == ["sns"]
    answered = DurableExecution.from_events(
        _events(*rows, ("CallbackSucceeded", "c", "Human", {"Result": {"Payload": '"yes"'}}))
    )
    assert answered.visits[-1].output == "yes" and waiting_visit(answered) is None


@pytest.mark.parametrize(
    ("wire", "plain"),
    [
        ("payments.ErrProcessPayment", "ErrProcessPayment"),
        ("tables.Lambda.ServiceException", "Lambda.ServiceException"),
        ("Runtime.ExitError", "Runtime.ExitError"),
        ("aws_durable_execution_sdk_python.exceptions.StepInterruptedError", "StepInterruptedError"),
        ("ValueError", "ValueError"),
        (None, None),
    ],
)
def test_errors_have_plain_names(wire, plain):
    assert plain_error(wire) == plain


def test_operations_that_ran_beside_others_are_said_to_be_left_out():
    beside = DurableExecution.from_events(
        _events(
            STARTED,
            ("StepStarted", "a", "One", {}),
            ("StepStarted", "b", "Two", {}),
            ("StepSucceeded", "a", "One", {}),
            ("StepSucceeded", "b", "Two", {}),
            ("ExecutionSucceeded", "x", "order-1", {}),
        )
    )
    assert [sentence for sentence in beside.warnings if "ran beside others" in sentence]
