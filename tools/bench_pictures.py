"""How quick a saga's picture is: from the definition to the finished SVG, with `dot` as a process of its own."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from sagalab.deploying.machines import definition
from sagalab.pictures.diagram import diagram
from tools.bench import Bar

_TIMES = 20


@dataclass(frozen=True)
class PictureFigures:
    """What was measured: milliseconds of wall time, the median of twenty."""

    saga_picture_ms: float
    hardened_picture_ms: float


PICTURE_BARS = (
    Bar("saga_picture_ms", "Picture of the seed's saga", "ms", 50.0),
    Bar("hardened_picture_ms", "Picture of the hardened saga", "ms", 50.0),
)


def measure(say: Callable[[str], None] = lambda text: None) -> PictureFigures:
    """Draw both sagas again and again; `say` hears what is going on."""
    say("drawing the sagas")
    return PictureFigures(saga_picture_ms=_median("saga"), hardened_picture_ms=_median("hardened"))


def _median(machine: str) -> float:
    body = definition(machine)
    times = []
    for _ in range(_TIMES):
        begun = time.perf_counter()
        diagram(body).svg()
        times.append(time.perf_counter() - begun)
    return 1000 * statistics.median(times)
