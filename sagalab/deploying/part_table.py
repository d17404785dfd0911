"""DynamoDB tables, on demand, as parts of a deployment."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sagalab.cloud.retrying import BUSY, patiently, unless
from sagalab.deploying.part import Part

_POLL = {"Delay": 1, "MaxAttempts": 120}


@dataclass
class Table(Part):
    """A table with a hash key of strings; `index` = (hash, range) adds the global index orderIDIndex."""

    key: str
    index: tuple[str, str] | None = None
    _active: bool = field(default=False, repr=False, compare=False)  # when `tags` looked last

    kind = "table"
    missing_codes = ("ResourceNotFoundException",)
    exists_codes = ("ResourceInUseException",)

    def _client(self):
        return self.cloud.client("dynamodb")

    def tags(self) -> Mapping[str, str] | None:
        found = unless(self.missing_codes, self._client().describe_table, TableName=self.name)
        if found is None:
            return None
        self._active = found["Table"]["TableStatus"] == "ACTIVE"
        if found["Table"]["TableStatus"] == "DELETING":
            self._wait("table_not_exists")
            return None
        pages = unless(
            self.missing_codes, self._client().list_tags_of_resource, ResourceArn=found["Table"]["TableArn"]
        )
        return {tag["Key"]: tag["Value"] for tag in (pages or {}).get("Tags", [])}

    def create(self) -> None:
        attributes = [self.key, *(self.index or ())]
        arguments = {
            "TableName": self.name,
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in attributes],
            "KeySchema": [{"AttributeName": self.key, "KeyType": "HASH"}],
            "Tags": self.tag_list,
        }
        if self.index:
            hash_key, range_key = self.index
            arguments["GlobalSecondaryIndexes"] = [
                {
                    "IndexName": "orderIDIndex",
                    "KeySchema": [
                        {"AttributeName": hash_key, "KeyType": "HASH"},
                        {"AttributeName": range_key, "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ]
        self._client().create_table(**arguments)
        self._wait("table_exists")

    def differences(self) -> list[str]:
        """Nothing of a table changes once it is made."""
        return []

    def mend(self, differences: list[str]) -> None:
        """Nothing differs."""

    def update(self) -> bool:
        """Wait for a table that is still being created."""
        if not self._active:
            self._wait("table_exists")
        return super().update()

    def delete(self) -> None:
        patiently(BUSY, self._client().delete_table, TableName=self.name)
        self._wait("table_not_exists")

    def _wait(self, event: str) -> None:
        self._client().get_waiter(event).wait(TableName=self.name, WaiterConfig=_POLL)
