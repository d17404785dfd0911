"""Messages that SNS, SQS and EventBridge refuse, in AWS's words.

Why: moto 5.2.5 publishes without a message, answers Python's own words to a topic that is no ARN, takes characters
that no SQS message may have, and takes events in the name of AWS's own services.
Source: the services' answers as people report them, https://docs.aws.amazon.com/sns/latest/api/API_Publish.html,
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html and
https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html (NotAuthorizedForSource).
"""

import functools
import json
import re
from typing import Any

from moto.events.responses import EventsHandler
from moto.sns.exceptions import SNSInvalidParameter
from moto.sns.models import SNSBackend
from moto.sqs.exceptions import SQSException
from moto.sqs.models import SQSBackend

_publish = SNSBackend.publish
_send_message = SQSBackend.send_message

_MOST_OF_A_SUBJECT = 100
_NOT_YOURS = {
    "ErrorCode": "NotAuthorizedForSourceException",
    "ErrorMessage": "Not authorized for the source.",
}
_NO_CHARACTER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@functools.wraps(_publish)
def _published(self: SNSBackend, message: str, arn: str | None, *given: Any, **named: Any) -> str:
    problem = _problem(message, arn, named)
    if problem:
        raise SNSInvalidParameter(f"Invalid parameter: {problem}")
    return _publish(self, message, arn, *given, **named)


def _problem(message: str, arn: str | None, named: dict[str, Any]) -> str | None:
    if not message:
        return "Empty message"
    subject = named.get("subject")
    if subject is not None and not 0 < len(subject) <= _MOST_OF_A_SUBJECT:
        return "Subject"
    if arn is None:
        return (
            None
            if named.get("phone_number")
            else "TopicArn or TargetArn Reason: no value for required parameter"
        )
    parts = len(arn.split(":"))
    if parts < 6:
        return f"TopicArn Reason: An ARN must have at least 6 elements, not {parts}"
    if named.get("message_structure") == "json":
        try:
            bodies = json.loads(message)
        except ValueError:
            return "Message Structure - JSON message body failed to parse"
        if not isinstance(bodies, dict) or not isinstance(bodies.get("default"), str):
            return "Message Structure - No default entry in JSON message body"
    return None


@functools.wraps(_send_message)
def _sent(self: SQSBackend, queue_name: str, message_body: str, *given: Any, **named: Any) -> Any:
    if isinstance(message_body, str) and _NO_CHARACTER.search(message_body):
        raise SQSException(
            "InvalidMessageContents",
            "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | "
            "#xE000 to #xFFFD | #x10000 to #x10FFFF",
        )
    return _send_message(self, queue_name, message_body, *given, **named)


def _put_events(self: EventsHandler) -> str:
    """Answer PutEvents. The services of this cloud put theirs past it, and these are of `aws.…`."""
    events = self._get_param("Entries")
    refused = [str(event.get("Source", "")).startswith("aws.") for event in events]
    rest = [event for event, is_refused in zip(events, refused, strict=True) if not is_refused]
    taken = iter(self.events_backend.put_events(rest))
    entries = [dict(_NOT_YOURS) if is_refused else next(taken) for is_refused in refused]
    failed = sum("ErrorCode" in entry for entry in entries)
    return json.dumps({"FailedEntryCount": failed, "Entries": entries})


def install() -> None:
    """Install this file's adaptations into moto."""
    SNSBackend.publish = _published
    SQSBackend.send_message = _sent
    EventsHandler.put_events = _put_events
