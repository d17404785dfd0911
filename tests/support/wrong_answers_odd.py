"""Wrong answers of a sceptic's: right by accident, half right, hard-coded, swallowing errors, or of no type at all."""

import itertools
from typing import Any

from wrong_answer import WRONG, state, wrong

from sagalab import Fault, fails, never_answers, plan, task_state

TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/saga-hand-payments"
DEBIT_ID = 'tables.transaction_id(order["order_id"], "Debit")'
PAY, RESERVE, RELEASE = "ProcessPayment", "ReserveInventory", "ReleaseInventory"


def every(exercise: str, answers: dict[str, tuple[Any, str]]) -> None:
    """Register whole answers: what was done → (the answer, the words)."""
    for what, (answer, words) in answers.items():
        WRONG.append((exercise, what, lambda _reference, answer=answer: answer, words))


def replaced(exercise: str, answers: dict[str, tuple[tuple[str, str], str]]) -> None:
    """Register changes of a text: what was done → ((what is replaced, by what), the words)."""

    def change(old: str, new: str) -> Any:
        def in_text(reference: str) -> str:
            assert old in reference
            return reference.replace(old, new)

        return in_text

    for what, ((old, new), words) in answers.items():
        WRONG.append((exercise, what, change(old, new), words))


def statement(**fields: Any) -> dict[str, Any]:
    actions = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:ConditionCheckItem"]
    return {"Effect": "Allow", "Action": actions, "Resource": TABLE, **fields}


class Endless(list):
    """A list that can be iterated for ever."""

    def __iter__(self):
        return itertools.repeat(3)


class Uncountable:
    """It has a length, and nothing in it."""

    def __len__(self) -> int:
        return 5


ITSELF = statement()
ITSELF["Sid"] = ITSELF
every("permission", {
    "another_table": (statement(Resource=TABLE.replace("payments", "orders")), "the table is saga-hand-orders"),
    "an_index": (statement(Resource=TABLE + "/index/by-order"), "a part of a table, and not the table itself"),
    "no_account": (statement(Resource=TABLE.replace("123456789012", "")), "the resource is no ARN of a table"),
    "a_sid_with_spaces": (statement(Sid="my statement!"), "Sid is no text of letters and digits"),
    "it_holds_itself": (ITSELF, "Sid is no text of letters and digits"),
    "in_small_letters": (statement(Effect="allow"), "Effect is a text with a capital letter"),
    "no_service": (statement(Action=["GetItem", "PutItem"]), "GetItem is no name of an action"),
    "all_in_one_text": (statement(Action="dynamodb:GetItem, dynamodb:PutItem"), "is no name of an action"),
    "a_generator_inside": (statement(Action=(each for each in ())), "something in the dict that cannot be taken along"),
})  # fmt: skip


# --- 02 and 03 --------------------------------------------------------------------------------


@wrong("output", "the output is put together by the machine")
def right_by_accident(machine):
    state(machine, "ProcessOrder")["Output"] = "{% $merge([$states.input, {'order_status': 'New'}]) %}"


@wrong("output", "the output is a text, and not the order itself")
def the_order_as_text(machine):
    state(machine, "ProcessOrder")["Output"] = "{% $string($states.result.Payload) %}"


@wrong("output", "there is something around the order")
def in_a_list(machine):
    state(machine, "ProcessOrder")["Output"] = ["{% $states.result.Payload %}"]


@wrong("output", "there is something around the order")
def under_its_old_name(machine):
    state(machine, "ProcessOrder")["Output"] = {"Payload": "{% $states.result.Payload %}"}


@wrong("assign", "ProcessPayment does not wait for ProcessOrder: both run at the same time")
def both_at_once(machine):
    first, second = (dict(each) for each in machine["States"].values())
    del first["Next"], first["Assign"]
    second["Arguments"] = {**second["Arguments"], "Payload": "{% $states.input %}"}
    branches = [
        {"StartAt": name, "States": {name: {**each, "End": True}}}
        for name, each in (("ProcessOrder", first), (PAY, second))
    ]
    machine.update(StartAt="Both", States={"Both": {"Type": "Parallel", "Branches": branches, "End": True}})


@wrong("assign", "ProcessPayment is given another order than the one that came in")
def pays_for_somebody_else(machine):
    state(machine, PAY)["Arguments"]["Payload"] = "{% $merge([$order, {'order_id': 'x'}]) %}"


@wrong("assign", "ProcessPayment is given a part of the order only: customer_id")
def the_id_only(machine):
    state(machine, PAY)["Arguments"]["Payload"] = {
        "order_id": "{% $order.order_id %}", "order_date": "{% $order.order_date %}", "items": "{% $order.items %}",
    }  # fmt: skip


