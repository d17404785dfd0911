"""An AWS account's token buckets, between a cloud and those who use it: what is over them is refused as AWS does."""

import json
import threading
import time
from collections import Counter

from botocore.awsrequest import AWSResponse

# Bucket and refill a second: Step Functions developer guide, "Quotas related to API action throttling".
QUOTAS = {
    "StartExecution": (800, 150),
    "DescribeExecution": (300, 15),
    "GetExecutionHistory": (400, 20),
    "DescribeStateMachine": (200, 20),
    "DescribeStateMachineForExecution": (200, 1),
    "ListExecutions": (100, 5),
}


class Account:
    """The buckets of an account, and what was asked of it and refused."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.throttled: Counter[str] = Counter()
        self._lock, self._last = threading.Lock(), time.monotonic()
        self._left = {name: bucket for name, (bucket, _) in QUOTAS.items()}

    def stand_between(self, request, **_):
        name = request.headers["X-Amz-Target"].decode().rpartition(".")[2]
        with self._lock:
            now = time.monotonic()
            for each, (bucket, refill) in QUOTAS.items():
                grown = self._left[each] + (now - self._last) * refill
                self._left[each] = min(bucket, grown)
            self._last = now
            self.asked[name] += 1
            if self._left.get(name, 1) >= 1:
                if name in self._left:
                    self._left[name] -= 1
                return None
            self.throttled[name] += 1
        body = json.dumps({"__type": "ThrottlingException", "message": "Rate exceeded"}).encode()
        return AWSResponse(request.url, 400, {}, _Raw(body))


class _Raw:
    def __init__(self, body: bytes):
        self._body = body

    def stream(self, *_, **__):
        yield self._body
