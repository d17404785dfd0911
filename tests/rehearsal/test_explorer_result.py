"""What an exploration tells of its cases: which findings are shown, and which say nothing new."""

from sagalab.orders.faults import Fault, plan
from sagalab.rehearsal.result import LEAK, UNDECIDED, Case, Exploration

CRASH, LATE = Fault.crash("ReserveInventory"), Fault.late("ProcessPayment")
ERROR = Fault.error("ProcessOrder")


def case(*faults: Fault, finding: str = LEAK, words: str = "17.00 not refunded") -> Case:
    tasks = frozenset(fault.task for fault in faults)
    return Case(plan(*faults), ("ProcessOrder",), "FAILED", "leaked", words, (), 1.0, tasks, finding)


def explored(*cases: Case) -> Exploration:
    return Exploration({}, cases, 1.0, False, 0, 0)


def test_a_pair_of_which_one_fault_alone_is_a_finding_is_none_of_its_own():
    alone, with_it, without_it = case(CRASH), case(CRASH, LATE), case(LATE, ERROR)
    assert explored(with_it, without_it, alone).smallest() == [alone, without_it]
    harmless = case(CRASH, finding="")
    assert explored(harmless, with_it).smallest() == [with_it]


def test_a_finding_with_the_same_debt_of_the_same_task_is_told_once():
    again = Fault.crash("ReserveInventory", when="after")
    first, same, other = case(CRASH), case(again), case(again, words="2 × item 1 not released")
    assert explored(first, same, other).smallest() == [first, other]
    assert explored(first, same, other).smallest(1) == [first]


def test_an_undecided_case_is_counted_and_is_no_finding():
    found = explored(case(CRASH, finding=UNDECIDED), case(LATE), case(ERROR, finding=""))
    assert found.counts == {"leaked": 3}
    assert (found.undecided, [each.plan for each in found.findings]) == (1, [plan(LATE)])
