"""Wrong answers to the exercises of notebooks 07, 08 and 09."""

import os
import threading
from collections.abc import Callable

from wrong_answer import WRONG, state, wrong

# --- idempotent -------------------------------------------------------------------------------

DEBIT_ID = 'tables.transaction_id(order["order_id"], "Debit")'
IDEMPOTENT = {
    "the answer is no text": lambda source: len,
    "the text is no Python": lambda source: source.replace("def debit", "debit"),
    "the customer is charged twice": lambda source: (
        "import uuid\n" + source.replace(DEBIT_ID, "str(uuid.uuid4())")
    ),
    "another order of the same customer is not charged": lambda source: source.replace(
        DEBIT_ID, 'tables.transaction_id(order["customer_id"], "Debit")'
    ),
    "the refund does not find the payment": lambda source: source.replace(DEBIT_ID, 'order["order_id"]'),
    "the late debit takes the money": lambda source: source.replace('"Credit"', '"Refund"'),
    "the refused debit says that all went well": lambda source: source.replace(
        "raise RuntimeError(", "print("
    ),
    "the repeat fails": lambda source: source.replace("if undone is not None", "if undone or earlier"),
    "the amount is not what the order costs": lambda source: source.replace(' * line["qty"]', ""),
    "the function does not return the order": lambda source: source.replace("return order", "return None"),
    "the row is no payment": lambda source: source.replace('"payment_amount": amount, ', ""),
    "the debit fails": lambda source: source.replace("def debit(", "def pay("),
    "no payment is written": lambda source: "def debit(order, context):\n    return order\n",
}

CHECK_THEN_WRITE = """
import tables
from payments import payment
from order_check import money

def debit(order, context):
    credit_id = tables.transaction_id(order["order_id"], "Credit")
    if tables.read(tables.PAYMENTS, transaction_id=credit_id):
        raise RuntimeError("undone already")
    amount = sum(money(line["unit_price"]) * line["qty"] for line in order["items"])
    tables.write(tables.new_row(tables.PAYMENTS, payment(order["order_id"], "Debit", amount)))
    return order
"""
TWO_TRANSACTIONS = CHECK_THEN_WRITE.replace(
    "if tables.read(tables.PAYMENTS, transaction_id=credit_id):",
    "if tables.write(tables.no_row(tables.PAYMENTS, transaction_id=credit_id)) != [None]:",
)
LOOKS_FOR_ITS_ROW = CHECK_THEN_WRITE.replace(
    "    amount = sum",
    """    if any(row["order_id"]["S"] == order["order_id"] for row in tables.dynamodb.scan(
            TableName=tables.PAYMENTS)["Items"]):
        return order
    amount = sum""",
).replace(
    'payment(order["order_id"], "Debit", amount)',
    '{**payment(order["order_id"], "Debit", amount), "transaction_id": context.aws_request_id}',
)
for _done, _words, _source in (
    ("check, then write", "looks for the tombstone first and writes then", CHECK_THEN_WRITE),
    ("two transactions", "looks for the tombstone first and writes then", TWO_TRANSACTIONS),
    ("looks for its own row first", "the refund does not find the payment", LOOKS_FOR_ITS_ROW),
    (
        "an endless loop",
        "does not come to an end",
        "def debit(order, context):\n    while True:\n        pass\n",
    ),
    ("endless when it is read", "does not come to an end", "while True:\n    pass\n"),
    ("the process exits", "the debit fails", "import sys\n\ndef debit(order, context):\n    sys.exit(1)\n"),
):
    WRONG.append(("idempotent", _done, lambda _reference, source=_source: source, _words))


def changed(change: Callable[[str], object]) -> Callable[[str], object]:
    """Return the change; it fails where it changes nothing."""

    def once(source: str) -> object:
        found = change(source)
        assert found != source
        return found

    return once


for _words, _change in IDEMPOTENT.items():
    WRONG.append(("idempotent", _words, changed(_change), _words))


# --- harden -----------------------------------------------------------------------------------

FORWARD = ("ProcessOrder", "ProcessPayment", "ReserveInventory")


@wrong("harden", "nothing in ReserveInventory catches Runtime.ExitError")
def only_the_undos_are_mended(machine):
    for name in FORWARD:
        del state(machine, name)["Catch"][1:]


@wrong("harden", "nothing in ProcessPayment catches Runtime.ExitError")
def only_the_reservation_catches_everything(machine):
    for name in FORWARD[:2]:
        del state(machine, name)["Catch"][1:]


@wrong("harden", "nothing in ProcessOrder catches Runtime.ExitError")
def the_first_step_is_forgotten(machine):
    del state(machine, "ProcessOrder")["Catch"][1:]


@wrong("harden", "nothing in ReserveInventory catches States.Timeout")
def no_timeout_is_caught(machine):
    for name in FORWARD:
        errors = [
            f"Err{name}",
            "Runtime.ExitError",
            "Lambda.TooManyRequestsException",
            "Lambda.ServiceException",
        ]
        del state(machine, name)["Catch"][1:]
        state(machine, name)["Catch"][0]["ErrorEquals"] = errors


