"""A run that has ended, in few bytes: some 3 kB for a saga whose events take 60 kB."""

import json
import zlib
from typing import Any

from sagalab.asl.engine import history, stored
from sagalab.asl.engine.program import Program
from sagalab.asl.engine.run import Run

_AT_ONCE = 200  # events that are written before other threads have their turn
_QUICK = 1


class Packed:
    """The events of a run, and of one that can be redriven all that it needs to go on."""

    __slots__ = ("_events", "_rest")

    def __init__(self, run: Run) -> None:
        pack = zlib.compressobj(_QUICK)
        pieces = []
        for begin in range(0, len(run.events), _AT_ONCE):
            text = history.json_text(run.events[begin : begin + _AT_ONCE])[1:-1]
            pieces.append(pack.compress(f"{',' if begin else '['}{text}".encode("utf-8", "surrogatepass")))
        pieces.append(pack.compress(b"]") + pack.flush())
        self._events = b"".join(pieces)
        self._rest: bytes | None = None
        if run.status != "SUCCEEDED":
            rest = {**stored.as_json(run), "events": []}
            self._rest = zlib.compress(history.json_text(rest).encode("utf-8", "surrogatepass"), _QUICK)

    def events(self) -> list[dict[str, Any]]:
        """Return the events."""
        events: list[dict[str, Any]] = _read(self._events)
        return events

    def run(self, program: Program) -> Run:
        """Return the run again. ValueError: it has succeeded, and is not kept."""
        if self._rest is None:
            raise ValueError("Of an execution that succeeded only its history is kept.")
        return stored.from_json(program, {**_read(self._rest), "events": self.events()})


def _read(packed: bytes) -> Any:
    return json.loads(zlib.decompress(packed).decode("utf-8", "surrogatepass"))
