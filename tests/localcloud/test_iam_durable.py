"""With --iam a durable function acts as its role: it keeps its state by the two actions that its policy names."""

import json
from uuid import uuid4

from sagalab.deploying.deploy import deploy
from sagalab.deploying.destroy import destroy
from sagalab.deploying.parts import Parts
from sagalab.ledger.verdict import verdict
from sagalab.orders.faults import Fault, plan
from sagalab.orders.orders import make_order
from sagalab.orders.runs import run

PREFIX = "t-iam-durable"


def test_the_policy_is_enough_and_each_of_its_actions_is_needed(iam_cloud):
    found = deploy(iam_cloud, prefix=PREFIX, progress=False, durable=True)
    try:
        order = plan(Fault.error("ReserveInventory", when="after")).apply(make_order(f"i-{uuid4().hex[:6]}"))
        undone = run(order, "durable-hardened", deployment=found)
        assert verdict(undone, found).words == "all was undone"

        iam = iam_cloud.client("iam")
        [role] = [part for part in Parts(iam_cloud, PREFIX).durable_stages()[0] if part.kind == "role"]
        policy = iam.get_role_policy(RoleName=role.name, PolicyName="sagalab")["PolicyDocument"]
        policy["Statement"] = [
            statement
            for statement in policy["Statement"]
            if "lambda:CheckpointDurableExecution" not in statement["Action"]
        ]
        iam.put_role_policy(RoleName=role.name, PolicyName="sagalab", PolicyDocument=json.dumps(policy))
        refused = run(make_order(f"i-{uuid4().hex[:6]}"), "durable-hardened", deployment=found)
        assert refused.status == "FAILED"
        assert "lambda:CheckpointDurableExecution" in str(refused.cause)
    finally:
        destroy(iam_cloud, prefix=PREFIX, progress=False)
