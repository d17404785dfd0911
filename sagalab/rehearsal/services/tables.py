"""Tables in memory with DynamoDB's conditions and transactions; a copy is cheap, rows are never changed in place.

It answers the API's operations on rows, as boto3 has them. A test holds it against moto's DynamoDB.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from sagalab.rehearsal.services import values as v
from sagalab.rehearsal.services.expressions import condition, projection, update
from sagalab.rehearsal.services.refused import Refused, invalid
from sagalab.rehearsal.services.scope import Scope, find
from sagalab.rehearsal.services.updates import updated
from sagalab.rehearsal.services.values import Item, Value

Request = Mapping[str, Any]
Key = tuple[tuple[str, Any], ...]
MOST_ACTIONS = 100  # of a transaction
_SAME = "None"
_decode = TypeDeserializer().deserialize
_encode = TypeSerializer().serialize


class Tables:
    """Tables by name: their keys' attributes, and their rows."""

    def __init__(self, keys: Mapping[str, tuple[str, ...]]) -> None:
        self.keys = dict(keys)
        self._rows: dict[str, dict[Key, Item]] = {name: {} for name in keys}

    def copy(self) -> "Tables":
        """Return tables that can go their own way."""
        other = Tables.__new__(Tables)
        other.keys = self.keys
        other._rows = {name: rows.copy() for name, rows in self._rows.items()}
        return other

    def same(self, other: "Tables", names: Iterable[str]) -> bool:
        """Tell whether these tables have the same rows as others."""
        return all(self._rows[name] == other._rows[name] for name in names)

    def rows(self, name: str) -> list[dict[str, Any]]:
        """Return a table's rows in Python's values (numbers are Decimal), in the order of their first writing."""
        return [{key: _decode(value) for key, value in item.items()} for item in self._rows[name].values()]

    def put(self, name: str, row: Mapping[str, Any]) -> None:
        """Write a row of Python's values."""
        item = {key: _encode(value) for key, value in row.items()}
        self._rows[name][self._key(name, item)] = item

    def call(self, operation: str, request: Request) -> dict[str, Any]:
        """Answer an operation of the API ("PutItem"). Raises Refused in DynamoDB's words."""
        act = _OPERATIONS.get(operation)
        if act is None:
            raise Refused("UnknownOperationException", f"The tables in memory have no {operation}.")
        return act(self, request)

    # rows

    def _table(self, name: Any) -> tuple[str, dict[Key, Item]]:
        short = str(name).rpartition(":table/")[2]
        if short not in self._rows:
            raise Refused("ResourceNotFoundException", "Requested resource not found")
        return short, self._rows[short]

    def _key(self, name: str, item: Item, whole: bool = False) -> Key:
        names = self.keys[name]
        if whole and set(item) != set(names):
            raise invalid("The provided key element does not match the schema")
        found = []
        for each in names:
            value = item.get(each)
            if value is None:
                raise invalid(
                    f"One or more parameter values were invalid: Missing the key {each} in the item"
                )
            kind = v.kind_of(value)
            if kind != "S":
                raise invalid(
                    f"One or more parameter values were invalid: Type mismatch for key {each} expected: S actual: {kind}"
                )
            if not value["S"]:
                raise invalid(
                    "One or more parameter values are not valid. The AttributeValue for a key attribute cannot "
                    f"contain an empty string value. Key: {each}"
                )
            found.append((kind, value["S"]))
        return tuple(found)

    # one row

    def _get(self, request: Request) -> dict[str, Any]:
        name, rows = self._table(request["TableName"])
        item = rows.get(self._key(name, request["Key"], whole=True))
        return {} if item is None else {"Item": _projected(item, request)}

    def _put(self, request: Request) -> dict[str, Any]:
        name, rows = self._table(request["TableName"])
        item = dict(request["Item"])
        for value in item.values():
            v.checked(value)
        key = self._key(name, item)
        before = rows.get(key)
        self._hold(request, before)
        rows[key] = item
        return _old(request, before)

    def _delete(self, request: Request) -> dict[str, Any]:
        name, rows = self._table(request["TableName"])
        key = self._key(name, request["Key"], whole=True)
        before = rows.get(key)
        self._hold(request, before)
        rows.pop(key, None)
        return _old(request, before)

    def _update(self, request: Request) -> dict[str, Any]:
        name, rows = self._table(request["TableName"])
        key = self._key(name, request["Key"], whole=True)
        before = rows.get(key)
        self._hold(request, before)
        item = dict(request["Key"]) if before is None else before
        paths: list[Any] = []
        after = item
        if "UpdateExpression" in request:
            changes = update(request["UpdateExpression"])
            after, paths = updated(_scope(request, item), changes, self.keys[name])
        rows[key] = after
        wanted = request.get("ReturnValues", "NONE")
        shown = {"ALL_OLD": before, "ALL_NEW": after}.get(wanted)
        if wanted in ("UPDATED_OLD", "UPDATED_NEW"):
            shown = _chosen((before or {}) if wanted == "UPDATED_OLD" else after, paths)
        return {"Attributes": dict(shown)} if shown else {}

    def _hold(self, request: Request, item: Item | None) -> None:
        """Raise Refused unless the request's condition holds."""
        text = request.get("ConditionExpression")
        if text is None:
            return
        if condition(text)(_scope(request, item or {})):
            return
        more = {}
        if request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" and item is not None:
            more["Item"] = dict(item)
        raise Refused("ConditionalCheckFailedException", "The conditional request failed", **more)

    # several rows

    def _transact_write(self, request: Request) -> dict[str, Any]:
        actions = request["TransactItems"]
        if not 1 <= len(actions) <= MOST_ACTIONS:
            raise invalid(
                "1 validation error detected: Value at 'transactItems' failed to satisfy constraint: Member must "
                f"have length less than or equal to {MOST_ACTIONS}"
            )
        self._check_targets(actions)
        before = self.copy()._rows
        reasons = [self._tried(action) for action in actions]
        if any(reason["Code"] != _SAME for reason in reasons):
            self._rows = before
            codes = ", ".join(reason["Code"] for reason in reasons)
            raise Refused(
                "TransactionCanceledException",
                f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]",
                CancellationReasons=reasons,
            )
        return {}

    def _check_targets(self, actions: list[Mapping[str, Request]]) -> None:
        seen = set()
        for action in actions:
            [(kind, request)] = action.items()
            name, _ = self._table(request["TableName"])
            place = (name, self._key(name, request.get("Key") or request["Item"], whole=kind != "Put"))
            if place in seen:
                raise invalid("Transaction request cannot include multiple operations on one item")
            seen.add(place)

    def _tried(self, action: Mapping[str, Request]) -> dict[str, Any]:
        """Do one action of a transaction; return its reason against it."""
        [(kind, request)] = action.items()
        try:
            if kind == "ConditionCheck":
                name, rows = self._table(request["TableName"])
                self._hold(request, rows.get(self._key(name, request["Key"], whole=True)))
            else:
                {"Put": self._put, "Update": self._update, "Delete": self._delete}[kind](request)
        except Refused as refused:
            if refused.code == "ConditionalCheckFailedException":
                return {"Code": "ConditionalCheckFailed", "Message": refused.message, **refused.more}
            if refused.code == "ValidationException":
                return {"Code": "ValidationError", "Message": refused.message}
            raise
        return {"Code": _SAME}

    def _transact_get(self, request: Request) -> dict[str, Any]:
        return {"Responses": [self._get(each["Get"]) for each in request["TransactItems"]]}

    def _batch_get(self, request: Request) -> dict[str, Any]:
        responses: dict[str, list[Item]] = {}
        for table, wanted in request["RequestItems"].items():
            found = [self._get({**wanted, "TableName": table, "Key": key}) for key in wanted["Keys"]]
            responses[table] = [each["Item"] for each in found if each]
        return {"Responses": responses, "UnprocessedKeys": {}}

    def _batch_write(self, request: Request) -> dict[str, Any]:
        for table, actions in request["RequestItems"].items():
            for action in actions:
                [(kind, given)] = action.items()
                act = self._put if kind == "PutRequest" else self._delete
                act({**given, "TableName": table})
        return {"UnprocessedItems": {}}

    def _query(self, request: Request) -> dict[str, Any]:
        return self._found(request, condition(request["KeyConditionExpression"], "KeyConditionExpression"))

    def _scan(self, request: Request) -> dict[str, Any]:
        return self._found(request, None)

    def _found(self, request: Request, key: Callable[[Scope], bool] | None) -> dict[str, Any]:
        """Return the items that a query or scan finds; all at once, so that there is never a next page."""
        _, rows = self._table(request["TableName"])
        text = request.get("FilterExpression")
        keep = None if text is None else condition(text, "FilterExpression")
        seen = [item for item in rows.values() if key is None or key(_scope(request, item))]
        items = [item for item in seen if keep is None or keep(_scope(request, item))]
        counts = {"Count": len(items), "ScannedCount": len(seen)}
        if request.get("Select") == "COUNT":
            return counts
        return {"Items": [_projected(item, request) for item in items], **counts}


