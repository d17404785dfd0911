"""Signatures: what botocore signs is accepted, and anything else in the request is not."""

import hashlib

import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from sagalab.localcloud.signatures import Signed, Unsigned, verify

ID, SECRET = "LOCALSOMEBODY", "not-told"
REQUESTS = [
    ("POST", "/", b"{}", "dynamodb"),
    (
        "GET",
        "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A1%3Afunction%3Af?Qualifier=%24LATEST&A=",
        b"",
        "lambda",
    ),
    ("POST", "/2015-03-31/functions/a~b_c/invocations", b'{"a": 1}', "lambda"),
    ("PUT", "/bucket/a%20b/%C3%BC%2Bc~%3Fd%26e%3Df//x?uploadId=b&partNumber=2", b"body", "s3"),
]


def signed(method: str, target: str, body: bytes, service: str, **given: str) -> dict[str, str]:
    headers = {"Host": "127.0.0.1:1", "X-Amz-Target": "  Some   thing ", **given}
    request = AWSRequest(method, f"http://127.0.0.1:1{target}", headers, body)
    signer = S3SigV4Auth if service == "s3" else SigV4Auth
    signer(Credentials(ID, SECRET), service, "us-east-1").add_auth(request)
    return {name.lower(): value for name, value in request.headers.items()}


class _Known(dict):
    def __call__(self, key_id: str, token: str) -> str | None:
        return self.get((key_id, token))


known = _Known({(ID, ""): SECRET, ("ROLE", "its token"): SECRET})


@pytest.mark.parametrize(("method", "target", "body", "service"), REQUESTS)
def test_what_botocore_signs_is_accepted_and_nothing_else_of_it(method, target, body, service):
    headers = signed(method, target, body, service)
    assert verify(method, target, headers, body, known) == Signed(ID, service, "us-east-1")
    changed = [
        ("PATCH", target, headers, body),
        (method, target + "x", headers, body),
        (method, target, headers | {"host": "127.0.0.1:2"}, body),
        (method, target, headers | {"x-amz-target": "Another"}, body),
        (method, target, headers | {"x-amz-date": "20200101T000000Z"}, body),
        (method, target, headers, body + b" "),
    ]
    for each in changed:
        with pytest.raises(Unsigned) as refused:
            verify(*each, known)
        assert refused.value.kind == "wrong signature" and refused.value.service == service


def test_a_signature_of_long_ago_is_refused(monkeypatch):
    headers = signed("POST", "/", b"", "sqs")
    monkeypatch.setattr("sagalab.localcloud.signatures._SKEW_SECONDS", -1)
    with pytest.raises(Unsigned, match="expired"):
        verify("POST", "/", headers, b"", known)


def test_a_header_that_is_no_signature_is_none():
    right = signed("POST", "/", b"", "sqs")["authorization"]
    for wrong in ["", "Basic YTpi", "AWS4-HMAC-SHA256", right + "0", right.replace("SQS", ""), right.upper()]:
        with pytest.raises(Unsigned):
            verify("POST", "/", {"authorization": wrong}, b"", known)


def test_the_host_has_to_be_signed_and_a_hash_to_be_the_body_s():
    digest = hashlib.sha256(b"another").hexdigest()
    headers = signed("PUT", "/bucket/key", b"body", "s3") | {"x-amz-content-sha256": digest}
    with pytest.raises(Unsigned):
        verify("PUT", "/bucket/key", headers, b"body", known)
