"""What a storm tells: without a cloud, on orders that ended as is said here."""

from decimal import Decimal

from sagalab.rehearsal.storm_result import Books, Ride, Storm

DONE, UNDONE, OWED = ("A", "B", "Done"), ("A", "Undo", "Failed"), ("A", "Undo")


def ride(path, status, verdict, seconds):
    items = ({"item_id": "1", "qty": 2, "unit_price": 8.5},)
    return Ride("arn", items, path, status, verdict, "", seconds)


RIDES = (
    ride(DONE, "SUCCEEDED", "consistent", 1.0),
    ride(DONE, "SUCCEEDED", "consistent", 3.0),
    ride(UNDONE, "FAILED", "consistent", 2.0),
    ride(OWED, "PARKED", "announced", 5.0),
    ride(OWED, "RUNNING", "leaked", 9.0),
)
BALANCED = Books(money=Decimal(34), completed=Decimal(34), stock_gone=4, sold=4)


def storm(books=BALANCED, count=6):
    return Storm(count=count, rides=RIDES, answered=1, books=books, tables={}, seconds=9.5)


def test_what_still_runs_and_what_never_came_is_lost():
    assert storm().lost == 2 and storm(count=5).lost == 1
    assert {each.total for each in RIDES} == {Decimal(17)}
    assert storm().verdicts == {"consistent": 3, "announced": 1, "leaked": 1}


def test_the_books_balance_when_money_and_goods_do():
    assert BALANCED.balanced and [row[0] for row in BALANCED.rows()] == ["✓", "✓"]
    money = Books(money=Decimal("51.5"), completed=Decimal(34), stock_gone=4, sold=4)
    goods = Books(money=Decimal(34), completed=Decimal(34), stock_gone=5, sold=4)
    assert not money.balanced and not goods.balanced
    assert money.rows()[0] == ("✗", "debits and credits: 51.50", "≠", "completed orders: 34.00")
    assert goods.rows()[1] == ("✗", "gone from the stock: 5", "≠", "items sold: 4")


def test_the_record_is_json_with_the_most_frequent_path_first():
    record = storm().record
    assert record["paths"][0] == {"path": list(DONE), "verdict": "consistent", "orders": 2}
    assert (record["orders"], record["ended"], record["lost"], record["balanced"]) == (6, 5, 2, True)
    assert record["latency_seconds"]["p50"] == 3.0
    assert list(storm().paths["p50"])[0] == 2.0


def test_the_charts_say_in_words_what_colours_and_lines_stand_for():
    ends, times = storm().chart().axes
    assert [text.get_text() for text in ends.get_legend().get_texts()] == [
        "✓ consistent",
        "! announced",
        "✗ leaked",
    ]
    assert [text.get_text().split(":")[0] for text in times.get_legend().get_texts()] == ["p50", "p95", "p99"]
    assert {"2", "1"} <= {text.get_text() for text in ends.texts}