_OPERATIONS: dict[str, Callable[[Tables, Request], dict[str, Any]]] = {
    "GetItem": Tables._get,
    "PutItem": Tables._put,
    "DeleteItem": Tables._delete,
    "UpdateItem": Tables._update,
    "TransactWriteItems": Tables._transact_write,
    "TransactGetItems": Tables._transact_get,
    "BatchGetItem": Tables._batch_get,
    "BatchWriteItem": Tables._batch_write,
    "Query": Tables._query,
    "Scan": Tables._scan,
}


def _scope(request: Request, item: Item) -> Scope:
    return Scope(
        item, request.get("ExpressionAttributeNames") or {}, request.get("ExpressionAttributeValues") or {}
    )


def _old(request: Request, before: Item | None) -> dict[str, Any]:
    return {"Attributes": dict(before)} if request.get("ReturnValues") == "ALL_OLD" and before else {}


def _projected(item: Item, request: Request) -> Item:
    text = request.get("ProjectionExpression")
    if text is None:
        return dict(item)
    scope = _scope(request, item)
    names = scope.names
    paths = [
        tuple(names.get(part, part) if isinstance(part, str) else part for part in path)
        for path in projection(text)
    ]
    return _chosen(item, paths)


def _chosen(item: Item, paths: list[tuple[str | int, ...]]) -> Item:
    """Return what of an item stands at the paths; the whole attribute where a path goes into one."""
    chosen: dict[str, Value] = {}
    scope = Scope(item, {}, {})
    for path in paths:
        first = path[0]
        value = find(scope, path, "ProjectionExpression")
        if value is not None and isinstance(first, str):
            chosen[first] = _around(path[1:], value, chosen.get(first))
    return chosen


def _around(path: tuple[str | int, ...], value: Value, there: Value | None) -> Value:
    """Return a value inside the maps and lists that its path goes through."""
    if not path:
        return value
    first, rest = path[0], path[1:]
    if isinstance(first, int):
        return {"L": [*(there or {}).get("L", []), _around(rest, value, None)]}
    inner = dict((there or {}).get("M", {}))
    inner[first] = _around(rest, value, inner.get(first))
    return {"M": inner}