@wrong("assign", "ProcessPayment fails with States.QueryEvaluationError, and a Catch passes over it")
def the_failure_is_passed_over(machine):
    state(machine, PAY)["Arguments"]["Payload"] = "{% $orders %}"
    state(machine, PAY)["Catch"] = [{"ErrorEquals": ["States.ALL"], "Next": "Done"}]
    machine["States"]["Done"] = {"Type": "Succeed"}


@wrong("assign", "the steps run in another order")
def paid_before_placed(machine):
    machine["StartAt"] = PAY
    state(machine, PAY).update(Next="ProcessOrder")
    del state(machine, PAY)["End"], state(machine, "ProcessOrder")["Next"]
    state(machine, "ProcessOrder")["End"] = True
    state(machine, PAY)["Arguments"]["Payload"] = "{% $states.input %}"


@wrong("happy_path", "Undo calls CreditPaymentFunction, which undoes a step: nothing has failed here")
def undone_on_the_way(machine):
    state(machine, PAY)["Next"] = "Undo"
    machine["States"]["Undo"] = task_state("CreditPaymentFunction", next=RESERVE)


@wrong("happy_path", "the output is not the order")
def a_text_as_output(machine):
    state(machine, RESERVE)["Output"] = "{% $string($states.result.Payload) %}"


every("waits", {
    "the_time_since_the_first_call": ([3, 9, 21, 41, 61], "each number is one wait, and not the time since"),
    "milliseconds": ([3000, 6000, 12000, 20000, 20000], "waits are in seconds"),
    "texts": (["3", "6", "12", "20", "20"], "there are texts in it"),
    "a_set": ({3, 6, 12, 20}, "a set has no order"),
    "backwards": ([20, 20, 12, 6, 3], "the waits grow"),
    "no_number": ([3, 6, float("nan"), 20, 20], "wait number 3 is not nan s"),
    "a_list_without_an_end": (Endless([3]), "the answer is not a list of numbers"),
    "a_length_and_nothing_in_it": (Uncountable(), "the answer is not a list of numbers"),
})  # fmt: skip


@wrong("retry", "the fault is hidden: the execution succeeds, and the work is not done")
def a_refusal_ends_well(machine):
    state(machine, PAY)["Catch"] = [{"ErrorEquals": ["ErrProcessPayment"], "Next": "Done"}]
    machine["States"]["Done"] = {"Type": "Succeed"}


@wrong("patience", "the fault is hidden: the execution succeeds, and the work is not done")
def a_refusal_ends_well_too(machine):
    a_refusal_ends_well(machine)


@wrong("retry", "ProcessPayment never runs")
def nobody_pays(machine):
    state(machine, "ProcessOrder")["Next"] = RESERVE
    del machine["States"][PAY]


@wrong("heartbeat", "a courier who is on the way and says so every 30 s is given up")
def as_short_as_the_signs(machine):
    state(machine, "Deliver")["HeartbeatSeconds"] = 30


@wrong("heartbeat", "a lost courier is never noticed")
def a_message_that_is_never_sent_is_not_waited_for(machine):
    del state(machine, "Deliver")["HeartbeatSeconds"], state(machine, "Deliver")["TimeoutSeconds"]


# --- 04 to 08 ---------------------------------------------------------------------------------


@wrong("catch", "$error has the error's name, and not its cause")
def a_constant_for_an_error(machine):
    state(machine, PAY)["Catch"][0]["Assign"] = {"error": {"Error": "ErrProcessPayment"}}


@wrong(
    "compensate",
    "ReleaseInventory calls ReserveInventoryFunction: that is ReserveInventory, which is no undo",
)
def reserves_once_more(machine):
    state(machine, RELEASE)["Arguments"]["FunctionName"] = "${ReserveInventoryFunction}"


@wrong("go_on", "the message does not have the status failed")
def told_without_a_status(machine):
    message = {"order_id": "{% $order.order_id %}", "info": "not released"}
    state(machine, "sns:NotifyReleaseInventoryFail")["Arguments"]["Message"] = message


@wrong("from_nothing", "when the reservation fails, Refund fails too: ErrProcessRefund")
def the_refund_gets_something_else(machine):
    state(machine, "Refund")["Arguments"]["Payload"] = {"order": "{% $order %}"}


@wrong("from_nothing", "Refund fails too, and a Catch passes over that: ErrProcessRefund")
def and_nobody_hears_of_it(machine):
    the_refund_gets_something_else(machine)
    state(machine, "Refund")["Catch"] = [{"ErrorEquals": ["States.ALL"], "Next": "Reset"}]


