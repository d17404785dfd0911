"""The explorer on the local cloud, and that the rehearsed one says the same, plan by plan."""

import pytest

from sagalab import definition, explore, plan
from sagalab.orders.faults import Fault
from sagalab.rehearsal import plans as plans
from sagalab.rehearsal.sandbox import sandbox
from tools.agreement import compare


@pytest.fixture(scope="module")
def place(cloud):
    """One sandbox for all explorations of this file."""
    with sandbox("explore", workers=8) as found:
        yield found


def sample(machine):
    """Return plans of each kind: faults of each task, before and after, and pairs that meet."""
    every = plans.singles()
    pairs = [case.plan for case in explore(machine, faults=2, sample=60, seed=5).cases if case.tasks]
    return [*plans.sample(every, 10, seed=5), *plans.sample(pairs, 10, seed=5)]


@pytest.mark.parametrize("machine", ["saga", "hardened"])
def test_the_rehearsed_explorer_says_what_the_local_cloud_says(place, machine):
    found = compare(machine, sample(machine), within=place)
    assert found.differences == ()
    assert found.compared > 10


def test_a_hole_is_found_on_the_local_cloud_too(place):
    machine = definition("hardened")
    machine["States"]["ReserveInventory"]["Catch"][0]["ErrorEquals"] = ["ErrReserveInventory"]
    [case] = explore(machine, only=[plan(Fault.crash("ReserveInventory", when="after"))], within=place).cases
    assert case.sentence == (
        "ReserveInventory crashed after its commit: "
        "29.99 not refunded; 2 × item 1, 1 × item 2 not released; order still New."
    )


def test_nothing_of_an_exploration_stays_behind(cloud, place):
    def there() -> tuple[list[str], list[str]]:
        machines = cloud.client("stepfunctions").list_state_machines()["stateMachines"]
        return cloud.client("dynamodb").list_tables()["TableNames"], [found["name"] for found in machines]

    before = there()  # among it the sandbox of this file
    explore("saga", only=[plan()], real=True)
    assert there() == before
