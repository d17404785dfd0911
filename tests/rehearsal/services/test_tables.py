"""The tables in memory answer as moto's DynamoDB does: any row, condition, update and transaction."""

import copy
from decimal import Decimal

import boto3
import pytest
from boto3.dynamodb.types import TypeDeserializer
from botocore.exceptions import ClientError
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from moto import mock_aws

from sagalab.rehearsal.services.refused import Refused
from sagalab.rehearsal.services.tables import Tables

NAME, OTHER = "pay", "stock"
decode = TypeDeserializer().deserialize


@pytest.fixture(scope="module")
def moto():
    """moto's DynamoDB in this process, with two tables; each test's rows are put and deleted."""
    with mock_aws():
        client = boto3.client(
            "dynamodb", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
        )
        for name in (NAME, OTHER):
            client.create_table(
                TableName=name,
                KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
                BillingMode="PAY_PER_REQUEST",
            )
        yield client


def outcome(call, operation, request):
    """Return what an operation answers, or its error code, in a form that can be compared."""
    try:
        answer = call(operation, copy.deepcopy(request))
    except Refused as refused:
        return "refused", refused.code, _reasons(refused.more.get("CancellationReasons"))
    except ClientError as error:
        return (
            "refused",
            error.response["Error"]["Code"],
            _reasons(error.response.get("CancellationReasons")),
        )
    return "answered", {
        key: _plain(answer[key]) for key in ("Item", "Items", "Attributes", "Count") if answer.get(key)
    }


def _reasons(reasons):
    return [(reason["Code"], _plain(reason.get("Item"))) for reason in reasons or ()]


def _plain(value):
    if isinstance(value, list):
        return sorted((_plain(item) for item in value), key=repr)
    if isinstance(value, dict):
        return {name: decode(part) for name, part in value.items()}
    return value


def moto_call(client):
    def call(operation, request):
        return getattr(client, "".join(f"_{c.lower()}" if c.isupper() else c for c in operation)[1:])(
            **request
        )

    return call


def the_same(client, rows, operation, request):
    """Do an operation on the same rows in both, and compare the answers and what the tables hold then."""
    tables = Tables({NAME: ("id",), OTHER: ("id",)})
    for name in (NAME, OTHER):
        for item in client.scan(TableName=name)["Items"]:
            client.delete_item(TableName=name, Key={"id": item["id"]})
        for row in rows.get(name, ()):
            client.put_item(TableName=name, Item=row)
            tables.call("PutItem", {"TableName": name, "Item": row})
    assert outcome(tables.call, operation, request) == outcome(moto_call(client), operation, request)
    for name in (NAME, OTHER):
        scan = {"TableName": name}
        assert outcome(tables.call, "Scan", scan) == outcome(moto_call(client), "Scan", scan)


# what requests are made of

ids = st.sampled_from(["a", "b", "c"])
numbers = st.sampled_from(["0", "1", "2", "-1", "42.98", "100"]).map(lambda text: {"N": text})
texts = st.sampled_from(["", "New", "Pending", "a", "é"]).map(lambda text: {"S": text})
scalars = numbers | texts | st.booleans().map(lambda value: {"BOOL": value}) | st.just({"NULL": True})
sets = st.sets(st.sampled_from(["x", "y", "z"]), min_size=1).map(lambda found: {"SS": sorted(found)})
deep = st.lists(scalars, max_size=3).map(lambda found: {"L": found}) | st.dictionaries(
    st.sampled_from(["n", "m"]), scalars, max_size=2
).map(lambda found: {"M": found})
# Each attribute has one type: of mixed ones moto 5.2.5 has other answers than DynamoDB (see the last tests).
items = st.fixed_dictionaries({}, optional={"n": numbers, "status": texts, "tags": sets, "m": deep})
rows = st.dictionaries(ids, items, max_size=3).map(
    lambda found: [{"id": {"S": key}, **item} for key, item in found.items()]
)
comparisons = st.builds(
    lambda one, sign, other: f"{one} {sign} {other}",
    st.sampled_from(["n"]),
    st.sampled_from(["=", "<>", "<", "<=", ">", ">="]),
    st.sampled_from([":n", ":zero", "n"]),
) | st.builds("#s {} :t".format, st.sampled_from(["=", "<>", "<", "<=", ">", ">="]))
tests = (
    st.builds("attribute_not_exists({})".format, st.sampled_from(["id", "n", "#s", "tags"]))
    | st.builds("attribute_exists({})".format, st.sampled_from(["id", "n", "m.n"]))
    | st.builds("attribute_type({}, :type)".format, st.sampled_from(["n", "m", "tags"]))
    | st.builds("begins_with({}, :t)".format, st.sampled_from(["#s"]))
    | st.builds("contains({}, :t)".format, st.sampled_from(["tags", "#s"]))
    | comparisons
    | st.just("n BETWEEN :zero AND :n")
    | st.just("n IN (:n, :zero)")
)
conditions = st.recursive(
    tests,
    lambda inner: (
        st.builds("({}) AND ({})".format, inner, inner)
        | st.builds("({}) OR ({})".format, inner, inner)
        | st.builds("NOT ({})".format, inner)
    ),
    max_leaves=4,
)
updates = st.sampled_from(
    [
        "SET n = :n",
        "SET n = n - :n",
        "SET n = n + :n, #s = :t",
        "SET n = if_not_exists(n, :zero) + :n",
        "SET m = list_append(m, :list)",
        "SET m.n = :n",
        "SET m[0] = :n",
        "REMOVE n",
        "REMOVE n, #s",
        "REMOVE m[0]",
        "ADD n :n",
        "ADD tags :tags",
        "DELETE tags :tags",
        "SET #s = :t ADD n :n",
        "SET n = m, m = n",
        "SET id = :t",
    ]
)
VALUES = {
    ":n": {"N": "2"},
    ":t": {"S": "New"},
    ":zero": {"N": "0"},
    ":type": {"S": "N"},
    ":list": {"L": [{"N": "1"}]},
    ":tags": {"SS": ["x", "w"]},
}


