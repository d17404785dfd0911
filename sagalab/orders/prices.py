"""List prices of AWS: one table, dated, with its sources. No other file holds a price.

US dollars without tax, region US East (N. Virginia), first tier, without any free tier. Each was held against stored
copies of public pages: AWS's own for Step Functions, Lambda and X-Ray, other publishers' for the rest; the newest of them
are of PRICES_OF. Prices change, and other regions cost up to a half more: check them at the sources before you rely on a
figure.
"""

from dataclasses import dataclass

PRICES_OF = "2026-06"
REGION = "us-east-1"


@dataclass(frozen=True)
class Price:
    """The price of `per` units of something that AWS counts."""

    service: str
    unit: str
    dollars: float
    per: int
    source: str

    def of(self, amount: float) -> float:
        """Return what so many units cost, in US dollars."""
        return self.dollars * amount / self.per


_MILLION = 1_000_000
_LAMBDA = "https://aws.amazon.com/lambda/pricing/"
_DYNAMODB = "https://aws.amazon.com/dynamodb/pricing/on-demand/"
PRICES = {
    "transitions": Price(
        "Step Functions", "state transitions", 0.025, 1_000, "https://aws.amazon.com/step-functions/pricing/"
    ),
    # read on 2026-09-20 by a public transcript of that page: github.com/api-evangelist/aws-lambda, plans/. What is written and
    # kept is priced too; of an order these are some kilobytes, a thousand of them well below a cent, and not counted here.
    "operations": Price("Lambda", "durable operations", 8.00, _MILLION, _LAMBDA),
    "invocations": Price("Lambda", "requests", 0.20, _MILLION, _LAMBDA),
    "gb_seconds": Price("Lambda", "GB-seconds (x86)", 0.0000166667, 1, _LAMBDA),
    "writes": Price("DynamoDB", "write request units", 0.625, _MILLION, _DYNAMODB),
    "reads": Price("DynamoDB", "read request units", 0.125, _MILLION, _DYNAMODB),
    "publishes": Price("SNS", "requests", 0.50, _MILLION, "https://aws.amazon.com/sns/pricing/"),
    "queue_requests": Price("SQS", "requests", 0.40, _MILLION, "https://aws.amazon.com/sqs/pricing/"),
    "log_gb": Price("CloudWatch Logs", "GB taken in", 0.50, 1, "https://aws.amazon.com/cloudwatch/pricing/"),
    "traces": Price("X-Ray", "traces recorded", 5.00, _MILLION, "https://aws.amazon.com/xray/pricing/"),
}
