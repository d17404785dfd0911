"""Step Functions as one of the server's services: requests go to our API (api/dispatch.py), not to moto's."""

import json
from collections.abc import Mapping
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.request import Request
from moto.events import notifications

from sagalab.localcloud.services import inside
from sagalab.localcloud.stepfunctions.api.dispatch import Answer, Api


class StepFunctions:
    """Takes requests as the server's other services do."""

    api = Api(DEFAULT_ACCOUNT_ID)

    @classmethod
    def dispatch(cls, request: Request, url: str, headers: Mapping[str, str]) -> Answer:
        """Return the answer to a signed request, whose signature names the region."""
        _, _, region, *_ = headers["Authorization"].split("/")
        return cls.api.answer(headers["X-Amz-Target"], request.get_data(), region)


def _start(account_id: str, region: str, sfn_arn: str, event: Any) -> None:
    """Start a machine that a rule of EventBridge has as its target, as moto would one of its own."""
    given = {"stateMachineArn": sfn_arn, "input": json.dumps(event)}
    StepFunctions.api.handle("StartExecution", given, region)


def install() -> None:
    """Let what is meant for Step Functions come here: the server's requests, and events of moto's EventBridge."""
    inside.SERVICES["states"] = StepFunctions
    notifications._start_sfn_execution = _start
