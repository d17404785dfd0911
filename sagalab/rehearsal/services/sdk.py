"""boto3 for functions in this process: clients whose calls the running invocation answers."""

import threading
from functools import lru_cache
from typing import Any

import boto3

from sagalab.errors import SagaLabError
from sagalab.rehearsal.services.invocation import current
from sagalab.rehearsal.services.refused import Refused

SERVED = ("dynamodb", "sns")
_making = threading.Lock()


def client(service_name: str, *args: Any, **options: Any) -> Any:
    """Return a client of DynamoDB or SNS; other services are not in a rehearsal (SagaLabError)."""
    if service_name not in SERVED:
        raise SagaLabError(
            f"A function asks boto3 for {service_name}, which is not there in a rehearsal.",
            f"There are {' and '.join(SERVED)}; run it on the local cloud instead.",
        )
    with _making:
        return _client(service_name)


@lru_cache(maxsize=len(SERVED))
def _client(service_name: str) -> Any:
    """Make a client once a process: reading a service's model takes long. Nothing is ever sent."""
    session = boto3.Session(
        aws_access_key_id="rehearsal", aws_secret_access_key="rehearsal", region_name="us-east-1"
    )
    made = session.client(service_name)

    def call(operation_name: str, request: dict[str, Any]) -> dict[str, Any]:
        try:
            answer = current().api(service_name, operation_name, request)
        except Refused as refused:
            response = {
                "Error": {"Code": refused.code, "Message": refused.message},
                "ResponseMetadata": {"HTTPStatusCode": 400, "RetryAttempts": 0},
                **refused.more,
            }
            raise made.exceptions.from_code(refused.code)(response, operation_name) from None
        return {**answer, "ResponseMetadata": {"HTTPStatusCode": 200, "RetryAttempts": 0}}

    made._make_api_call = call
    return made
