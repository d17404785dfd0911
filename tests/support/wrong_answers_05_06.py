"""Wrong answers to the exercises of notebooks 05 and 06."""

from wrong_answer import WRONG, wrong

from sagalab import Fault, plan

# --- break_it ---------------------------------------------------------------------------------

for _words, _faults in {
    "the answer is no fault plan": "crash ReserveInventory",
    "the answer is no fault": 10**5000,
    "the fault plan is not valid": {"ReserveInventary": {"kind": "crash"}},
    "the plan holds no fault": plan(),
    "the plan has 3 faults, and may have 2": plan(
        Fault.crash("ReserveInventory", when="after"),
        Fault.error("ProcessRefund"),
        Fault.slow("ProcessOrder"),
    ),
    "the execution succeeds with this plan": Fault.transient("ReserveInventory", when="after"),
    "everything is undone: the Catch takes this error": Fault.error("ReserveInventory", when="after"),
    "the money was never taken: the run never came to ProcessPayment; the items were never reserved": (
        Fault.crash("ProcessOrder", when="after")
    ),
    "the money was never taken: ProcessPayment did not commit; the items": Fault.crash("ProcessPayment"),
    "the items were never reserved: the run never came to ReserveInventory": (
        Fault.crash("ProcessPayment", when="after")
    ),
    "the items were never reserved: ReserveInventory did not commit": Fault.crash("ReserveInventory"),
    "the items were never reserved: the commit of ReserveInventory comes only after the end": (
        Fault.late("ReserveInventory")
    ),
    "the money was never taken: the commit of ProcessPayment comes only after the end": Fault.late(
        "ProcessPayment"
    ),
    "the items are released": plan(
        Fault.error("ReserveInventory", when="after"), Fault.error("ReleaseInventory", when="after")
    ),
    "the money is given back; the items are released": plan(
        Fault.error("ReserveInventory", when="after"), Fault.crash("UpdateOrderStatus")
    ),
}.items():
    WRONG.append(("break_it", _words[:40], lambda _reference, answer=_faults: answer, _words))


# --- read_run ---------------------------------------------------------------------------------


@wrong("read_run", 'under "ended_in": ProcessPayment is not where it ended')
def where_it_stumbled_first(reading):
    reading["ended_in"] = "ProcessPayment"


@wrong("read_run", 'under "ended_in": the run never came to OrderFailed')
def where_a_caught_error_would_have_led(reading):
    reading["ended_in"] = "OrderFailed"


@wrong("read_run", 'under "error": Lambda.ServiceException struck ProcessPayment, and a retry healed it')
def the_first_error(reading):
    reading["error"] = "Lambda.ServiceException"


@wrong("read_run", 'under "error": ErrReserveInventory is what the Catch waits for')
def the_error_that_the_catch_names(reading):
    reading["error"] = "ErrReserveInventory"


@wrong("read_run", 'under "payment_calls": these are the calls that failed, or the retries')
def only_the_retries(reading):
    reading["payment_calls"] = 2


@wrong("read_run", 'under "paid": not 3 times')
def paid_at_each_call(reading):
    reading["paid"] = 466.35


@wrong("read_run", 'under "paid": money was taken: the last call of ProcessPayment succeeded')
def nothing_paid(reading):
    reading["paid"] = 0


@wrong("read_run", 'under "paid": it is no number')
def an_amount_in_words(reading):
    reading["paid"] = "a lot"


@wrong("read_run", 'under "undone": ProcessRefund is not in the path')
def a_refund_that_never_ran(reading):
    reading["undone"] = ["ProcessRefund"]


@wrong("read_run", 'under "owed": ReleaseInventory is not certain')
def everything_for_certain(reading):
    reading["owed"], reading["perhaps"] = [*reading["owed"], *reading["perhaps"]], []


@wrong("read_run", 'under "owed": UpdateOrderStatus is missing')
def only_the_money(reading):
    reading["owed"] = ["ProcessRefund"]


@wrong("read_run", 'under "perhaps": ReleaseInventory is missing: its step crashed')
def as_if_nothing_was_reserved(reading):
    reading["perhaps"] = []


@wrong("read_run", 'under "owed": ProcessOrder is no compensation')
def steps_in_place_of_undos(reading):
    reading["owed"] = ["ProcessPayment", "ProcessOrder"]


@wrong("read_run", 'under "undone": it is no list of names')
def text_in_place_of_a_list(reading):
    reading["undone"] = "none"


@wrong("read_run", "the field perhaps is missing")
def a_field_left_out(reading):
    del reading["perhaps"]


@wrong("read_run", "the answer is no dict")
def a_list(reading):
    return list(reading.values())


@wrong("read_run", 'under "paid": it is no number')
def an_amount_that_holds_itself(reading):
    reading["paid"] = reading


@wrong("read_run", 'under "payment_calls": count the attempts')
def more_digits_than_python_prints(reading):
    reading["payment_calls"] = 10**5000
