"""Wrong answers to the exercises of notebooks 04 and 10."""

from wrong_answer import state, wrong

BUSINESS = ["ErrProcessPayment"]


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


@wrong(
    "catch",
    "ProcessRefund calls ReleaseInventoryFunction: that is the release of the items, and not the refund",
)
def the_undo_of_another_step(machine):
    state(machine, "ProcessRefund")["Arguments"]["FunctionName"] = "${ReleaseInventoryFunction}"


@wrong("catch", "Step Functions refuses the machine")
def the_result_in_a_catch(machine):
    catcher(machine)["Assign"] = {"error": "{% $states.result %}"}


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


@wrong("compensate", "ReleaseInventory calls CreditPaymentFunction: that is the refund")
def two_undos_swapped(machine):
    release, refund = state(machine, "ReleaseInventory"), state(machine, "ProcessRefund")
    release["Arguments"], refund["Arguments"] = refund["Arguments"], release["Arguments"]


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


@wrong("go_on", "nobody is told that the items are still reserved")
def told_that_all_went_well(machine):
    state(machine, _TOLD)["Arguments"]["Message"] = {
        "order_id": "{% $order.order_id %}",
        "status": "succeeded",
    }


@wrong("go_on", "the release of the items is skipped")
def the_release_left_out(machine):
    catcher(machine, "ReserveInventory")["Next"] = "ProcessRefund"
    del machine["States"]["ReleaseInventory"], machine["States"][_TOLD]


@wrong("go_on", "a good order fails now")
def success_notified_as_failure(machine):
    state(machine, "sns:NotifySuccess")["Next"] = "UpdateOrderStatus"
    del machine["States"]["OrderSucceeded"]


# --- from_nothing -----------------------------------------------------------------------------


@wrong("from_nothing", "when the payment fails, nothing catches it in Pay")
def the_payment_is_not_caught(machine):
    del state(machine, "Pay")["Catch"]


@wrong("from_nothing", "when the reservation crashes, nothing catches it in Reserve")
def only_business_errors_are_caught(machine):
    for name in ("Place", "Pay", "Reserve"):
        errors = ["ErrProcessOrder", "ErrProcessPayment", "ErrReserveInventory"]
        catcher(machine, name)["ErrorEquals"] = errors


@wrong("from_nothing", "when the reservation fails, this is never made: the refund")
def the_chain_leaves_the_refund_out(machine):
    state(machine, "Release")["Next"] = "Reset"


@wrong("from_nothing", "when the reservation fails, this is never made: the release of the items")
def the_release_is_left_out(machine):
    catcher(machine, "Reserve")["Next"] = "Refund"
    del machine["States"]["Release"]


@wrong("from_nothing", "this is never made: the order's new status")
def the_order_stays_new(machine):
    state(machine, "Refund")["Next"] = "Failed"
    catcher(machine, "Place")["Next"] = "Failed"
    del machine["States"]["Reset"]


@wrong("from_nothing", "the execution succeeds although the order failed")
def it_ends_well_all_the_same(machine):
    state(machine, "Reset")["Next"] = "Done"
    del machine["States"]["Failed"]


@wrong("from_nothing", "a good order is not done as a whole")
def nothing_but_passes(machine):
    for name in ("Place", "Pay", "Reserve"):
        machine["States"][name] = {"Type": "Pass", "Next": state(machine, name)["Next"]}
    for name in ("Release", "Refund", "Reset", "Failed"):
        del machine["States"][name]


@wrong("from_nothing", "a good order fails")
def the_order_is_not_kept(machine):
    machine["StartAt"] = "Place"
    del machine["States"]["Keep"]


@wrong("from_nothing", "Step Functions refuses the machine")
def a_catch_that_leads_nowhere(machine):
    catcher(machine, "Pay")["Next"] = "Refnud"


# --- forward ----------------------------------------------------------------------------------

TWICE = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 2}]


def back(target: str) -> list:
    return [{"ErrorEquals": ["States.ALL"], "Assign": {"error": "{% $states.errorOutput %}"}, "Next": target}]


@wrong("forward", "it gives up after 3 calls, and the money is taken")
def too_few(machine):
    state(machine, "ReserveInventory")["Retry"] = TWICE


@wrong("forward", "it gives up after 3 calls: it goes back, and refunds the money")
def too_few_and_the_catch_stays(machine):
    state(machine, "ReserveInventory").update(Retry=TWICE, Catch=back("ReleaseInventory"))


@wrong("forward", "a throttled call is not tried again")
def only_the_business_error(machine):
    state(machine, "ReserveInventory")["Retry"] = [
        {"ErrorEquals": ["ErrReserveInventory"], "MaxAttempts": 100}
    ]


@wrong("forward", "a call that timed out is not tried again, and the money is taken")
def what_takes_every_error_but_a_timeout(machine):
    state(machine, "ReserveInventory")["Retry"][0]["ErrorEquals"] = ["States.TaskFailed"]


@wrong("forward", "the business error is not tried again")
def no_retry(machine):
    del state(machine, "ReserveInventory")["Retry"]


@wrong("forward", "nothing is reserved")
def passed_over(machine):
    state(machine, "ReserveInventory").update(Retry=TWICE, Catch=back("sns:NotifySuccess"))


@wrong("forward", "a refused payment is not undone")
def the_payment_has_no_catch(machine):
    del state(machine, "ProcessPayment")["Catch"]


@wrong("forward", "the business error is not tried again: it goes back")
def no_attempts_after_the_pivot(machine):
    state(machine, "ReserveInventory").update(
        Retry=[{"ErrorEquals": ["States.ALL"], "MaxAttempts": 0}], Catch=back("ProcessRefund")
    )


@wrong("forward", "a good order fails now")
def the_pivot_calls_another_function(machine):
    state(machine, "ReserveInventory")["Arguments"]["FunctionName"] = "${ReleaseInventoryFunction}"
