"""What is left on a cloud: both ways see all that is there, and nothing after `destroy`."""

from dataclasses import replace

from sagalab import definition, deploy, deploy_machine, destroy
from sagalab.deploying.leftovers import Leftover, by_name, by_tag


def test_both_ways_see_a_deployment_and_nothing_after_its_end(cloud):
    mine = replace(cloud, prefix="leftovers")
    found = deploy(mine, progress=False)
    deploy_machine(found, "extra", definition("variations/jsonpath"))
    named = by_name(mine)
    assert named == [each for each in by_tag(mine) if each.prefix == "leftovers"]
    assert {each.kind: sum(other.kind == each.kind for other in named) for each in named} == {
        "function": 6, "log group": 7, "queue": 2, "role": 7, "state machine": 2, "table": 5, "topic": 1
    }  # fmt: skip

    by_hand = {"TableName": "leftovers-by-hand", "BillingMode": "PAY_PER_REQUEST"}
    key = {"AttributeName": "id", "KeyType": "HASH"}
    mine.client("dynamodb").create_table(
        **by_hand, KeySchema=[key], AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}]
    )
    destroy(mine, progress=False)
    assert not [each for each in by_tag(mine) if each.prefix == "leftovers"]
    assert by_name(mine) == [Leftover("table", "leftovers-by-hand", "")]
    mine.client("dynamodb").delete_table(TableName="leftovers-by-hand")
    assert by_name(mine) == []


def test_on_aws_a_neighbour_whose_prefix_begins_with_yours_is_left_out(cloud, monkeypatch):
    mine, other = replace(cloud, prefix="anna"), replace(cloud, prefix="anna-maria")
    deploy(other, progress=False)
    assert by_name(mine)  # on the local cloud all is yours
    monkeypatch.setattr(type(cloud), "is_local", property(lambda self: False))
    assert by_name(mine) == [] == by_tag(mine)
    monkeypatch.undo()
    destroy(other, progress=False)
