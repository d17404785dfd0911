"""`machine`: the mark that tells a test which state machine it is of, and what its run starts with."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sagalab.testing.mocks import Mocks

NAME = "asl_machine"


def machine(
    file: str | Path,
    *,
    input: Any = None,
    mocks: Mocks | None = None,
    faults: Mocks | None = None,
    seed: int | str = 0,
) -> Any:
    """Return a pytest mark: the test is of the state machine in `file` (a path beside the test's own file).

    The test takes `run` (call it: `run(input, mocks={…})`), `execution` (the run with what stands here), or
    `state` (call it: `state("Charge", input, mock=…)`). `input`: a JSON value, or a Path of a JSON file
    beside the test. `mocks`, `faults` and `seed` as for `rehearse`. Also for a class, or for a whole file:
    `pytestmark = machine("saga.asl.json")`.
    """
    import pytest  # who only reads coverage has no need of it

    given: Mapping[str, Any] = {"input": input, "mocks": mocks, "faults": faults, "seed": seed}
    return getattr(pytest.mark, NAME).with_args(file, **given)
