"""What AWS answers or raises, in words: nobody meets a traceback, and a failed read is never taken for an answer."""

import pytest
from botocore import exceptions
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from sagalab.cloud.aws_errors import explain, explained
from sagalab.cloud.retrying import THROTTLED
from sagalab.errors import SagaLabError

THERE = {"endpoint_url": "https://states.eu-west-1.amazonaws.com/"}
ACCOUNT = "123456789012"


@pytest.fixture(autouse=True)
def on_aws(monkeypatch):
    monkeypatch.setenv("SAGALAB_CLOUD", "aws")


def answer(code: str, message: str = "") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "ListStateMachines")


def waited(**last) -> exceptions.WaiterError:
    return exceptions.WaiterError("TableExists", "Max attempts exceeded", last)


@pytest.mark.parametrize(
    ("error", "what", "cure"),
    [
        (answer("ExpiredToken"), "credentials have expired", "Log in"),
        (answer("InvalidClientTokenId"), "does not know these credentials", "Log in"),
        (answer("AccessDenied"), "does not allow", "deployer-policy"),
        (answer("LimitExceeded"), "reached a limit", "quota"),
        (answer("ServiceUnavailable"), "could not answer", "some minutes"),
        (answer("InternalError"), "could not answer", "some minutes"),
        (answer("OptInRequired"), "not signed up for", "enable the region"),
        (answer("503"), "could not answer", "some minutes"),
        (answer("InternalServerException"), "could not answer", "some minutes"),
        (answer("RegionDisabledException"), "not signed up", "enable the region"),
        (answer("ExecutionLimitExceeded"), "reached a limit", "quota"),
        (answer("KMSAccessDeniedException"), "does not allow", "deployer-policy"),
        (answer("RequestTimeTooSkewed"), "clock is wrong", "Set the clock"),
        (answer("InvalidSignatureException", "Signature expired: 20260101"), "clock is wrong", "Set the clock"),
        (answer("InvalidSignatureException", "does not match"), "does not know", "Log in"),
        (answer("NeverHeardOf", f"no {ACCOUNT}"), r"refuses .* \(NeverHeardOf\): no •{8}9012", "look the error up"),
        (waited(Error={"Code": "ThrottlingException"}), "more calls", "Wait a minute"),
        (waited(Error={"Code": "AccessDenied"}), "does not allow TableExists", "deployer-policy"),
        (waited(Table={}), "still busy", "Run it again"),
        (exceptions.ReadTimeoutError(**THERE), "broke off", "network"),
        (exceptions.ConnectionClosedError(**THERE), "broke off", "network"),
        (exceptions.ProxyConnectionError(proxy_url="http://proxy"), "broke off", "the proxy"),
        (exceptions.SSLError(**THERE, error="self-signed"), "broke off", "the proxy"),
        (ResponseParserError("not well-formed: '<html>Log in to the Wi-Fi"), "broke off", "network"),
        (exceptions.LoginRefreshRequired(), "session with AWS has ended", "Log in"),
        (exceptions.UnauthorizedSSOTokenError(), "session with AWS has ended", "Log in"),
        (exceptions.ConfigParseError(path="config"), "cannot be read", "Log in"),
        (exceptions.RefreshWithMFAUnsupportedError(), "cannot be read", "Log in"),
        (exceptions.InvalidRegionError(region_name="eu west 1"), "no AWS region", "AWS_REGION"),
        (exceptions.InvalidRetryModeError(provided_retry_mode="x", valid_modes=()), "means nothing", "AWS_"),
        *((answer(code), "more calls from this account", "Wait a minute") for code in THROTTLED),
    ],
)  # fmt: skip
def test_it_is_said_with_its_cure(error, what, cure):
    @explained
    def fails():
        raise error

    with pytest.raises(SagaLabError, match=what) as said:
        fails()
    assert cure in said.value.cure and ACCOUNT not in str(said.value)


def test_a_mistake_of_ours_keeps_its_traceback():
    assert explain(exceptions.ParamValidationError(report="x")) is None


def test_on_the_local_cloud_nothing_is_said_of_aws(monkeypatch):
    monkeypatch.setenv("SAGALAB_CLOUD", "local")
    assert explain(answer("ThrottlingException")) is None
