"""The notifications that came: drained from the queue into a file of this clone, so that none is lost.

A queue hands a message to one reader. The file lets a second notebook, or a restarted kernel, see what an
earlier one has taken from the queue. Messages are deleted from the queue only after they are in the file.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sagalab.cloud.aws_errors import explained
from sagalab.project import private_opener

if TYPE_CHECKING:
    from sagalab.deploying.deployment import Deployment

AT_ONCE = 10  # the most that SQS hands out in one call (ReceiveMessage, MaxNumberOfMessages)
WAIT_SECONDS = 2  # on AWS: a notification reaches its queue within some tenths of a second


@dataclass(frozen=True)
class Notification:
    """One message of the saga: `body` is its JSON (or text), `sent` the time the queue got it (UTC)."""

    message_id: str
    sent: datetime
    body: Any

    @property
    def order_id(self) -> str | None:
        """The order that the message is about, or None when it does not say."""
        return self.body.get("order_id") if isinstance(self.body, dict) else None


@explained
def notifications(deployment: "Deployment", order_id: str | None = None) -> list[Notification]:
    """Return the notifications that came so far, oldest first: all, or those of one order."""
    _drain(deployment)
    found: dict[str, Notification] = {}
    path = deployment.inbox_file
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            note = _read(line)
            if note is not None and (order_id is None or note.order_id == order_id):
                found[note.message_id] = note
    return sorted(found.values(), key=lambda note: note.sent)


def _drain(deployment: "Deployment") -> None:
    """Take every waiting message: first into the file, then off the queue.

    On AWS a call without waiting asks some of SQS's servers only, and may come back empty while messages wait;
    one that waits asks all (Amazon SQS developer guide, "Amazon SQS short and long polling"). A local queue hands out
    all that it has, up to ten: less than that is the rest.
    """
    seconds = 0 if deployment.cloud.is_local else WAIT_SECONDS
    sqs = deployment.cloud.client("sqs")
    while True:
        messages = sqs.receive_message(
            QueueUrl=deployment.queue_url,
            MaxNumberOfMessages=AT_ONCE,
            WaitTimeSeconds=seconds,
            MessageSystemAttributeNames=["SentTimestamp"],
        ).get("Messages", [])
        if not messages:
            return
        with open(deployment.inbox_file, "a", encoding="utf-8", opener=private_opener) as file:
            for message in messages:
                file.write(json.dumps(_record(message)) + "\n")
        sqs.delete_message_batch(
            QueueUrl=deployment.queue_url,
            Entries=[
                {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]}
                for number, message in enumerate(messages)
            ],
        )
        if deployment.cloud.is_local and len(messages) < AT_ONCE:
            return


def _record(message: dict[str, Any]) -> dict[str, Any]:
    sent = int(message["Attributes"]["SentTimestamp"]) / 1000
    return {"message_id": message["MessageId"], "sent": sent, "body": message["Body"]}


def _read(line: str) -> Notification | None:
    """Read one line of the file; a line cut short by a crash is passed over: its message is still queued."""
    try:
        record = json.loads(line)
    except ValueError:
        return None
    try:
        body = json.loads(record["body"])
    except ValueError:
        body = record["body"]
    return Notification(record["message_id"], datetime.fromtimestamp(record["sent"], UTC), body)
