"""Wrong answers to the exercises of notebook 14."""

from wrong_answer import WRONG, state, wrong

from sagalab import definition

CHANGE = 'tables.change(tables.STOCK, {"item_id": item_id}, '
BY_QTY = '"SET in_stock = in_stock - :qty", {":qty": qty}'


def body(lines: str, before: str = "") -> str:
    return f"{before}\ndef take(item_id, qty):\n" + "".join(f"    {line}\n" for line in lines.splitlines())


READ = 'seen = tables.read(tables.STOCK, item_id=item_id)["in_stock"]\n'
WRITE_LEFT = f'return {CHANGE}"SET in_stock = :left", {{":left": seen - qty}})'
REREAD_VALUES = '{":left": seen - qty, ":seen": seen}'
TAKE = {
    "the answer is no text": len,
    "the text is no Python": "def take(item_id, qty:\n    return None\n",
    "there is no function take": body(f"return {CHANGE}{BY_QTY}, 'in_stock >= :qty')").replace("take(", "take_item("),
    "take returns no action, but nothing": body("return None"),
    "a good order cannot be reserved, ": body(f"return {CHANGE}{BY_QTY}, 'in_stok >= :qty')"),
    "leaves 4 of 5 lamps and 4 of 5 posters": body(
        f'return {CHANGE}"SET in_stock = in_stock - :one", {{":one": 1}}, "in_stock >= :one")'
    ),
    "leaves 7 of 5 lamps": body(f'return {CHANGE}"ADD in_stock :qty", {{":qty": qty}})'),
    "leaves 0 of 5 lamps": body(f'return {CHANGE}"SET in_stock = :none", {{":none": 0}})'),
    "the last ones can never be sold": body(f'return {CHANGE}{BY_QTY}, "in_stock > :qty")'),
    "it sells more than there is, without any race": body(f"return {CHANGE}{BY_QTY})"),
    "it sells more than there is, ": body(
        f'{READ}return {CHANGE}"SET in_stock = :left", {REREAD_VALUES}, "in_stock = :seen")'
    ),
    "an update is lost": body(
        f"{READ}if seen < qty:\n    raise ErrReserveInventory('sold out')\n{WRITE_LEFT}"
    ),
    "an update is lost: the count is read first": body(
        f"with LOCK:\n    {READ}    if seen < qty:\n        raise ErrReserveInventory('sold out')\n    {WRITE_LEFT}",
        "import threading\nLOCK = threading.Lock()\n",
    ),
    "the last poster is sold twice: both orders find enough": body(
        f"{READ}if seen < qty:\n    raise ErrReserveInventory('sold out')\nreturn {CHANGE}{BY_QTY})"
    ),
    "an order is refused though there is enough": body(
        f'{READ}return {CHANGE}"SET in_stock = :left", {{":qty": qty, **{REREAD_VALUES}}}, '
        '"in_stock = :seen AND in_stock >= :qty")'
    ),
    "it keeps something between its calls": body(
        f"if item_id not in SEEN:\n    {READ}    SEEN[item_id] = seen\nseen = SEEN[item_id]\n"
        f'return {CHANGE}"SET in_stock = :left", {{":qty": qty, **{REREAD_VALUES}}}, '
        '"in_stock = :seen AND in_stock >= :qty")',
        "SEEN = {}\n",
    ),
}  # fmt: skip
for _words, _source in TAKE.items():
    WRONG.append(
        ("take", _words.partition(":")[0].replace(" ", "_"), lambda _r, text=_source: text, _words.strip())
    )


@wrong("lock", "the money is taken before the item is locked")
def only_the_wait_is_added(machine):
    changed = definition("hardened")
    changed["States"]["ReserveInventory"]["Retry"] = state(machine, "ReserveInventory")["Retry"]
    return changed


@wrong("lock", "what it has locked stays locked")
def the_way_back_of_the_payment_is_as_before(machine):
    state(machine, "ProcessPayment")["Catch"][0]["Next"] = "ProcessRefund"
    state(machine, "ReleaseInventory")["Next"] = "ProcessRefund"
    state(machine, "ProcessRefund")["Next"] = "UpdateOrderStatus"


@wrong("lock", "what it has locked stays locked")
def the_payment_catches_nothing(machine):
    del state(machine, "ProcessPayment")["Catch"]


@wrong("lock", "no retrier of ReserveInventory names ErrReserveInventory")
def who_meets_the_lock_gives_up(machine):
    state(machine, "ReserveInventory")["Retry"].pop()


@wrong("lock", "no retrier of ReserveInventory names ErrReserveInventory")
def it_waits_for_another_error(machine):
    state(machine, "ReserveInventory")["Retry"][-1]["ErrorEquals"] = ["ErrProcessPayment"]


@wrong("lock", "MaxAttempts is 0")
def it_waits_no_time(machine):
    state(machine, "ReserveInventory")["Retry"][-1]["MaxAttempts"] = 0


@wrong("lock", "who meets the lock asks again and again")
def it_asks_thirty_times(machine):
    state(machine, "ReserveInventory")["Retry"][-1]["MaxAttempts"] = 30


@wrong("lock", "your machine does not come to an end")
def it_waits_for_ever(machine):
    state(machine, "ReserveInventory")["Retry"][-1]["MaxAttempts"] = 100_000


@wrong("lock", "a good order ends well, and not all of it was done")
def nothing_is_paid(machine):
    state(machine, "ReserveInventory")["Next"] = "sns:NotifySuccess"
    del machine["States"]["ProcessPayment"]


@wrong("lock", "your machine does not come to an end")
def the_way_back_leads_to_the_lock_again(machine):
    state(machine, "ReserveInventory")["Catch"] = [
        {"ErrorEquals": ["ErrReserveInventory"], "Next": "ReserveInventory"},
        *state(machine, "ReserveInventory")["Catch"],
    ]


@wrong("lock", "an order that is refused is not undone")
def a_refused_reservation_is_not_caught(machine):
    del state(machine, "ReserveInventory")["Catch"]


@wrong("lock", "an order that got nothing is told that all went well")
def a_refusal_is_passed_over(machine):
    state(machine, "ReserveInventory")["Catch"] = [
        {"ErrorEquals": ["ErrReserveInventory"], "Next": "sns:NotifySuccess"},
        *state(machine, "ReserveInventory")["Catch"],
    ]


@wrong("lock", "Step Functions refuses the machine")
def a_state_is_misspelt(machine):
    state(machine, "ProcessOrder")["Next"] = "ReserveInventry"
