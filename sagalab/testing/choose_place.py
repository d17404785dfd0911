"""The place that `--asl-on` names. What belongs to a cloud is imported only for it."""

from sagalab.errors import SagaLabError
from sagalab.testing.places import Place, Rehearsal

REHEARSAL, LOCAL, AWS = "rehearsal", "local", "aws"
PLACES = (REHEARSAL, LOCAL, AWS)


def place(name: str) -> Place:
    """Return a place by its name, one of PLACES.

    Raises SagaLabError for another, and for the local cloud where SAGALAB_CLOUD says aws.
    """
    if name == REHEARSAL:
        return Rehearsal()
    if name == LOCAL:
        from sagalab.testing.on_local import OnLocal

        return OnLocal()
    if name == AWS:
        from sagalab.testing.on_aws import OnAws

        return OnAws()
    raise SagaLabError(f"There is no place {name!r} to run tests in.", f"Take one of: {', '.join(PLACES)}.")
