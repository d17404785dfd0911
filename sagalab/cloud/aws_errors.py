"""Errors of AWS itself in plain words, each with its cure: credentials, region, permissions, network."""

import functools
import socket
import time
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urlsplit

from botocore import exceptions
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from sagalab import settings
from sagalab.cloud.accounts import mask_accounts
from sagalab.cloud.retrying import THROTTLED
from sagalab.errors import SagaLabError

P = ParamSpec("P")
R = TypeVar("R")

_LOCAL = "or leave SAGALAB_CLOUD out for the local cloud."
_LOG_IN = f"Log in (`aws sso login` or `aws configure`), {_LOCAL}"
_LOOK_AT_NETWORK = f"Look at the network, the proxy and the spelling of the region, {_LOCAL}"

_EXPIRED = ("ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired")
_UNKNOWN = (
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "SignatureDoesNotMatch",
    "InvalidSignatureException",
    "AuthFailure",
    "InvalidAccessKeyId",
    "IncompleteSignature",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
)
_DENIED = (
    "AccessDenied",
    "AccessDeniedException",
    "AuthorizationError",
    "AuthorizationErrorException",
    "KMSAccessDeniedException",
    "KmsAccessDeniedException",
    "NotAuthorized",
    "UnauthorizedOperation",
)
_TOO_MANY = (
    "CodeStorageExceededException",
    "ExecutionLimitExceeded",
    "LimitExceeded",
    "LimitExceededException",
    "ServiceQuotaExceededException",
    "StateMachineLimitExceeded",
)
_AILING = (
    # an answer without a code, from what stands before a service, is called by its status
    "500",
    "502",
    "503",
    "504",
    "InternalError",
    "InternalFailure",
    "InternalServerError",
    "InternalServerErrorException",
    "InternalServerException",
    "RequestTimeout",
    "RequestTimeoutException",
    "ServiceException",
    "ServiceFailure",
    "ServiceUnavailable",
    "ServiceUnavailableException",
)
_NOT_SIGNED_UP = ("OptInRequired", "RegionDisabledException", "SubscriptionRequiredException")
_WRONG_CLOCK = ("RequestInTheFuture", "RequestTimeTooSkewed")
_CLOCK_SAYS = ("Signature expired", "Signature not yet current")  # an InvalidSignatureException's message

# what AWS raises, and what did not come as AWS answers at all (a portal of a Wi-Fi, for example)
_RAISED = (BotoCoreError, ClientError, ResponseParserError)
_ENDED = (exceptions.SSOError, exceptions.TokenRetrievalError, exceptions.LoginError)
_UNREADABLE = (
    exceptions.ConfigNotFound,
    exceptions.ConfigParseError,
    exceptions.CredentialRetrievalError,
    exceptions.InvalidConfigError,
    exceptions.MetadataRetrievalError,
    exceptions.MissingDependencyException,
    exceptions.NoAuthTokenError,
    exceptions.RefreshWithMFAUnsupportedError,
    exceptions.UnknownCredentialError,
)
_WRONG_REGION = (
    exceptions.InvalidRegionError,
    exceptions.ServiceNotInRegionError,
    exceptions.UnknownEndpointError,
    exceptions.UnknownRegionError,
)
_WRONG_SETTING = (
    exceptions.EndpointProviderError,
    exceptions.InvalidDefaultsMode,
    exceptions.InvalidRetryConfigurationError,
)
_BROKEN_OFF = (
    exceptions.ConnectionError,  # with it timeouts, proxies, certificates
    exceptions.HTTPClientError,
    exceptions.IncompleteReadError,
    ResponseParserError,
)


def explain(error: Exception) -> SagaLabError | None:
    """Return the error in plain words, None when it is not one that a person can cure, or not of AWS.

    The names are botocore's exceptions and the "Common errors" of each service's API reference. What AWS
    answers is said in its own words where it is none of these.
    """
    if not settings.on_aws():
        return None
    if isinstance(error, ClientError):
        return _answered(error)
    if isinstance(error, exceptions.WaiterError):
        return _waited(error)
    if isinstance(error, exceptions.NoCredentialsError | exceptions.PartialCredentialsError):
        return SagaLabError("There are no AWS credentials here.", _LOG_IN)
    if isinstance(error, exceptions.ProfileNotFound):
        return SagaLabError(f"{error}.", "Set AWS_PROFILE to a profile of `aws configure list-profiles`.")
    if isinstance(error, exceptions.NoRegionError):
        return no_region()
    if isinstance(error, _WRONG_REGION):
        return SagaLabError(
            f"That is no AWS region: {_sentence(error)}", f"Set AWS_REGION, for example eu-west-1, {_LOCAL}"
        )
    if isinstance(error, _WRONG_SETTING):
        return SagaLabError(
            f"An AWS setting means nothing: {_sentence(error)}", f"Correct the variable AWS_…, {_LOCAL}"
        )
    if isinstance(error, _ENDED):
        return SagaLabError("The session with AWS has ended.", _LOG_IN)
    if isinstance(error, _UNREADABLE):
        return SagaLabError(f"The AWS credentials cannot be read: {_sentence(error)}", _LOG_IN)
    if isinstance(error, exceptions.EndpointConnectionError | exceptions.ConnectTimeoutError):
        return SagaLabError("AWS does not answer.", _LOOK_AT_NETWORK)
    if isinstance(error, _BROKEN_OFF):
        return SagaLabError(f"The talk with AWS broke off: {_sentence(error)}", _LOOK_AT_NETWORK)
    return None