@wrong("from_nothing", "Release calls ReserveInventoryFunction again: that is a step, and no undo")
def releases_by_reserving(machine):
    state(machine, "Release")["Arguments"]["FunctionName"] = "${ReserveInventoryFunction}"


@wrong("from_nothing", "PayAgain calls DebitPaymentFunction on the way back: that is a step, and no undo")
def pays_again_on_the_way_back(machine):
    state(machine, "Refund")["Next"] = "PayAgain"
    machine["States"]["PayAgain"] = task_state("DebitPaymentFunction", next="Reset")
    state(machine, "PayAgain")["Catch"] = [{"ErrorEquals": ["States.ALL"], "Next": "Reset"}]


@wrong("compensate", "PayAgain calls DebitPaymentFunction on the way back: that is a step, and no undo")
def pays_again_before_the_refund(machine):
    state(machine, RELEASE)["Next"] = "PayAgain"
    machine["States"]["PayAgain"] = task_state("DebitPaymentFunction", next="ProcessRefund")


every("break_it", {
    "a_list_of_one": ([Fault.crash(RESERVE, when="after")], "the answer is no fault plan"),
    "the_class": (Fault, "the answer is no fault plan"),
    "an_undo_that_never_runs": (plan(Fault.crash("ProcessRefund")), "the execution succeeds with this plan"),
})  # fmt: skip


@wrong("read_run", "under \"error\": no error of the name '' ended the run")
def no_name_at_all(reading):
    reading["error"] = ""


@wrong("read_run", 'under "paid": the amounts are not in cents')
def in_cents(reading):
    reading["paid"] = 15545


@wrong("read_run", 'under "payment_calls": it is no number')
def the_calls_themselves(reading):
    reading["payment_calls"] = [1, 2, 3]


@wrong("read_run", "something in the dict that cannot be taken along")
def a_generator_inside(reading):
    reading["undone"] = (each for each in ())


replaced("idempotent", {
    "only_its_row": (("    return order", "    return row"), "what the function returns is not the order"),
    "the_amount_of_the_example": (
        ('"payment_amount": amount', '"payment_amount": tables.from_dynamodb({"N": "29.99"})'),
        "it is right for one order, and wrong for one of other items",
    ),
    "the_amount_as_text": (('"payment_amount": amount', '"payment_amount": str(amount)'), "the amount is a text"),
    "a_type_in_small_letters": (('"payment_type": "Debit"', '"payment_type": "debit"'), "its payment_type is 'debit'"),
    "under_the_customer": (
        ('"order_id": order["order_id"], "payment_type"', '"order_id": order["customer_id"], "payment_type"'),
        "the order_id in it is another one",
    ),
    "the_tombstone_is_removed": (
        ("    credit_id =", "    tables.dynamodb.delete_item(TableName=tables.PAYMENTS, Key={'transaction_id': {'S': "
         "tables.transaction_id(order['order_id'], 'Credit')}})\n    credit_id ="),
        "the late debit takes the money",
    ),
    "its_row_is_written_anew": (
        ("    earlier, undone", "    tables.dynamodb.delete_item(TableName=tables.PAYMENTS, Key={'transaction_id': {'S': "
         "row['transaction_id']}})\n    earlier, undone"),
        "a repeat after the refund spoils the books",
    ),
    "a_base_exception": (("    amount =", "    raise BaseException\n    amount ="), "ends the Python that runs it"),
})  # fmt: skip


@wrong("harden", "the time of the execution is over in ReleaseInventory, before its undos are done")
def an_undo_waits_too_long(machine):
    state(machine, RELEASE)["Retry"] = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 9_999_999}]


@wrong("harden", "UpdateOrderStatus fails, though no fault strikes it: States.QueryEvaluationError")
def the_order_is_overwritten(machine):
    del state(machine, "ProcessOrder")["Catch"][1]["Assign"]


@wrong("forward", "it gives up after 6 calls, and the money is taken")
def a_few_tries_more(machine):
    state(machine, RESERVE)["Retry"][0]["MaxAttempts"] = 5


# --- 09 to 14 ---------------------------------------------------------------------------------


def swallows(tables) -> bool:
    try:
        return tables["nothing"]
    except:  # noqa: E722
        return True


def empties(tables) -> bool:
    tables["payments"] = tables["payments"].iloc[0:0]
    return True


def yields(tables):
    yield True


