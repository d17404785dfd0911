"""Which access keys a local cloud accepts: its own, and those of the roles that somebody has assumed on it."""

import hmac
from collections.abc import Callable

from moto.core import DEFAULT_ACCOUNT_ID
from moto.sts.models import sts_backends

from sagalab.cloud.local_key import LocalKey


def keeper(own: LocalKey) -> Callable[[str, str], str | None]:
    """Return the function that finds the secret of an access key id and a session token, None for unknown ones.

    The local cloud's own key needs no token, and one beside it is ignored: it is left from another login.
    """

    def secret_of(key_id: str, token: str) -> str | None:
        if key_id == own.id:
            return own.secret
        session = sts_backends[DEFAULT_ACCOUNT_ID]["aws"].get_assumed_role_from_access_key(key_id)
        if session is None or not hmac.compare_digest(session.session_token.encode(), token.encode()):
            return None
        return session.secret_access_key

    return secret_of
