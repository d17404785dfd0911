"""Typical wrong answers to the exercises of the course, each with words that its message must contain.

An entry is (exercise, what was done, change, words). `change` gets the reference answer and spoils it, or
returns another answer.
"""

from collections.abc import Callable
from typing import Any

WRONG: list[tuple[str, str, Callable[[Any], Any], str]] = []
BUSINESS = ["ErrProcessPayment"]
TRANSIENT = "Lambda.ServiceException"


def wrong(exercise: str, words: str) -> Callable[[Callable[[Any], Any]], Callable[[Any], Any]]:
    """Register a wrong answer; the function's name says what was done."""

    def register(change: Callable[[Any], Any]) -> Callable[[Any], Any]:
        WRONG.append((exercise, change.__name__, change, words))
        return change

    return register


def state(machine: dict, name: str) -> dict:
    return machine["States"][name]


# --- output -----------------------------------------------------------------------------------


@wrong("output", "the output is the whole answer of the Lambda call")
def whole_result(machine):
    state(machine, "ProcessOrder")["Output"] = "{% $states.result %}"


@wrong("output", "the output is the whole answer of the Lambda call")
def no_output(machine):
    del state(machine, "ProcessOrder")["Output"]


@wrong("output", "the output is the input, not what the task made of it")
def the_input_as_output(machine):
    state(machine, "ProcessOrder")["Output"] = "{% $states.input %}"


@wrong("output", "the output is a text, and not the value of an expression")
def no_braces(machine):
    state(machine, "ProcessOrder")["Output"] = "$states.result.Payload"


@wrong("output", "the execution fails in ProcessOrder")
def payload_in_small_letters(machine):
    state(machine, "ProcessOrder")["Output"] = "{% $states.result.payload %}"


@wrong("output", "Step Functions refuses the machine")
def output_path_of_jsonpath(machine):
    del state(machine, "ProcessOrder")["Output"]
    state(machine, "ProcessOrder")["OutputPath"] = "$.Payload"


@wrong("output", "the output is not the order")
def only_a_part(machine):
    state(machine, "ProcessOrder")["Output"] = {"status": "{% $states.result.Payload.order_status %}"}


# --- assign -----------------------------------------------------------------------------------


@wrong("assign", "ProcessPayment reads $order, and nothing has assigned it")
def missing_assign(machine):
    del state(machine, "ProcessOrder")["Assign"]


@wrong("assign", "ProcessPayment is given the whole answer of the Lambda call before it")
def whole_result_assigned(machine):
    state(machine, "ProcessOrder")["Assign"] = {"order": "{% $states.result %}"}


@wrong("assign", "ProcessPayment is given the whole answer of the Lambda call before it")
def input_in_place_of_order(machine):
    state(machine, "ProcessPayment")["Arguments"]["Payload"] = "{% $states.input %}"


@wrong("assign", "Step Functions refuses the machine")
def next_is_misspelt(machine):
    state(machine, "ProcessOrder")["Next"] = "ProcesPayment"


@wrong("assign", "ProcessPayment is not given the order")
def payload_without_braces(machine):
    state(machine, "ProcessPayment")["Arguments"]["Payload"] = "$order"


@wrong("assign", "ProcessPayment is not given the order")
def a_text_is_assigned(machine):
    state(machine, "ProcessOrder")["Assign"] = {"order": "$states.result.Payload"}


@wrong("assign", "no payment was taken")
def the_order_function_twice(machine):
    state(machine, "ProcessPayment")["Arguments"]["FunctionName"] = "${NewOrderFunction}"


@wrong("assign", "ProcessPayment never runs")
def ends_after_the_first(machine):
    del machine["States"]["ProcessPayment"]
    del state(machine, "ProcessOrder")["Next"]
    state(machine, "ProcessOrder")["End"] = True


# --- happy_path -------------------------------------------------------------------------------


@wrong("happy_path", "the order has lost its payment")
def payment_not_assigned(machine):
    del state(machine, "ProcessPayment")["Assign"]


@wrong("happy_path", "the output is not the order")
def output_forgotten(machine):
    del state(machine, "ReserveInventory")["Output"]


@wrong("happy_path", "ReserveInventory is given the whole answer of the Lambda call before it")
def reservation_gets_the_input(machine):
    state(machine, "ReserveInventory")["Arguments"]["Payload"] = "{% $states.input %}"


@wrong("happy_path", "not every step was done")
def the_payment_function_twice(machine):
    state(machine, "ReserveInventory")["Arguments"]["FunctionName"] = "${DebitPaymentFunction}"


@wrong("happy_path", "the steps run in another order")
def reservation_before_payment(machine):
    state(machine, "ProcessOrder")["Next"] = "ReserveInventory"
    pay, reserve = state(machine, "ProcessPayment"), state(machine, "ReserveInventory")
    del pay["Next"], reserve["End"], reserve["Output"]
    reserve.update(Next="ProcessPayment", Assign={"order": "{% $states.result.Payload %}"})
    pay.update(End=True, Output="{% $states.result.Payload %}")