every("books", {
    "a_bare_except": (swallows, "called right: a credit is missing"),
    "it_changes_the_tables": (empties, "called right: a credit is missing"),
    "a_generator": (yields, "the function says neither True nor False"),
    "one_in_place_of_true": (lambda tables: 1, "the function says neither True nor False"),
    "two_arguments": (lambda tables, more: True, "the function fails"),
    "the_rows_are_counted": (lambda tables: len(tables["payments"]) == 5, "called wrong: nobody has ordered yet"),
    "exit": (lambda tables: exit(0), "the function fails"),
})  # fmt: skip
every("cover", {
    "functions_that_are_not_called": ([{"ProcessOrder": fails}], "is the function fails itself: it is not called"),
    "a_mock_that_exits": ([{"ProcessOrder": lambda *_: exit()}], "ends the Python that runs it"),
    "one_run_for_all": (
        [{}, {name: fails(f"Err{name}") for name in ("ProcessOrder", PAY, RESERVE)}],
        "run 2 mocks ProcessPayment, and never comes there",
    ),
})  # fmt: skip
every("reveal", {
    "not_called": ({PAY: never_answers}, "is the function never_answers itself"),
    "the_name_of_a_wildcard": ({PAY: fails("States.ALL")}, "no catcher of ProcessPayment takes States.ALL"),
})  # fmt: skip
every("token", {
    "half_a_character": ("{% '\ud800' & $states.input.order_id %}", "half a character"),
    "too_long": ("{% $pad($states.input.order_id, 300000, 'x') %}", "the token is too long"),
    "empty": ("{% '' %}", "the token that is sent is empty"),
    "a_constant_by_an_expression": ("{% $uppercase('debit') %}", "two orders share one token"),
    "for_ever": ("{% ($f := function($n){ $f($n + 1) }; $f(0)) %}", "the expression fails"),
    "the_total": ("{% $string($sum($states.input.items.(qty * unit_price))) %}", "two orders share one token"),
})  # fmt: skip


@wrong("undo", "ReleaseInventory fails, and the machine says that all went well")
def every_error_is_swallowed(machine):
    states = machine["States"]
    del states["Reset"]["End"]
    states["Reset"]["Next"] = "Done"
    states["Done"] = {"Type": "Succeed"}
    for name in ("Release", "Refund", "Reset"):
        states[name]["Catch"] = [{"ErrorEquals": ["States.ALL"], "Next": states[name]["Next"]}]


@wrong("undo", "UpdateOrderStatus fails, and the machine says that all went well")
def the_last_error_is_swallowed(machine):
    state(machine, "Reset")["Catch"] = [{"ErrorEquals": ["States.ALL"], "Next": "Done"}]
    machine["States"]["Done"] = {"Type": "Succeed"}


@wrong("undo", "fails with ErrReleaseInventory, and a Catch passes over that")
def what_it_gets_is_no_order_and_nobody_hears_of_it(machine):
    every_error_is_swallowed(machine)
    state(machine, "Release")["Arguments"]["Payload"] = {"order": "{% $order %}"}


class Exits:
    def __reduce__(self):
        raise SystemExit(7)


class ExitsToo(dict):
    def items(self):
        raise SystemExit(7)


every("waits", {"it_exits_when_it_is_taken_along": (Exits(), "the answer is not a list of numbers")})
every("output", {"it_exits_when_it_is_read": (ExitsToo(States={}), "the machine is not JSON")})
replaced("tries", {
    "names_for_classes": (("[TransientError, Throttled]", "['TransientError']"), "the code itself fails with TypeError"),
    "no_class_at_all": (("[TransientError, Throttled]", "[]"), "a transient error is not tried again"),
    "eleven": (("max_attempts=4", "max_attempts=11"), "hardly ever gives up"),
})  # fmt: skip
replaced("survive", {
    "a_bare_except": (("except StepError:", "except:"), "takes the SDK's own signal too"),
    "a_base_exception": (("except StepError:", "except BaseException:"), "takes the SDK's own signal too"),
    "passed_over": (
        ('except StepError:\n            owed.append({"undo": name})', "except:\n            pass"),
        "takes the SDK's own signal too",
    ),
    "undone_as_it_was_done": (("undo, order, UNDO)", "undo, order, DO)"), "the refund refuses two times"),
    "only_what_is_busy": (
        ("max_attempts=5", "max_attempts=5, retryable_error_types=[TransientError]"), "the refund refuses two times",
    ),
    "owed_in_any_case": (("owed = []", 'owed = [{"undo": "ProcessRefund"}]'), "and a human is asked"),
})  # fmt: skip
every("take", {
    "a_list": ("def take(item_id, qty):\n    return [{}]\n", "take returns no action, but something of type list"),
    "a_generator": ("def take(item_id, qty):\n    yield {}\n", "but something of type generator"),
    "by_name": ("def take(item_id, qty):\n    return 'stock'\n", "but something of type str"),
})  # fmt: skip
