"""What the local cloud is asked about itself, and told: both sides prove that they have the state folder's key.

Neither sends it. So a recycled port and another program on it are told apart from ours.
"""

import http.client
import json
import secrets

from sagalab.cloud.local_key import local_key
from sagalab.project import state_dir

CONTROL = "/_sagalab"
PROOF = "Sagalab-Proof"  # header of a control request: nonce, space, proof; of its answer: proof
SERVER = "sagalab"  # the Server header by which a local cloud of another clone is recognised
_ANSWER_SECONDS = 15  # a server that computes hard answers late


class NotAnswering(Exception):
    """Something listens at the recorded port and gives no answer in time."""


def ask(port: int, path: str, method: str = "GET") -> dict | None:
    """Return the control answer of our local cloud at `port`; None when another one answers, or nobody.

    Raises NotAnswering.
    """
    key, nonce = local_key(state_dir()), secrets.token_hex(16)
    path = f"{CONTROL}/{path}"
    found = request(port, method, path, {PROOF: f"{nonce} {key.proof(method, path, str(port), nonce)}"})
    if found is None or found[0] != 200:
        return None
    _, headers, body = found
    proved = key.proves(headers.get(PROOF, ""), nonce, body.decode("utf-8", "replace"))
    return json.loads(body) if proved else None


def request(
    port: int, method: str, path: str, headers: dict[str, str], seconds: float = _ANSWER_SECONDS
) -> tuple[int, http.client.HTTPMessage, bytes] | None:
    """Return status, headers and body of an answer; None when nobody gives one. Raises NotAnswering."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    try:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    except TimeoutError:
        raise NotAnswering from None
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
