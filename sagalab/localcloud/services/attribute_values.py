"""DynamoDB: values and keys that AWS refuses, and answers that hold only what was asked for.

Why: moto 5.2.5 fails in an error of its own for a value without a type (`{}`), takes a value of two types, finds
nothing for a key of another type than the table's, and tells of consumed capacity unasked.
Source: DynamoDB's ValidationExceptions as people report them ("Supplied AttributeValue is empty, must contain exactly
one of the supported datatypes", aws/aws-sdk-js#381), and ReturnConsumedCapacity and ReturnItemCollectionMetrics in
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html.
"""

import functools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from moto.core.responses import ActionResult
from moto.dynamodb.exceptions import MockValidationException, ProvidedKeyDoesNotExist
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.responses import DynamoHandler

_VALUES = ("Item", "Key", "ExpressionAttributeValues", "ExclusiveStartKey")
# The answers' fields that moto gives unasked, and what asks for them.
_UNASKED = {
    "ConsumedCapacity": "ReturnConsumedCapacity",
    "ItemCollectionMetrics": "ReturnItemCollectionMetrics",
}
_made_by_moto = {
    name: getattr(DynamoHandler, name)
    for name in (
        *("get_item", "put_item", "update_item", "delete_item", "query", "scan"),
        *("batch_get_item", "batch_write_item", "transact_get_items", "transact_write_items"),
    )
}


def refuse(body: Mapping[str, Any], backend: DynamoDBBackend) -> None:
    """Raise what DynamoDB answers to a value without exactly one type, and to a key that is not the table's."""
    for table_name, request in _requests(body):
        for field in _VALUES:
            if isinstance(request.get(field), Mapping):
                for value in request[field].values():
                    _refuse_value(value)
        table = backend.tables.get(table_name) if isinstance(table_name, str) else None
        if table is not None and isinstance(request.get("Key"), Mapping):
            types = {each["AttributeName"]: each["AttributeType"] for each in table.attr}
            for name, value in request["Key"].items():
                if name in table.table_key_attrs and next(iter(value)) != types[name]:
                    raise ProvidedKeyDoesNotExist


def _requests(body: Mapping[str, Any]) -> Iterator[tuple[Any, Mapping[str, Any]]]:
    """Yield each request in a body, that of a batch or a transaction too, with its table's name."""
    yield body.get("TableName"), body
    for action in body.get("TransactItems") or ():
        for request in action.values():
            yield request.get("TableName"), request
    named = body.get("RequestItems")
    for table_name, requests in named.items() if isinstance(named, Mapping) else ():
        if isinstance(requests, Mapping):
            for key in requests.get("Keys") or ():
                yield table_name, {"Key": key}
        else:
            for written in requests:
                for request in written.values():
                    yield table_name, request


def _refuse_value(value: Any) -> None:
    if not isinstance(value, Mapping):
        return
    if len(value) != 1:
        what = "is empty" if not value else "has more than one datatypes set"
        raise MockValidationException(
            f"Supplied AttributeValue {what}, must contain exactly one of the supported datatypes"
        )
    inner = next(iter(value.values()))
    if isinstance(inner, Mapping):
        for each in inner.values():
            _refuse_value(each)
    elif isinstance(inner, list):
        for each in inner:
            _refuse_value(each)


def _adapted(
    made_by_moto: Callable[[DynamoHandler], ActionResult],
) -> Callable[[DynamoHandler], ActionResult]:
    @functools.wraps(made_by_moto)
    def answer(self: DynamoHandler) -> ActionResult:
        refuse(self.body, self.dynamodb_backend)
        answered = made_by_moto(self)
        for field, asked in _UNASKED.items():
            if self.body.get(asked, "NONE") == "NONE" and isinstance(answered.result, dict):
                answered.result.pop(field, None)
        return answered

    return answer


def install() -> None:
    """Install this file's adaptations into moto."""
    for name, made_by_moto in _made_by_moto.items():
        setattr(DynamoHandler, name, _adapted(made_by_moto))
