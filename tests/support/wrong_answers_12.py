"""Wrong answers to the exercises of notebook 12."""

from typing import Any

from wrong_answer import WRONG, state, wrong

from sagalab import definition, task_state


def instead(token: Any):
    """Answer with this token."""
    return lambda _: token


TOKEN = {
    "a_number": (42, "the token is no text"),
    "plain_text": ("debit", "the token is a plain text, and so the same for every order"),
    "a_new_id_each_call": ("{% $uuid() %}", "a retry has another token"),
    "the_time": ("{% $now() %}", "a retry has another token"),
    "counts_retries": (
        "{% $states.input.order_id & '-' & $string($states.context.State.RetryCount) %}", "a retry has another token",
    ),
    "counts_redrives": (
        "{% $states.input.order_id & '-' & $string($states.context.Execution.RedriveCount) %}",
        "a redrive has another token",
    ),
    "name_of_the_execution": ("{% $states.context.Execution.Name %}", "a new execution for the same order has another"),
    "arn_of_the_execution": ("{% $states.context.Execution.Id %}", "a new execution for the same order has another"),
    "when_it_was_entered": ("{% $states.context.State.EnteredTime %}", "a new execution for the same order has another"),
    "customer": ("{% $states.input.customer_id %}", "two orders share one token"),
    "date_of_the_order": ("{% $states.input.order_date %}", "two orders share one token"),
    "the_first_character": ("{% $substring($states.input.order_id, 0, 1) %}", "two orders share one token"),
    "the_end_of_the_id": ("{% $substring($states.input.order_id, 1) %}", "two orders share one token"),
    "items": ("{% $string($states.input.items) %}", "two orders share one token"),
    "a_variable_that_is_not_there": ("{% $order.order_id %}", "the expression fails, and so does the charge"),
    "a_list": ("{% $states.input.items %}", "the token that is sent is no text"),
    "cut_off": ("{% $states.input.order_id & %}", "Step Functions refuses the machine with this token"),
}  # fmt: skip
for _what, (_token, _words) in TOKEN.items():
    WRONG.append(("token", _what, instead(_token), _words))


def leave_out(machine: dict, name: str) -> None:
    """Take a state of the chain out."""
    following = machine["States"].pop(name).get("Next")
    [before] = [each for each in machine["States"].values() if each.get("Next") == name]
    del before["Next"]
    before.update({"Next": following} if following else {"End": True})


@wrong("undo", "ReleaseInventory is never called: 2 × item 1")
def without_the_release(machine):
    leave_out(machine, "Release")


@wrong("undo", "ProcessRefund is never called: 29.99 not refunded")
def without_the_refund(machine):
    leave_out(machine, "Refund")


@wrong("undo", "UpdateOrderStatus is never called: order still New")
def without_the_reset(machine):
    leave_out(machine, "Reset")


@wrong("undo", "a variable has no value: those of the run that failed are gone with it")
def order_not_kept(machine):
    del state(machine, "Keep")["Assign"]


@wrong("undo", "it calls ProcessOrder, which is a step and no undo")
def the_whole_saga_again(_):
    return definition("saga")


@wrong("undo", "it calls ProcessPayment, which is a step and no undo")
def pays_in_place_of_refunding(machine):
    machine["States"]["Refund"] = task_state("DebitPaymentFunction", next="Reset")


@wrong("undo", "it calls no undo at all")
def does_nothing(_):
    return {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}


@wrong("undo", "it undoes everything, and then says that it failed")
def ends_as_failed(machine):
    del state(machine, "Reset")["End"]
    state(machine, "Reset")["Next"] = "Failed"
    machine["States"]["Failed"] = {"Type": "Fail", "Error": "SagaFailed"}


@wrong("undo", "Release fails, and what would come after it never runs")
def only_the_id(machine):
    state(machine, "Release")["Arguments"]["Payload"] = "{% $order.order_id %}"


@wrong("undo", "Step Functions refuses the machine")
def begins_in_the_middle_of_the_saga(_):
    return {**definition("saga"), "StartAt": "ReleaseInventory"}


@wrong("undo", "your machine waits in Ask for a task token")
def asks_somebody(machine):
    del state(machine, "Reset")["End"]
    state(machine, "Reset")["Next"] = "Ask"
    arguments = {"TopicArn": "${SagaTopic}", "Message": "{% $states.context.Task.Token %}"}
    machine["States"]["Ask"] = {
        "Type": "Task", "Resource": "arn:aws:states:::sns:publish.waitForTaskToken", "Arguments": arguments, "End": True,
    }  # fmt: skip
