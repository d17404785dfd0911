"""All that this project changes in moto 5.2.5's services, in one list; Step Functions is our own (stepfunctions/).

Each entry's module says why in its first lines. tests/localcloud holds a test for each adaptation that
fails when moto no longer needs it: then delete the adaptation. (Lambda's workers: functions/lambdas.py.)
"""

from sagalab.localcloud.durable import service as durable
from sagalab.localcloud.services import (
    attribute_values,
    dynamodb,
    first_requests,
    inside,
    kept_messages,
    packed_rows,
    parsed_expressions,
    queues,
    refused_messages,
    untracked_models,
)
from sagalab.localcloud.stepfunctions import service, tagged

ADAPTATIONS = (
    untracked_models.install,
    first_requests.install,
    inside.install,
    durable.install,
    service.install,
    tagged.install,
    dynamodb.install,
    attribute_values.install,
    parsed_expressions.install,
    packed_rows.install,
    queues.install,
    refused_messages.install,
    kept_messages.install,
)


def install() -> None:
    """Adapt moto in this process. Call it once before the server starts; a second call changes nothing."""
    for adapt in ADAPTATIONS:
        adapt()