@wrong("harden", "nothing in ProcessPayment catches States.Timeout")
def only_tasks_that_failed(machine):
    for name in FORWARD[:2]:
        state(machine, name)["Catch"][1]["ErrorEquals"] = ["States.TaskFailed"]


@wrong("harden", "ReleaseInventory is tried once, and given up")
def no_undo_is_tried_again(machine):
    for name in ("ReleaseInventory", "ProcessRefund", "UpdateOrderStatus"):
        del state(machine, name)["Retry"]


@wrong("harden", "ProcessRefund is tried once, and given up")
def the_refund_is_retried_on_its_business_error_only(machine):
    state(machine, "ProcessRefund")["Retry"] = [{"ErrorEquals": ["ErrProcessRefund"]}]


@wrong("harden", "UpdateOrderStatus is tried once, and given up")
def no_retries_for_the_last_undo(machine):
    state(machine, "UpdateOrderStatus")["Retry"] = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 0}]


@wrong("harden", "is caught, and these undos are skipped: ReleaseInventory, ProcessRefund, UpdateOrderStatus")
def straight_to_the_end(machine):
    state(machine, "ReserveInventory")["Catch"][1]["Next"] = "OrderFailed"


@wrong("harden", "the failure of ReserveInventory is caught, and these undos are skipped: ReleaseInventory")
def the_release_is_skipped(machine):
    state(machine, "ReserveInventory")["Catch"][1]["Next"] = "ProcessRefund"


@wrong("harden", "the failure of ReserveInventory is hidden")
def on_as_if_nothing_had_been(machine):
    state(machine, "ReserveInventory")["Catch"][1]["Next"] = "sns:NotifySuccess"


@wrong("harden", "Step Functions refuses the machine")
def everything_caught_first(machine):
    state(machine, "ProcessPayment")["Catch"].reverse()


@wrong("harden", "a good order fails now")
def a_good_order_is_undone(machine):
    state(machine, "ReserveInventory")["Arguments"]["Payload"] = "{% $states.input %}"


# --- books ------------------------------------------------------------------------------------


LOCK = threading.Lock()


def cost(tables, orders) -> object:
    price = tables["stock"].set_index("item_id")["unit_price"]
    return sum(price[item] * qty for items in orders["items"].dropna() for item, qty in items.items())


def new(tables):
    return tables["orders"][tables["orders"]["order_status"] == "New"]


def gone(tables) -> int:
    return tables["stock_before"]["in_stock"].sum() - tables["stock"]["in_stock"].sum()


def sold(tables) -> int:
    return sum(qty for items in new(tables)["items"] for qty in items.values())


def paid(tables) -> object:
    return tables["payments"]["payment_amount"].sum()


def money_adds_up(tables) -> bool:
    return paid(tables) == cost(tables, new(tables))


def goods_add_up(tables) -> bool:
    return gone(tables) == sold(tables)


def endless(tables) -> bool:
    while True:
        pass


def hoards(tables) -> bool:
    kept = []
    while True:
        kept.append(bytearray(10_000_000))


BOOKS = [
    ("a value", "the answer is no function", True),
    ("always False", "called wrong: two orders complete, one undone", lambda tables: False),
    ("always True", "called right: a credit is missing", lambda tables: True),
    ("only the money", "called right: an item is gone from the stock, and nobody", money_adds_up),
    ("only the goods", "called right: a credit is missing", goods_add_up),
    (
        "the goods in one sum", "called right: one item too many of one kind",
        lambda tables: money_adds_up(tables) and goods_add_up(tables),
    ),
    (
        "all orders as if complete", "called wrong: two orders complete",
        lambda tables: paid(tables) == cost(tables, tables["orders"]) and goods_add_up(tables),
    ),
    (
        "without the credits", "called wrong: two orders complete",
        lambda tables: paid({"payments": tables["payments"].query("payment_type == 'Debit'")})
        == cost(tables, new(tables)),
    ),
    ("no answer", "the function says neither True nor False", lambda tables: None),
    ("a column for an answer", "the function says neither True nor False", lambda tables: new(tables)["items"]),
    ("a misspelt table", "the function fails", lambda tables: tables["payment"]),
    ("without an argument", "the function fails", lambda: True),
    ("endless", "the answer does not come to an end", endless),
    ("all the memory", "takes more memory than it may", hoards),
    ("all the memory at once", "takes more memory than it may", lambda tables: [0] * 10**11),
    ("the end of Python", "the answer ends the Python that runs it", lambda tables: os._exit(3)),
    ("a lock of the notebook's", "the function uses what cannot be taken along", lambda tables: LOCK.locked()),
]  # fmt: skip
for _done, _words, _answer in BOOKS:
    WRONG.append(("books", _done, lambda _reference, answer=_answer: answer, _words))
