"""Exercise of notebook 09: a function that says whether the books of a storm balance."""

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sagalab.course.at import at
from sagalab.course.exercise import exercise
from sagalab.course.outcome import Mistake
from sagalab.course.shown import Stranger, kind
from sagalab.ledger.tables import COLUMNS

if TYPE_CHECKING:
    import pandas as pd

PRICES = {"1": Decimal("8.50"), "2": Decimal("12.99"), "3": Decimal("34.90")}
IN_STOCK = 100


@exercise(
    "books",
    notebook="09_storm",
    title="Write a function that says whether money and goods of a storm add up.",
    takes="value",
    imports=("pandas",),
    hints=(
        "An order is complete when its status is New. What do these orders cost, and how many items are theirs?",
        "Debits are above zero, credits below: so the sum of all payments is what was kept. Compare it with the cost.",
        "before less after, item by item, is what is gone from the stock. It must be what the complete orders hold.",
    ),
)
def books(answer: Any) -> str:
    """Judge by books that balance, and by books that are spoilt in one place each."""
    if isinstance(answer, Stranger) and answer.why:
        raise Mistake(
            "the function uses what cannot be taken along to its check",
            expected="a function of its argument: all it needs stands in the tables",
            happened=answer.why,
        )
    if not callable(answer):
        raise Mistake(
            "the answer is no function",
            expected="def my_books(tables): …",
            happened=f"it is of type {kind(answer)}",
        )
    for words, make in _BALANCED.items():
        if not _ask(answer, make(), words):
            raise Mistake(f"books that balance are called wrong: {words}", expected="True", happened="False")
    for words, (spoil, help) in _SPOILT.items():
        found = _good_books()
        spoil(found)
        if _ask(answer, found, words):
            raise Mistake(
                f"books that do not balance are called right: {words}",
                expected=f"False: {help}",
                happened="True",
            )
    return f"{len(_BALANCED)} books that balance, {len(_SPOILT)} that do not, and it tells them apart."


def _ask(answer: Callable[..., Any], tables: Any, words: str) -> bool:
    """Call the answer with these books. Raises Mistake when it fails, or says neither True nor False."""
    at(f"the books: {words}")
    try:
        said = answer(tables)
    except MemoryError:
        raise Mistake(
            "the function takes more memory than it may", expected="True or False",
            happened=f"it was stopped; the books: {words}",
        ) from None  # fmt: skip
    except (Exception, SystemExit, KeyboardInterrupt) as error:
        raise Mistake(
            "the function fails",
            expected="True or False",
            happened=f"{type(error).__name__}: {' '.join(str(error).split())[:160]}; the books: {words}",
        ) from None
    if isinstance(said, bool) or type(said).__name__ in ("bool_", "bool"):
        return bool(said)
    what = (
        "nothing: is there a return?"
        if said is None
        else f"{'an' if kind(said)[0] in 'aeiou' else 'a'} {kind(said)}"
    )
    raise Mistake(
        "the function says neither True nor False", expected="True or False", happened=f"it returns {what}"
    )


def _good_books() -> Any:
    """Return books that balance: two complete orders, one that was undone, one that its tombstones stopped."""
    import pandas as pd

    def frame(name: str, *rows: dict[str, Any]) -> "pd.DataFrame":
        return pd.DataFrame(
            [[row.get(column) for column in COLUMNS[name]] for row in rows], columns=COLUMNS[name]
        )

    def order(order_id: str, status: str, items: dict[str, int] | None) -> dict[str, Any]:
        return {"order_id": order_id, "order_status": status, "customer_id": "customer-1", "items": items}

    def payment(order_id: str, kind: str, amount: str) -> dict[str, Any]:
        return {"order_id": order_id, "payment_type": kind, "payment_amount": Decimal(amount)}

    def move(order_id: str, kind: str, quantities: dict[str, int]) -> dict[str, Any]:
        return {"order_id": order_id, "transaction_type": kind, "quantities": quantities}

    def stock(**changed: int) -> "pd.DataFrame":
        counts = {f"i{item_id}": IN_STOCK for item_id in PRICES} | changed
        return frame("stock", *(
            {"item_id": item_id, "unit_price": price, "in_stock": counts[f"i{item_id}"]}
            for item_id, price in PRICES.items()
        ))  # fmt: skip

    return {
        "orders": frame(
            "orders",
            order("a", "New", {"1": 2, "2": 1}),
            order("b", "New", {"2": 3}),
            order("c", "Pending", {"3": 1, "1": 1}),
            order("d", "Pending", None),
        ),
        "payments": frame(
            "payments",
            payment("a", "Debit", "29.99"),
            payment("b", "Debit", "38.97"),
            payment("c", "Debit", "43.40"),
            payment("c", "Credit", "-43.40"),
            payment("d", "Credit", "0.00"),
        ),
        "inventory": frame(
            "inventory",
            move("a", "Reserve", {"1": 2, "2": 1}),
            move("b", "Reserve", {"2": 3}),
            move("c", "Reserve", {"3": 1, "1": 1}),
            move("c", "Release", {"3": 1, "1": 1}),
            move("d", "Release", {}),
        ),
        "stock": stock(i1=IN_STOCK - 2, i2=IN_STOCK - 4),
        "stock_before": stock(),
    }


def _only(*order_ids: str) -> Any:
    """Return the good books of these orders alone, the stock as it is after them."""
    found = _good_books()
    for name in ("orders", "payments", "inventory"):
        found[name] = found[name][found[name]["order_id"].isin(order_ids)].reset_index(drop=True)
    _restock(found, 0, 0 if "a" in order_ids else 2)
    _restock(found, 1, (0 if "a" in order_ids else 1) + (0 if "b" in order_ids else 3))
    return found


def _restock(tables: Any, row: int, count: int) -> None:
    tables["stock"].loc[row, "in_stock"] += count


def _drop(table: str, **wanted: str) -> Callable[[Any], None]:
    """Return what drops the row of a table with these values."""

    def spoil(tables: Any) -> None:
        rows = tables[table]
        for column, value in wanted.items():
            rows = rows[rows[column] == value]
        tables[table] = tables[table].drop(rows.index).reset_index(drop=True)

    return spoil


def _twice(tables: Any) -> None:
    import pandas as pd

    tables["payments"] = pd.concat([tables["payments"], tables["payments"].iloc[[0]]], ignore_index=True)


def _exchanged(tables: Any) -> None:
    _restock(tables, 0, 1)
    _restock(tables, 2, -1)


_BALANCED: dict[str, Callable[[], Any]] = {
    "two orders complete, one undone, one stopped by its tombstones": _good_books,
    "nobody has ordered yet": lambda: _only(),
    "one order, and it was undone": lambda: _only("c"),
}
_SPOILT: dict[str, tuple[Callable[[Any], None], str]] = {
    "a credit is missing": (
        _drop("payments", order_id="c", payment_type="Credit"), "an order was undone, and its money kept"
    ),
    "a debit is there twice": (_twice, "one customer has paid twice"),
    "an order is complete, and was never paid": (
        _drop("payments", order_id="a"), "the payments are less than what the complete orders cost"
    ),
    "an item is gone from the stock, and nobody has bought it": (
        lambda tables: _restock(tables, 2, -1), "before less after is more than what was sold"
    ),
    "one item too many of one kind is gone, and one too few of another": (
        _exchanged, "the sum over all items is right, and two items are wrong: compare item by item"
    ),
}  # fmt: skip
