"""The anomalies of a schedule, by their names in the field.

Sources: Berenson et al., A Critique of ANSI SQL Isolation Levels (1995); Adya, Weak Consistency (1999), for the
dependencies between transactions; Frank and Zahle, Semantic ACID properties in multidatabases (1998), and Garcia-Molina and
Salem, Sagas (1987), for what a saga gives up. A whole saga counts as one transaction here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sagalab.ledger.ledger import Ledger
from sagalab.rehearsal.races.calls import Made, Row
from sagalab.rehearsal.races.schedules import Schedule

DIRTY_READ = "dirty read"
IN_VAIN = "charged in vain"
WAITS_IN_VAIN = "waits in vain"
FUZZY_READ = "fuzzy read"
LOST_UPDATE = "lost update"
WRITE_SKEW = "write skew"
OVERSOLD = "oversold"
LOCK_KEPT = "lock never given back"
NAMES = (DIRTY_READ, FUZZY_READ, IN_VAIN, WAITS_IN_VAIN, LOST_UPDATE, WRITE_SKEW, OVERSOLD, LOCK_KEPT)
MEANING = {
    DIRTY_READ: "an order was refused because of what another had done and later undid",
    FUZZY_READ: "an order looked at a row in one step, and found it changed by another in a later step",
    IN_VAIN: "a customer paid, was refused, and got the money back: the goods had gone to another order",
    WAITS_IN_VAIN: "an order that has paid tries again and again for what another order has",
    LOST_UPDATE: "a row was written from a value that another order had changed meanwhile",
    WRITE_SKEW: "two orders each decided on a row that the other then changed, and both went through",
    OVERSOLD: "more was reserved than there was, or the stock does not add up",
    LOCK_KEPT: "an order that failed keeps what it had reserved",
}
# A saga has no isolation: these do no lasting harm that nobody sees, and a design may accept them.
ACCEPTABLE = (DIRTY_READ, FUZZY_READ, IN_VAIN, WAITS_IN_VAIN)


@dataclass(frozen=True)
class Anomaly:
    """One anomaly in one schedule. `saw`: the calls (the earlier, the later that saw it) that it rests on."""

    name: str
    words: str
    saw: tuple[tuple[int, int], ...] = ()


def anomalies(schedule: Schedule, ledgers: Mapping[str, Ledger], stock: Mapping[str, int]) -> list[Anomaly]:
    """Return what a schedule shows; `stock` is what there was at first, ledgers by order_id."""
    statuses = {
        str(order["order_id"]): schedule.run(number).status for number, order in enumerate(schedule.orders)
    }
    names = {str(order["order_id"]): f"order {number + 1}" for number, order in enumerate(schedule.orders)}
    found = [
        *_dirty_reads(schedule.made, statuses, names),
        *fuzzy_reads(schedule.made, names),
        *_lost_updates(schedule.made, names),
        *write_skew(schedule.made, statuses, names),
        *_books(schedule, statuses, names, ledgers, stock),
    ]
    return list({(each.name, each.words): each for each in found}.values())


def _undone(made: tuple[Made, ...], order: str, row: Row, after: int) -> Made | None:
    """Return the later call with which an order took back what it had written in a row."""
    return next(
        (
            each
            for each in made[after + 1 :]
            if each.order == order
            and row in each.writes
            and each.task.startswith(("Release", "ProcessRefund", "Update"))
        ),
        None,
    )


def _dirty_reads(
    made: tuple[Made, ...], statuses: Mapping[str, str], names: Mapping[str, str]
) -> list[Anomaly]:
    found = []
    for reader in made:
        if not reader.refused or statuses.get(reader.order) == "SUCCEEDED":
            continue
        for row, writer_number in reader.reads.items():
            if writer_number < 0 or made[writer_number].order == reader.order:
                continue
            writer = made[writer_number]
            back = _undone(made, writer.order, row, reader.number)
            if back is not None and statuses.get(writer.order) != "SUCCEEDED":
                words = (
                    f"{names[reader.order]} was refused because {names[writer.order]} had taken {row_in_words(row)}, "
                    "and gave it back afterwards"
                )
                found.append(Anomaly(DIRTY_READ, words, ((writer.number, reader.number),)))
    return found


def fuzzy_reads(made: tuple[Made, ...], names: Mapping[str, str]) -> list[Anomaly]:
    """Return each look at a row (a call that writes nothing) with a later step that found it changed by another.

    A step that is tried again reads anew, and relies on nothing that it saw before: that is none.
    """
    found = []
    for look in made:
        for row, writer in look.reads.items() if not look.writes and not look.refused else ():
            again = next(
                (
                    each
                    for each in made[look.number + 1 :]
                    if each.order == look.order and each.task != look.task and row in each.reads
                ),
                None,
            )
            if again is None or again.reads[row] in (-1, writer):
                continue
            between = made[again.reads[row]]
            if between.order != look.order:
                words = (
                    f"{names[look.order]} looked at {row_in_words(row)} in {look.task}, and {again.task} found it changed "
                    f"by {names[between.order]}"
                )
                found.append(Anomaly(FUZZY_READ, words, ((between.number, again.number),)))
    return found


def _lost_updates(made: tuple[Made, ...], names: Mapping[str, str]) -> list[Anomaly]:
    found = []
    for write in made:
        for row in write.blind:
            earlier = [
                each
                for each in made[: write.number]
                if each.invocation == write.invocation and row in each.reads
            ]
            if not earlier:
                continue
            between = [
                each
                for each in made[earlier[-1].number + 1 : write.number]
                if row in each.writes and each.order != write.order
            ]
            if between:
                words = f"{names[write.order]} wrote {row_in_words(row)} over what {names[between[-1].order]} had written"
                found.append(Anomaly(LOST_UPDATE, words, ((between[-1].number, write.number),)))
    return found


def write_skew(
    made: tuple[Made, ...], statuses: Mapping[str, str], names: Mapping[str, str]
) -> list[Anomaly]:
    """Return the pairs of orders that went through, each with a row that it read and the other wrote afterwards.

    Two different rows: of one row it is a lost update, or the condition of the later write saw it.
    """
    won = [order for order, status in statuses.items() if status == "SUCCEEDED"]
    against: dict[tuple[str, str], tuple[Row, int, int]] = {}
    for reader in made:
        for row in reader.reads if reader.order in won else ():
            for writer in made[reader.number + 1 :]:
                if writer.order != reader.order and writer.order in won and row in writer.writes:
                    if row not in reader.writes:
                        against.setdefault((reader.order, writer.order), (row, reader.number, writer.number))
    found = []
    for (one, other), (row, read, wrote) in against.items():
        back = against.get((other, one))
        if back is not None and back[0] != row and one < other:
            words = (
                f"{names[one]} decided on {row_in_words(row)} and {names[other]} on {row_in_words(back[0])}: "
                "each then changed the other's"
            )
            found.append(Anomaly(WRITE_SKEW, words, ((read, wrote), (back[1], back[2]))))
    return found


def _books(
    schedule: Schedule,
    statuses: Mapping[str, str],
    names: Mapping[str, str],
    ledgers: Mapping[str, Ledger],
    stock: Mapping[str, int],
) -> list[Anomaly]:
    services = schedule.place.services
    left = {row["item_id"]: int(row["in_stock"]) for row in services.rows("stock")}
    kept: dict[str, int] = {}
    found = []
    for order, ledger in ledgers.items():
        for item, count in _reserved(services, order).items():
            kept[item] = kept.get(item, 0) + count
            if statuses[order] in ("FAILED", "TIMED_OUT", "ABORTED"):
                words = f"{names[order]} ended as {statuses[order]} and keeps {count} of item {item}"
                found.append(Anomaly(LOCK_KEPT, words))
        paid = [each for each in schedule.made if each.order == order and each.task == "ProcessPayment"]
        refused = [
            each
            for each in schedule.made
            if each.order == order and each.task == "ReserveInventory" and each.refused
        ]
        takers = [
            (writer, each.number)
            for each in refused
            for writer in each.reads.values()
            if writer >= 0 and schedule.made[writer].order != order
        ]
        charged = any(not each.refused and each.writes for each in paid)
        last = [each for each in schedule.made if each.order == order and not each.is_bookkeeping][-1:]
        if statuses[order] == "RUNNING" and charged and takers and last == refused[-1:]:
            other = names[schedule.made[takers[-1][0]].order]
            words = f"{names[order]} has paid, and tries again and again: {other} has the goods"
            found.append(Anomaly(WAITS_IN_VAIN, words, tuple(takers[-1:])))
        if charged and takers and statuses[order] != "SUCCEEDED" and not ledger.balance:
            other = names[schedule.made[takers[0][0]].order]
            words = f"{names[order]} had paid when it was refused: {other} had the goods"
            found.append(Anomaly(IN_VAIN, words, tuple(takers[:1])))
    for item, count in stock.items():
        if left.get(item, 0) < 0 or left.get(item, 0) + kept.get(item, 0) != count:
            words = f"of item {item} there were {count}; {kept.get(item, 0)} are reserved and {left.get(item, 0)} left"
            found.append(Anomaly(OVERSOLD, words))
    return found


def _reserved(services: Any, order: str) -> dict[str, int]:
    """Return how many of each item an order holds: what its Reserve row says, less its Release row."""
    held: dict[str, int] = {}
    for row in services.rows("inventory"):
        if row["order_id"] == order:
            sign = 1 if row["transaction_type"] == "Reserve" else -1
            for item, count in row["quantities"].items():
                held[item] = held.get(item, 0) + sign * int(count)
    return {item: count for item, count in held.items() if count}


def row_in_words(row: Row) -> str:
    """Return a row as people say it: "item 6 of stock"."""
    table = row[0].rpartition("_")[2].rpartition("-")[2]
    return f"{'item' if table == 'stock' else 'row'} {'/'.join(row[1])} of {table}"