def request_of(text, **more):
    """Return a request's names and values: only those that its expressions use, as DynamoDB wants it."""
    used = {name: value for name, value in VALUES.items() if name in _words(text)}
    names = {"ExpressionAttributeNames": {"#s": "status"}} if "#s" in text else {}
    return {**more, **({"ExpressionAttributeValues": used} if used else {}), **names}


def _words(text):
    return {word.strip("(),") for word in text.replace("(", " ( ").replace(",", " , ").split()}


@settings(phases=[Phase.explicit, Phase.generate], max_examples=60)
@given(rows, ids, conditions, items)
def test_a_conditional_put(moto, before, key, condition, item):
    request = request_of(condition, TableName=NAME, ConditionExpression=condition, ReturnValues="ALL_OLD")
    the_same(moto, {NAME: before}, "PutItem", {**request, "Item": {"id": {"S": key}, **item}})


@settings(phases=[Phase.explicit, Phase.generate], max_examples=60)
@given(rows, ids, updates, st.sampled_from(["ALL_NEW", "ALL_OLD", "NONE"]))
def test_an_update(moto, before, key, update, wanted):
    request = request_of(update, TableName=NAME, UpdateExpression=update, ReturnValues=wanted)
    the_same(moto, {NAME: before}, "UpdateItem", {**request, "Key": {"id": {"S": key}}})


@settings(phases=[Phase.explicit, Phase.generate], max_examples=40)
@given(rows, conditions)
def test_a_scan(moto, before, condition):
    the_same(moto, {NAME: before}, "Scan", request_of(condition, TableName=NAME, FilterExpression=condition))


def actions_on(table):
    """Return a strategy of one action of a transaction on a table."""

    def action(kind, key, condition, update, item):
        asks = {"ConditionExpression": condition, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
        if kind == "Put":
            return {kind: request_of(condition, TableName=table, Item={"id": {"S": key}, **item}, **asks)}
        more = {"UpdateExpression": update} if kind == "Update" else {}
        text = f"{condition} {update}" if more else condition
        return {kind: request_of(text, TableName=table, Key={"id": {"S": key}}, **asks, **more)}

    simple = st.sampled_from(["SET n = :n", "ADD n :n", "SET #s = :t", "REMOVE n"])
    kinds = st.sampled_from(["Put", "Update", "Delete", "ConditionCheck"])
    return st.builds(action, kinds, ids, tests, simple, items)


@settings(phases=[Phase.explicit, Phase.generate], max_examples=80)
@given(rows, rows, st.lists(actions_on(NAME) | actions_on(OTHER), min_size=1, max_size=4))
def test_a_transaction_is_whole_or_nothing(moto, one, two, actions):
    the_same(moto, {NAME: one, OTHER: two}, "TransactWriteItems", {"TransactItems": actions})


def test_a_copy_goes_its_own_way():
    tables = Tables({NAME: ("id",)})
    tables.put(NAME, {"id": "a", "n": 1})
    other = tables.copy()
    add = {"TableName": NAME, "Key": {"id": {"S": "a"}}, "UpdateExpression": "ADD n :n"}
    other.call("UpdateItem", {**add, "ExpressionAttributeValues": {":n": {"N": "1"}}})
    assert (tables.rows(NAME), other.rows(NAME)) == (
        [{"id": "a", "n": Decimal(1)}],
        [{"id": "a", "n": Decimal(2)}],
    )


@pytest.mark.parametrize(
    ("condition", "holds"),
    [("n < :t", False), ("n <> :t", True), ("status BETWEEN :zero AND :n", False), ("missing <> :n", True)],
)
def test_values_of_two_types_have_no_order_and_are_not_equal(condition, holds):
    tables = Tables({NAME: ("id",)})
    tables.put(NAME, {"id": "a", "n": 1, "status": "New"})
    request = request_of(condition, TableName=NAME, FilterExpression=condition)
    assert tables.call("Scan", request)["Count"] == holds


@pytest.mark.parametrize(
    "text", ["", "n =", "n = :unknown", "(n = :n", "n LIKE :n", "f(n)", "n = :n n", "=", "#x = :n"]
)
def test_what_is_no_condition_is_refused(text):
    tables = Tables({NAME: ("id",)})
    tables.put(NAME, {"id": "a", "n": 1})
    request = {"TableName": NAME, "FilterExpression": text, "ExpressionAttributeValues": {":n": {"N": "1"}}}
    with pytest.raises(Refused) as refused:
        tables.call("Scan", request)
    assert refused.value.code == "ValidationException"
