"""The notifications' topic and queues as parts of a deployment."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sagalab.cloud.retrying import NAME_STILL_TAKEN, patiently, unless
from sagalab.deploying.part import Part

_JSON_ATTRIBUTES = ("Policy", "RedrivePolicy")


@dataclass
class Topic(Part):
    """An SNS topic that delivers to one queue: raw, so that a message's body is what the saga published."""

    arn: str
    queue_arn: str

    kind = "topic"
    missing_codes = ("NotFound", "NotFoundException", "ResourceNotFound", "ResourceNotFoundException")

    def _client(self):
        return self.cloud.client("sns")

    def tags(self) -> Mapping[str, str] | None:
        if unless(self.missing_codes, self._client().get_topic_attributes, TopicArn=self.arn) is None:
            return None
        found = unless(self.missing_codes, self._client().list_tags_for_resource, ResourceArn=self.arn)
        return None if found is None else {tag["Key"]: tag["Value"] for tag in found["Tags"]}

    def create(self) -> None:
        self._client().create_topic(Name=self.name, Tags=self.tag_list)
        self._subscribe()

    def differences(self) -> list[str]:
        subscribed = any(found["Endpoint"] == self.queue_arn for found in self._subscriptions())
        return [] if subscribed else ["subscription"]

    def mend(self, differences: list[str]) -> None:
        self._subscribe()

    def _subscribe(self) -> None:
        self._client().subscribe(
            TopicArn=self.arn,
            Protocol="sqs",
            Endpoint=self.queue_arn,
            Attributes={"RawMessageDelivery": "true"},
            ReturnSubscriptionArn=True,
        )

    def _subscriptions(self) -> list[dict[str, str]]:
        pages = self._client().get_paginator("list_subscriptions_by_topic").paginate(TopicArn=self.arn)
        return [found for page in pages for found in page["Subscriptions"]]

    def delete(self) -> None:
        for found in self._subscriptions():
            if found["SubscriptionArn"].startswith("arn:"):  # else it waits for a confirmation
                self._client().unsubscribe(SubscriptionArn=found["SubscriptionArn"])
        self._client().delete_topic(TopicArn=self.arn)


@dataclass
class Queue(Part):
    """An SQS queue with these attributes."""

    attributes: dict[str, str]

    kind = "queue"
    missing_codes = ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist")
    exists_codes = ("QueueNameExists", "QueueAlreadyExists")

    def _client(self):
        return self.cloud.client("sqs")

    def url(self) -> str | None:
        """Return the queue's URL, or None when it is not there."""
        found = unless(self.missing_codes, self._client().get_queue_url, QueueName=self.name)
        return None if found is None else found["QueueUrl"]

    def tags(self) -> Mapping[str, str] | None:
        url = self.url()
        found = url and unless(self.missing_codes, self._client().list_queue_tags, QueueUrl=url)
        return found.get("Tags", {}) if found else None

    def create(self) -> None:
        """Create it; SQS keeps a deleted queue's name for 60 s, so the call is repeated meanwhile."""
        patiently(
            NAME_STILL_TAKEN,
            self._client().create_queue,
            QueueName=self.name,
            Attributes=self.attributes,
            tags=self.own_tags,
        )

    def differences(self) -> list[str]:
        answer = self._client().get_queue_attributes(QueueUrl=self.url(), AttributeNames=["All"])
        current = answer["Attributes"]
        return [
            key
            for key, value in self.attributes.items()
            if _value(key, current.get(key)) != _value(key, value)
        ]

    def mend(self, differences: list[str]) -> None:
        attributes = {key: self.attributes[key] for key in differences}
        self._client().set_queue_attributes(QueueUrl=self.url(), Attributes=attributes)

    def delete(self) -> None:
        url = self.url()
        if url is not None:
            self._client().delete_queue(QueueUrl=url)


def _value(key: str, text: str | None) -> Any:
    """Return an attribute's value so that two spellings of the same JSON are equal."""
    if not text or key not in _JSON_ATTRIBUTES:
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text  # an emulator's: then it differs