@wrong("happy_path", "ReserveInventory never runs")
def the_payment_ends_it(machine):
    del machine["States"]["ReserveInventory"], state(machine, "ProcessPayment")["Next"]
    state(machine, "ProcessPayment")["End"] = True


@wrong("happy_path", "Step Functions refuses the machine")
def neither_next_nor_end(machine):
    del state(machine, "ReserveInventory")["End"]


# --- waits ------------------------------------------------------------------------------------

for _words, _answer in {
    "no wait may be above MaxDelaySeconds": [3, 6, 12, 24, 48],
    "BackoffRate makes each wait longer": [3, 3, 3, 3, 3],
    "the first call is not one of them": [3, 6, 12, 20],
    "there is no wait after the last": [3, 6, 12, 20, 20, 20],
    "the first wait is IntervalSeconds itself": [6, 12, 20, 20, 20],
    "BackoffRate multiplies, it does not add": [3, 5, 7, 9, 11],
    "MaxDelaySeconds is the most, and not every wait": [20, 20, 20, 20, 20],
    "the call before it is no wait": [0, 3, 6, 12, 20],
    "wait number 3 is not 13 s": [3, 6, 13, 20, 20],
    "there are 5 retries, and so 5 waits": [3, 6],
    "the answer is not a list of numbers": "3, 6, 12, 20, 20",
}.items():
    WRONG.append(("waits", str(_answer), lambda _reference, answer=_answer: answer, _words))


# --- retry ------------------------------------------------------------------------------------


def retriers(machine: dict) -> list:
    return state(machine, "ProcessPayment")["Retry"]


@wrong("retry", "not retried on Lambda.ServiceException: the Retry stands in ProcessOrder")
def retry_at_the_wrong_state(machine):
    state(machine, "ProcessOrder")["Retry"] = state(machine, "ProcessPayment").pop("Retry")


@wrong("retry", "a business error is retried")
def retry_on_the_business_error(machine):
    retriers(machine)[0]["ErrorEquals"] = [TRANSIENT, *BUSINESS]


@wrong("retry", "a business error is retried")
def retry_on_everything(machine):
    retriers(machine)[0]["ErrorEquals"] = ["States.ALL"]


@wrong("retry", "Step Functions refuses the machine")
def states_all_first(machine):
    retriers(machine).insert(0, {"ErrorEquals": ["States.ALL"], "MaxAttempts": 0})


@wrong("retry", "it gives up too early")
def one_retry(machine):
    retriers(machine)[0]["MaxAttempts"] = 1


@wrong("retry", "not retried on Lambda.ServiceException: its Retry names Lambda.ServiceExeption")
def misspelt_error(machine):
    retriers(machine)[0]["ErrorEquals"] = ["Lambda.ServiceExeption"]


@wrong("retry", "not retried on Lambda.ServiceException: its Retry names States.Timeout")
def retry_on_timeouts_only(machine):
    retriers(machine)[0]["ErrorEquals"] = ["States.Timeout"]


@wrong("retry", "the fault is hidden")
def caught_and_forgotten(machine):
    del state(machine, "ProcessPayment")["Retry"]
    state(machine, "ProcessPayment")["Catch"] = [{"ErrorEquals": [TRANSIENT], "Next": "ReserveInventory"}]


@wrong("retry", "not retried on Lambda.ServiceException: it has no Retry")
def no_retry(machine):
    del state(machine, "ProcessPayment")["Retry"]


# --- patience ---------------------------------------------------------------------------------


@wrong("patience", "the third wait is up to 4 s: MaxDelaySeconds")
def no_longest_wait(machine):
    del retriers(machine)[0]["MaxDelaySeconds"]


@wrong("patience", "MaxAttempts counts the retries")
def attempts_with_the_first_call(machine):
    retriers(machine)[0]["MaxAttempts"] = 5


@wrong("patience", "the first wait is up to 2 s")
def longer_interval(machine):
    retriers(machine)[0]["IntervalSeconds"] = 2


@wrong("patience", "the second wait is up to 1 s: BackoffRate")
def no_backoff(machine):
    retriers(machine)[0]["BackoffRate"] = 1


@wrong("patience", "there is no jitter")
def no_jitter(machine):
    del retriers(machine)[0]["JitterStrategy"]


@wrong("patience", "a throttled payment is not retried: its Retry names Lambda.ServiceException")
def another_error(machine):
    retriers(machine)[0]["ErrorEquals"] = [TRANSIENT]


@wrong("patience", "a business error is retried")
def everything_retried(machine):
    retriers(machine)[0]["ErrorEquals"] = ["States.TaskFailed"]


# --- catch ------------------------------------------------------------------------------------


def catcher(machine: dict, name: str = "ProcessPayment") -> dict:
    return state(machine, name)["Catch"][0]


@wrong("catch", "nothing catches the error in ProcessPayment, the Catch stands in ProcessOrder")
def catch_on_the_wrong_state(machine):
    state(machine, "ProcessOrder")["Catch"] = state(machine, "ProcessPayment").pop("Catch")


@wrong("catch", "the Catch of ProcessPayment does not take its error: it names ErrProcessRefund")
def catch_of_another_error(machine):
    catcher(machine)["ErrorEquals"] = ["ErrProcessRefund"]


