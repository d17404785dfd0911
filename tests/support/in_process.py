"""The services of lambdas/ in the test's own process: their handlers, their tables, and orders for them."""

import contextlib
import importlib
import os
import sys
import uuid

from boto3.dynamodb.types import TypeDeserializer

from sagalab.cloud.local_key import local_key
from sagalab.project import LAMBDAS, state_dir

KEYS = {
    "orders": "order_id",
    "payments": "transaction_id",
    "inventory": "transaction_id",
    "stock": "item_id",
    "attempts": "key",
}
HANDLERS = {
    "ProcessOrder": "orders.new_order",
    "ProcessPayment": "payments.debit",
    "ReserveInventory": "inventory.reserve",
    "ReleaseInventory": "inventory.release",
    "ProcessRefund": "payments.credit",
    "UpdateOrderStatus": "orders.update_order",
}
FORWARD = ("ProcessOrder", "ProcessPayment", "ReserveInventory")
UNDO = ("ReleaseInventory", "ProcessRefund", "UpdateOrderStatus")
UNDO_OF = {
    "ProcessOrder": "UpdateOrderStatus",
    "ProcessPayment": "ProcessRefund",
    "ReserveInventory": "ReleaseInventory",
}
ORIGINAL_OF = {undo: task for task, undo in UNDO_OF.items()}
ERRORS = {task: f"Err{task}" for task in HANDLERS}


class Context:
    """As much of Lambda's context object as the handlers use."""

    def get_remaining_time_in_millis(self):
        return 15_000


class Services:
    """The handlers by task name: `services.call("ProcessPayment", order)`."""

    def __init__(self, cloud, prefix):
        self.db = cloud.client("dynamodb")
        self.names = {table: f"{prefix}-{table}" for table in KEYS}
        for table, key in KEYS.items():
            self.db.create_table(
                TableName=self.names[table],
                KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
                BillingMode="PAY_PER_REQUEST",
            )
        self.environment = {f"{table.upper()}_TABLE": name for table, name in self.names.items()}
        key = local_key(state_dir())
        self.process_environment = self.environment | {
            "AWS_ENDPOINT_URL": cloud.endpoint,
            "AWS_REGION": cloud.region,
            "AWS_DEFAULT_REGION": cloud.region,
            "AWS_ACCESS_KEY_ID": key.id,
            "AWS_SECRET_ACCESS_KEY": key.secret,
        }
        with _environment(self.process_environment):
            sys.path.insert(0, str(LAMBDAS))
            names = ("tables", "orders", "payments", "inventory")
            modules = {name: importlib.import_module(name) for name in names}
            sys.path.remove(str(LAMBDAS))
        self.tables = modules["tables"]
        self.written = 0  # how many requests other than reads DynamoDB has granted to the handlers
        self.tables.dynamodb.meta.events.register("after-call.dynamodb", self._count)
        self.handlers = {}
        for task, handler in HANDLERS.items():
            module, _, function = handler.partition(".")
            self.handlers[task] = getattr(modules[module], function)

    def _count(self, model, http_response, **_):
        if model.name != "GetItem" and http_response.status_code == 200:
            self.written += 1

    def call(self, task, order):
        """Call a task's handler as Lambda does."""
        return self.handlers[task](order, Context())

    def fails(self, task, order):
        """Call a handler that must raise its business error; return the message."""
        try:
            result = self.call(task, order)
        except Exception as error:
            assert type(error).__name__ == ERRORS[task], f"{type(error).__name__}: {error}"
            return str(error)
        raise AssertionError(f"{task} did not fail: {result}")

    def stock(self, in_stock, item_id=None):
        """Put an item into the stock, a new one without `item_id`; return its id."""
        item_id = item_id or f"item-{uuid.uuid4()}"
        item = {"item_id": {"S": item_id}, "in_stock": {"N": str(in_stock)}}
        self.db.put_item(TableName=self.names["stock"], Item=item)
        return item_id

    def left(self, item_id):
        """Return how many of an item are left."""
        return int(self.row("stock", item_id)["in_stock"])

    def row(self, table, key):
        """Return one row, or None."""
        name, where = self.names[table], {KEYS[table]: {"S": key}}
        item = self.db.get_item(TableName=name, Key=where, ConsistentRead=True).get("Item")
        return item and {field: TypeDeserializer().deserialize(value) for field, value in item.items()}

    def movement(self, table, order, kind):
        """Return an order's row of payments or inventory: Debit, Credit, Reserve or Release."""
        return self.row(table, self.tables.transaction_id(order["order_id"], kind))

    def rows_of(self, order):
        """Return all that the business tables hold for an order, with the stock of its items."""
        kinds = {"Debit": "payments", "Credit": "payments", "Reserve": "inventory", "Release": "inventory"}
        rows = {kind: self.movement(table, order, kind) for kind, table in kinds.items()}
        stock = {item["item_id"]: self.row("stock", item["item_id"]) for item in order["items"]}
        return rows | {"order": self.row("orders", order["order_id"]), "stock": stock}


def make_order(*items, order_id=None, **fields):
    """Return an order with a new id that triggers nothing; items are (item_id, qty, unit_price)."""
    return {
        "order_id": order_id or f"4-{uuid.uuid4()}",
        "order_date": "2026-01-31T10:00:00Z",
        "customer_id": "customer-1",
        "items": [
            {"item_id": item_id, "qty": qty, "description": f"item {item_id}", "unit_price": price}
            for item_id, qty, price in items
        ],
        **fields,
    }


@contextlib.contextmanager
def _environment(values):
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
