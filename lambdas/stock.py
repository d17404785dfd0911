"""The stock table: one row an item, with how many are left. Both are actions for `tables.write`."""

import tables


def take(item_id: str, qty: int) -> dict:
    """Take so many of an item; that many must be left."""
    return {"Update": {
        "TableName": tables.STOCK,
        "Key": tables.encode_row({"item_id": item_id}),
        "UpdateExpression": "SET in_stock = in_stock - :qty",
        "ExpressionAttributeValues": tables.encode_row({":qty": qty}),
        **tables.only_if("in_stock >= :qty"),
    }}  # fmt: skip


def give_back(item_id: str, qty: int) -> dict:
    """Give so many of an item back."""
    return {"Update": {
        "TableName": tables.STOCK,
        "Key": tables.encode_row({"item_id": item_id}),
        "UpdateExpression": "ADD in_stock :qty",
        "ExpressionAttributeValues": tables.encode_row({":qty": qty}),
    }}  # fmt: skip
