"""ItemBatcher: items in groups for a child; and what ResultWriter makes of the results.

Sources: https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itembatcher.html and
https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sagalab.asl.engine.data import template
from sagalab.asl.engine.env import Env
from sagalab.asl.engine.errors import DATA_LIMIT_BYTES, runtime_error
from sagalab.asl.engine.history import json_text
from sagalab.asl.engine.limits import MAX_BYTES_PER_BATCH, MAX_ITEMS_PER_BATCH, limit


class Batcher:
    """An ItemBatcher, read once."""

    def __init__(self, body: Mapping[str, Any], jsonata: bool) -> None:
        self.most_items = limit(body, MAX_ITEMS_PER_BATCH, jsonata)
        self.most_bytes = limit(body, MAX_BYTES_PER_BATCH, jsonata)
        given = body.get("BatchInput")
        self.batch_input = None if given is None else template(given, "ItemBatcher/BatchInput", jsonata)

    def batches(self, env: Env, items: Sequence[Any]) -> list[Any]:
        """Return the inputs of the children: objects with Items, and BatchInput where it is given."""
        most_items, most_bytes = self.most_items(env), self.most_bytes(env)
        if most_items is not None and most_items <= 0:
            raise runtime_error("field MaxItemsPerBatch must be positive")
        base = {} if self.batch_input is None else {"BatchInput": self.batch_input(env)}
        limit_bytes = min(most_bytes or DATA_LIMIT_BYTES, DATA_LIMIT_BYTES)
        frame_bytes = len(json_text({**base, "Items": []}).encode())
        groups: list[list[Any]] = []
        used = 0
        for item in items:
            size = len(json_text(item).encode()) + 1
            full = not groups or len(groups[-1]) == most_items or used + size > limit_bytes
            if full:
                groups.append([])
                used = frame_bytes
            groups[-1].append(item)
            used += size
        return [{**base, "Items": group} for group in groups]


def transformed(results: Sequence[Mapping[str, Any]], config: Mapping[str, Any]) -> list[Any]:
    """Return a Map Run's result without an export: the outputs of the children that succeeded.

    WriterConfig's Transformation FLATTEN joins outputs that are arrays.
    """
    outputs = [result["Output"] for result in results if result["Status"] == "SUCCEEDED"]
    if config.get("Transformation") != "FLATTEN":
        return outputs
    flat: list[Any] = []
    for output in outputs:
        flat.extend(output if isinstance(output, list) else [output])
    return flat
