"""Twenty participants on one cloud, each with a prefix: no collision, and each destroys only what is his.

With twenty, roles, functions and log groups fill more than one page of a list.
"""

from collections import Counter

from deployed_things import everything, expected

from sagalab.deploying.deploy import deploy
from sagalab.deploying.deployment import Deployment
from sagalab.deploying.destroy import destroy
from sagalab.orders.runs import run, start, wait
from sagalab.orders.scenarios import scenario_order
from sagalab.threads import together

# Some begin with others: what one destroys must not be his neighbour's.
PREFIXES = [f"t-{number}" for number in range(1, 11)] + [f"t-{number}-b" for number in range(1, 11)]
AT_ONCE = 4


def of(cloud, prefixes: list[str]) -> dict[str, set]:
    """Return what is there, by the prefix it was made under: one look at the cloud for all of them."""
    found = everything(cloud, "t")
    return {prefix: found & expected(prefix) for prefix in prefixes}


def test_twenty_participants_on_one_cloud(cloud):
    before = everything(cloud, "t")
    made: list[Deployment] = together(
        lambda prefix: deploy(cloud, prefix=prefix, progress=False), PREFIXES, threads=AT_ONCE
    )
    assert everything(cloud, "t") - before == set().union(*(expected(prefix) for prefix in PREFIXES))
    assert all(change.action != "unchanged" for each in made for change in each.changes)

    # The same order, with the same id, of two neighbours and of the last: it is in their own tables only.
    buyers = [made[0], made[10], made[-1]]
    order = scenario_order("4")
    ended = [run(order, deployment=buyer) for buyer in buyers]
    assert [each.status for each in ended] == ["SUCCEEDED"] * len(buyers)
    scan = cloud.client("dynamodb").scan
    rows = [scan(TableName=each.tables["orders"], Select="COUNT")["Count"] for each in made]
    assert Counter(rows) == {1: len(buyers), 0: len(made) - len(buyers)}

    # Every second one leaves; a run of a neighbour goes on meanwhile.
    leaving, staying = PREFIXES[0::2], PREFIXES[1::2]
    running = start(scenario_order("3"), deployment=made[-1])
    together(lambda prefix: destroy(cloud, prefix=prefix, progress=False), leaving, threads=AT_ONCE)
    assert wait(running, deployment=made[-1]).error == "SagaFailed"
    there = of(cloud, PREFIXES)
    assert all(there[prefix] == set() for prefix in leaving)
    assert all(there[prefix] == expected(prefix) for prefix in staying)

    together(lambda prefix: destroy(cloud, prefix=prefix, progress=False), staying, threads=AT_ONCE)
    assert everything(cloud, "t") == before
