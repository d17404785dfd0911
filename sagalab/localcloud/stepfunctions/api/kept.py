"""Which ended executions are kept: the newest 5,000 of a region.

AWS keeps them for 90 days: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
"""

from typing import TYPE_CHECKING

from sagalab.localcloud.stepfunctions.api.execution import Execution

if TYPE_CHECKING:
    from sagalab.localcloud.stepfunctions.api.store import Place

KEPT = 5000


def ended(execution: Execution, place: "Place") -> None:
    """Count an execution that ended; forget the oldest when there are too many."""
    with place.lock:
        place.ended[execution.arn] = execution
        while len(place.ended) > KEPT:
            _, oldest = place.ended.popitem(last=False)
            place.executions.pop(oldest.arn, None)
            oldest.machine.executions.pop(oldest.arn, None)
            if oldest.map_run is not None:
                place.map_run_children[oldest.map_run].pop(oldest.arn, None)
            place.driver.forget(oldest.driven)


def again(execution: Execution, place: "Place") -> None:
    """An execution that ended runs again: it is redriven."""
    with place.lock:
        place.ended.pop(execution.arn, None)