@wrong("catch", "the refund is skipped")
def straight_to_the_reset(machine):
    catcher(machine)["Next"] = "UpdateOrderStatus"
    del machine["States"]["ProcessRefund"]


@wrong("catch", "ProcessRefund is given the error in place of the order: $order was overwritten")
def order_overwritten_by_the_error(machine):
    catcher(machine)["Assign"] = {"order": "{% $states.errorOutput %}"}


@wrong("catch", "$error does not hold the error")
def error_not_kept(machine):
    del catcher(machine)["Assign"]


@wrong("catch", "ProcessRefund is given the error, not the order")
def undo_reads_the_input(machine):
    state(machine, "ProcessRefund")["Arguments"]["Payload"] = "{% $states.input %}"


@wrong("catch", "the execution succeeds although the order failed")
def ends_in_success(machine):
    state(machine, "OrderFailed").clear()
    state(machine, "OrderFailed")["Type"] = "Succeed"


@wrong("catch", "Step Functions refuses the machine")
def catch_all_first(machine):
    state(machine, "ProcessPayment")["Catch"].insert(
        0, {"ErrorEquals": ["States.ALL"], "Next": "OrderFailed"}
    )


@wrong("catch", "the order's new status is skipped")
def the_refund_ends_it(machine):
    state(machine, "ProcessRefund")["Next"] = "OrderFailed"
    del machine["States"]["UpdateOrderStatus"]


# --- compensate -------------------------------------------------------------------------------


@wrong("compensate", "the undos run in the wrong order")
def forward_order(machine):
    catcher(machine, "ReserveInventory")["Next"] = "ProcessRefund"
    state(machine, "ProcessRefund")["Next"] = "ReleaseInventory"
    state(machine, "ReleaseInventory")["Next"] = "UpdateOrderStatus"


@wrong("compensate", "the refund is skipped")
def release_leads_past_the_refund(machine):
    state(machine, "ReleaseInventory")["Next"] = "UpdateOrderStatus"


@wrong("compensate", "the release of the items is skipped")
def straight_to_the_refund(machine):
    catcher(machine, "ReserveInventory")["Next"] = "ProcessRefund"
    del machine["States"]["ReleaseInventory"]


@wrong("compensate", "ReleaseInventory is given the error in place of the order: $order was overwritten")
def order_lost_in_the_catch(machine):
    catcher(machine, "ReserveInventory")["Assign"] = {"order": "{% $states.errorOutput %}"}


@wrong("compensate", "the Catch of ReserveInventory does not take its error")
def copied_error_name(machine):
    catcher(machine, "ReserveInventory")["ErrorEquals"] = BUSINESS


@wrong("compensate", "nothing catches the error in ReserveInventory")
def no_catch(machine):
    del state(machine, "ReserveInventory")["Catch"], machine["States"]["ReleaseInventory"]


@wrong("compensate", "the refund is skipped")
def the_release_ends_it(machine):
    state(machine, "ReleaseInventory")["Next"] = "OrderFailed"


@wrong("compensate", "something is still owed")
def the_reserving_function_as_undo(machine):
    state(machine, "ReleaseInventory")["Arguments"]["FunctionName"] = "${DebitPaymentFunction}"


@wrong("compensate", "a good order fails now")
def success_leads_into_the_undos(machine):
    reserve = state(machine, "ReserveInventory")
    del reserve["End"], reserve["Output"]
    reserve.update(Next="ReleaseInventory", Assign={"order": "{% $states.result.Payload %}"})


# --- go_on ------------------------------------------------------------------------------------

_TOLD = "sns:NotifyReleaseInventoryFail"


@wrong("go_on", "the refund is skipped when the release fails")
def unchanged(machine):
    state(machine, _TOLD)["Next"] = "OrderFailed"


@wrong("go_on", "the refund is skipped when the release fails")
def only_the_reset(machine):
    state(machine, _TOLD)["Next"] = "UpdateOrderStatus"


@wrong("go_on", "nobody is told that the items are still reserved")
def notification_dropped(machine):
    catcher(machine, "ReleaseInventory")["Next"] = "ProcessRefund"
    del machine["States"][_TOLD]


@wrong("go_on", "the execution succeeds although the order failed")
def on_to_success(machine):
    state(machine, _TOLD)["Next"] = "OrderSucceeded"


@wrong("go_on", "your machine does not come to an end")
def the_release_for_ever(machine):
    state(machine, _TOLD)["Next"] = "ReleaseInventory"


@wrong("go_on", "the refund is skipped when the release fails")
def no_catch_at_all(machine):
    del state(machine, "ReleaseInventory")["Catch"], machine["States"][_TOLD]


@wrong("go_on", "the release of the items is skipped")
def the_release_left_out(machine):
    catcher(machine, "ReserveInventory")["Next"] = "ProcessRefund"
    del machine["States"]["ReleaseInventory"], machine["States"][_TOLD]


@wrong("go_on", "a good order fails now")
def success_notified_as_failure(machine):
    state(machine, "sns:NotifySuccess")["Next"] = "UpdateOrderStatus"
    del machine["States"]["OrderSucceeded"]