def _sentence(error: Exception) -> str:
    """Return the first line of an error's words, as a sentence without account ids."""
    words = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return mask_accounts(words).rstrip(".") + "."


def _waited(error: exceptions.WaiterError) -> SagaLabError:
    """Return why a wait for AWS ended: an answer that was none, or that it took too long."""
    last = error.last_response or {}
    if "Error" in last:
        return _answered(ClientError(last, error.kwargs["name"]))
    return SagaLabError(
        f"AWS is still busy ({error.kwargs['name']}: {error.kwargs['reason']}).",
        "Run it again in a minute: it goes on where it stopped.",
    )


def no_region() -> SagaLabError:
    """Return the error for a session without a region."""
    return SagaLabError("No AWS region is set.", "Set AWS_REGION, for example AWS_REGION=eu-west-1.")


def _answered(error: ClientError) -> SagaLabError:
    code = error.response.get("Error", {}).get("Code", "")
    if code in _EXPIRED:
        return SagaLabError("The AWS credentials have expired.", _LOG_IN)
    if code in _WRONG_CLOCK or any(words in _without_account(error) for words in _CLOCK_SAYS):
        return SagaLabError(
            f"AWS refuses {error.operation_name}: this computer's clock is wrong ({code}).",
            "Set the clock, then run it again.",
        )
    if code in _UNKNOWN:
        return SagaLabError(f"AWS does not know these credentials ({code}).", _LOG_IN)
    if code in _DENIED:
        return SagaLabError(
            f"AWS does not allow {error.operation_name}: {_without_account(error)}",
            "Ask for the privileges in setup/deployer-policy.json; setup/README.md says how.",
        )
    if code in _TOO_MANY:
        return SagaLabError(
            f"The AWS account has reached a limit ({error.operation_name}: {_without_account(error)}).",
            "Use another region, delete what is not needed, or ask AWS for a higher quota.",
        )
    if code in THROTTLED:
        return SagaLabError(
            f"AWS gets more calls from this account than it allows ({error.operation_name}: {code}).",
            "Wait a minute, then run it again: what is done already is not done twice. In a room, start in groups.",
        )
    if code in _AILING:
        return SagaLabError(
            f"AWS could not answer {error.operation_name} ({code}: {_without_account(error)}).",
            "That is AWS's own trouble and passes: run it again in some minutes, or use another region.",
        )
    if code in _NOT_SIGNED_UP:
        return SagaLabError(
            f"The AWS account is not signed up for {error.operation_name} ({code}).",
            "Open the service once in the AWS console, or enable the region there (Account, AWS Regions).",
        )
    return SagaLabError(
        f"AWS refuses {error.operation_name} ({code}): {_without_account(error)}",
        "Run it again; if it stays so, look the error up by that name in the AWS documentation.",
    )


def _without_account(error: ClientError) -> str:
    """Return AWS's message; it may name the account, which is shown with its last digits only."""
    return mask_accounts(error.response["Error"].get("Message", ""))


def explained(function: Callable[P, R]) -> Callable[P, R]:
    """Let a function raise SagaLabError in place of the errors of AWS that `explain` knows."""

    @functools.wraps(function)
    def wrapped(*args: P.args, **options: P.kwargs) -> R:
        try:
            return function(*args, **options)
        except _RAISED as error:
            found = explain(error)
            if found is None:
                raise
            raise found from None

    return wrapped


_LOOKS, _BETWEEN_SECONDS = 5, 0.1
_LISTENS_SECONDS = 2
_GONE = (exceptions.EndpointConnectionError, exceptions.ConnectionClosedError)


def tell_when_lost(client: Any) -> Any:
    """Let every call of a boto3 client raise SagaLabError when its local cloud is gone; return the client."""
    client.meta.events.register_first("needs-retry", _explain)
    return client


def _answers(endpoint: str) -> bool:
    """Tell whether somebody listens at an address: one call that was cut off says nothing of the server.

    A process that is being killed cuts its calls off before its port is closed, so it is asked for half a second.
    """
    address = urlsplit(endpoint)
    for _ in range(_LOOKS):
        try:
            socket.create_connection((address.hostname, address.port), timeout=_LISTENS_SECONDS).close()
        except OSError:
            return False
        time.sleep(_BETWEEN_SECONDS)
    return True


def _explain(caught_exception: Exception | None = None, **event: Any) -> None:
    """Botocore asks after each call whether to try again; a server that is gone does not come back."""
    if isinstance(caught_exception, _GONE) and not _answers(event["endpoint"].host):
        raise SagaLabError(
            "The local cloud is gone: it was stopped or killed, and with it what ran and what was deployed.",
            "Run `sagalab deploy` (in a notebook: deploy()), which starts a new one; in the failure lab press Run.",
        ) from None
