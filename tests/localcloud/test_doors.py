"""The attackers: a web page (with its Origin, or under a rebound name), another user of the computer, a wrong key.

Everything is real: a local cloud with a function that would leave a trace, sockets, and where we may a second user.
"""

import contextlib
import http.client
import json
import os
import re
import socket
import stat
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlencode

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from cloud_processes import listening, processes_of_cloud
from typer.testing import CliRunner

from sagalab.cloud import local_process
from sagalab.cloud.local_key import local_key
from sagalab.errors import SagaLabError
from sagalab.localcloud.functions import call, worker
from sagalab.localcloud.functions.forks import Spawned
from sagalab.project import state_dir

ROLE = {
    "Action": "CreateRole",
    "RoleName": "attacker",
    "AssumeRolePolicyDocument": "{}",
    "Version": "2010-05-08",
}
STACK = {"Action": "CreateStack", "StackName": "s", "TemplateBody": "{}", "Version": "2010-05-15"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
FUNCTIONS = "/2015-03-31/functions/"


def ask(cloud, method: str, target: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
    """Send a request as it stands; `Host` is the local cloud's unless it is given."""
    connection = http.client.HTTPConnection("127.0.0.1", port_of(cloud), timeout=30)
    try:
        connection.request(
            method, target, body, {name.replace("_", "-"): text for name, text in headers.items()}
        )
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def port_of(cloud) -> int:
    return int(cloud.endpoint.rpartition(":")[2])


def signature(cloud, method: str, target: str, body: bytes, service: str, **headers: str) -> dict[str, str]:
    """Return the headers of a request that is signed with the cloud's own key."""
    key = local_key(state_dir())
    request = AWSRequest(method, cloud.endpoint + target, headers, body)
    SigV4Auth(Credentials(key.id, key.secret), service, cloud.region).add_auth(request)
    return dict(request.headers.items())


def roles(cloud) -> list[str]:
    return [role["RoleName"] for role in cloud.client("iam").list_roles()["Roles"]]


FOREIGN = [
    "evil.example",
    "evil.example:{port}",
    "127.0.0.1",
    "127.0.0.1:1",
    "127.0.0.1.nip.io:{port}",
    "",
    "[::1]:{port}",
]


@pytest.mark.parametrize("host", FOREIGN)
def test_a_rebound_name_gets_nothing(cloud, host):
    """A page whose name now means 127.0.0.1 is of the same origin: no Origin, no preflight, only its Host tells."""
    name = host.format(port=port_of(cloud))
    refused = (403, b"The Host of this request is not the local cloud.\n")
    for query in (ROLE, STACK):
        assert ask(cloud, "GET", f"/?{urlencode(query)}", Host=name) == refused
        assert ask(cloud, "POST", "/", urlencode(query).encode(), Host=name, **FORM) == refused
    assert ask(cloud, "GET", "/_sagalab/status", Host=name) == refused
    # not even with a right signature
    right = signature(cloud, "GET", FUNCTIONS, b"", "lambda")
    assert ask(cloud, "GET", FUNCTIONS, **right)[0] == 200
    assert ask(cloud, "GET", FUNCTIONS, **right | {"Host": name}) == refused
    assert "attacker" not in roles(cloud)


@pytest.mark.parametrize(
    "sent",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:8888"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "none"},
        {"Sec_Fetch_Mode": "no-cors"},
    ],
)
def test_a_web_page_gets_nothing(cloud, sent):
    assert ask(cloud, "GET", f"/?{urlencode(ROLE)}", **sent)[0] == 403
    assert ask(cloud, "POST", "/", urlencode(ROLE).encode(), **FORM, **sent)[0] == 403
    assert ask(cloud, "OPTIONS", FUNCTIONS, Access_Control_Request_Method="POST", **sent)[0] == 403
    right = signature(cloud, "GET", FUNCTIONS, b"", "lambda")
    assert ask(cloud, "GET", FUNCTIONS, **right, **sent)[0] == 403
    assert "attacker" not in roles(cloud)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/moto-api/",
        "/moto-api/data.json",
        "/%6doto-api/data.json",
        "/latest/meta-data/",
        "/favicon.ico",
        "/some-bucket",
        FUNCTIONS,
        f"/?{urlencode(ROLE)}",
        "http://evil.example/",
    ],
)
def test_without_a_key_nothing_answers(cloud, path):
    for method in ("GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"):
        status, body = ask(cloud, method, path, Host=f"127.0.0.1:{port_of(cloud)}")
        assert status == 403 and (b"Missing Authentication Token" in body or b"No proxy" in body)
    assert ask(cloud, "HEAD", path, Host=f"127.0.0.1:{port_of(cloud)}") == (403, b"")
    assert "attacker" not in roles(cloud)


def test_with_a_key_motos_own_pages_and_other_services_answer_nothing_either(cloud):
    for path in ("/moto-api/data.json", "/%6doto-api/data.json", "/moto-api/reset", "/favicon.ico"):
        for service in ("lambda", "s3", "iam"):
            for method in ("GET", "POST"):
                sent = signature(cloud, method, path, b"", service)
                # S3 does not encode the path once more; then the signature is not S3's
                assert ask(cloud, method, path, **sent)[0] in (400, 403)
    for service in ("ec2", "ses", "cloudformation", "batch", "batch2"):
        status, body = ask(cloud, "POST", "/", b"", **signature(cloud, "POST", "/", b"", service))
        assert status == 403 and f"no service '{service}'" in body.decode()
    query = f"/?{urlencode(ROLE)}"
    assert ask(cloud, "GET", query, **signature(cloud, "GET", query, b"", "iam"))[0] == 403
    assert "attacker" not in roles(cloud)


CALLS = {
    "dynamodb": "list_tables",
    "iam": "list_roles",
    "lambda": "list_functions",
    "logs": "describe_log_groups",
    "s3": "list_buckets",
    "sns": "list_topics",
    "sqs": "list_queues",
    "stepfunctions": "list_state_machines",
    "sts": "get_caller_identity",
}
UNKNOWN = {
    "iam": "InvalidClientTokenId",
    "sns": "InvalidClientTokenId",
    "sts": "InvalidClientTokenId",
    "s3": "InvalidAccessKeyId",
}
WRONG = dict.fromkeys(("iam", "s3", "sns", "sts"), "SignatureDoesNotMatch")


@pytest.mark.parametrize("service", CALLS)
def test_a_wrong_key_is_awss_own_error(cloud, service):
    def code_with(key_id: str, secret: str) -> str:
        client = boto3.client(
            service,
            endpoint_url=cloud.endpoint,
            region_name=cloud.region,
            aws_session_token="t",
            aws_access_key_id=key_id,
            aws_secret_access_key=secret,
        )
        with pytest.raises(ClientError) as refused:
            getattr(client, CALLS[service])()
        return refused.value.response["Error"]["Code"]

    key = local_key(state_dir())
    assert code_with("local", "local") == UNKNOWN.get(service, "UnrecognizedClientException")
    assert code_with(key.id, key.secret[::-1]) == WRONG.get(service, "InvalidSignatureException")
    assert getattr(cloud.client(service), CALLS[service])()["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_the_keys_of_an_assumed_role_are_accepted_with_its_token_only(cloud, role):
    given = cloud.client("sts").assume_role(RoleArn=role, RoleSessionName="somebody")["Credentials"]

    def ask_as(token: str) -> str:
        client = boto3.client(
            "sts",
            endpoint_url=cloud.endpoint,
            region_name=cloud.region,
            aws_session_token=token,
            aws_access_key_id=given["AccessKeyId"],
            aws_secret_access_key=given["SecretAccessKey"],
        )
        return client.get_caller_identity()["Arn"]

    assert "assumed-role" in ask_as(given["SessionToken"])
    with pytest.raises(ClientError, match="InvalidClientTokenId"):
        ask_as("another")


def test_the_control_answers_only_who_has_the_key(cloud):
    for method, path in [("GET", "status"), ("POST", "stop"), ("POST", "workers/1"), ("GET", "stop")]:
        for proof in (
            {},
            {"Sagalab_Proof": "n 0"},
            {"Sagalab_Proof": f"n {'0' * 64}"},
            {"Sagalab_Token": ""},
        ):
            assert ask(cloud, method, f"/_sagalab/{path}", **proof) == (403, b"{}")
    assert local_process.status()["running"]


def test_a_request_that_is_none_harms_nobody(cloud):
    for sent in ({"Content_Length": "-1"}, {"Content_Length": "many"}, {"Content_Length": str(10**12)}):
        assert ask(cloud, "GET", "/", **sent)[0] == 400
    connection = http.client.HTTPConnection("127.0.0.1", port_of(cloud), timeout=30)
    connection.putrequest("GET", "/")
    connection.putheader("Host", "evil.example")  # a second one
    connection.endheaders()
    assert connection.getresponse().status == 400
    connection.close()
    assert cloud.client("sts").get_caller_identity()["Account"]


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps rights in lists of its own")
def test_only_the_user_may_read_the_state_folder(cloud):
    folder = state_dir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    open_to_others = [
        path for path in folder.rglob("*") if path.stat().st_mode & 0o077 and not path.is_symlink()
    ]
    assert not open_to_others


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps rights in lists of its own")
def test_a_state_folder_of_an_older_version_is_taken_from_others(tmp_path, monkeypatch):
    folder = tmp_path / "state"
    folder.mkdir()
    (folder / "cloud.log").write_text("old", encoding="utf-8")
    for path, mode in ((folder, 0o755), (folder / "cloud.log", 0o644)):
        path.chmod(mode)
    monkeypatch.setenv("SAGALAB_STATE_DIR", str(folder))
    assert [stat.S_IMODE(path.stat().st_mode) for path in (state_dir(), folder / "cloud.log")] == [
        0o700,
        0o600,
    ]
    folder.chmod(0o1777)
    with pytest.raises(SagaLabError, match="shared by all users"):
        state_dir()


def test_no_secret_stands_in_arguments_logs_or_what_is_shown(cloud, function):
    function("def handler(event, context):\n    return 1\n").invoke({})
    secret = local_key(state_dir()).secret
    for process in processes_of_cloud():
        assert secret not in " ".join(process.cmdline())
    shown = [repr(cloud), repr(local_key(state_dir())), repr(vars(cloud)), json.dumps(local_process.status())]
    shown += [
        local_process.log_path().read_text(encoding="utf-8"),
        (state_dir() / "cloud.json").read_text(encoding="utf-8"),
    ]
    assert not [text for text in shown if secret in text]


def test_whatever_listens_listens_on_the_loopback(cloud, function):
    function("def handler(event, context):\n    return 1\n").invoke({})
    assert listening(processes_of_cloud()) == {"127.0.0.1"}


@pytest.mark.parametrize("shell", ["bash", "fish", "powershell", "cmd"])
def test_cloud_env_prints_what_ones_own_tools_need(cloud, shell):
    from sagalab.commands.cloud import app

    told = CliRunner().invoke(app, ["env", "--shell", shell], catch_exceptions=False).output
    set_ = dict(re.findall(r"(AWS_\w+)(?: = |=| )'?([^-'\n][^'\n]*)'?$", told, re.MULTILINE))
    client = boto3.client(
        "sts",
        endpoint_url=set_["AWS_ENDPOINT_URL"],
        region_name=set_["AWS_REGION"],
        aws_access_key_id=set_["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=set_["AWS_SECRET_ACCESS_KEY"],
    )
    assert client.get_caller_identity()["Account"] == cloud.account
    assert "AWS_SESSION_TOKEN" in told and "AWS_SESSION_TOKEN" not in set_


@pytest.mark.skipif(os.name == "nt", reason="the words of a POSIX shell")
def test_a_shell_takes_what_cloud_env_prints(cloud):
    command = (
        f'eval "$({sys.executable} -m sagalab cloud env --shell bash)"; exec {sys.executable} -c "$CODE"'
    )
    code = "import boto3; print(boto3.client('sts').get_caller_identity()['Account'])"
    environment = os.environ | {"CODE": code, "AWS_SESSION_TOKEN": "old", "AWS_PROFILE": "none"}
    told = subprocess.run(["sh", "-c", command], env=environment, capture_output=True, text=True, timeout=60)
    assert told.stdout.strip() == cloud.account, told.stderr


ANOTHER_USER = """
import http.client, json, os, pathlib, socket, sys
port, state, pids = json.loads(sys.argv[1])
got = {"uid": os.getuid(), "read": [], "answers": [], "workers": []}
for path in [state, *(os.path.join(state, name) for name in ("cloud.key", "cloud.json", "cloud.log", "workers"))]:
    try:
        got["read"].append(os.listdir(path) if os.path.isdir(path) else open(path).read())
    except OSError:
        pass
for pid in pids:
    try:
        got["read"].append(open(f"/proc/{pid}/environ").read())
    except OSError:
        pass
made_up = ("AWS4-HMAC-SHA256 Credential=local/20200101/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature="
           + "0" * 64)
for method, path, headers in [("GET", "/_sagalab/status", {}), ("POST", "/_sagalab/stop", {}), ("GET", "/moto-api/data.json", {}),
                              ("GET", "/2015-03-31/functions/", {"Authorization": made_up}),
                              ("POST", "/2015-03-31/functions/f/invocations", {"Authorization": made_up})]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    got["answers"].append([answer.status, answer.read().decode()])
print(json.dumps(got))
"""


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root may act as another user")
def test_another_user_of_the_computer_gets_nothing(cloud, function):
    function("def handler(event, context):\n    return 1\n").invoke({})
    ours = processes_of_cloud()
    given = json.dumps([port_of(cloud), str(state_dir()), [each.pid for each in ours]])
    python = next(
        path for path in ("/usr/bin/python3", "/usr/local/bin/python3", sys.executable) if _may_all_run(path)
    )
    told = subprocess.run(
        [python, "-I", "-c", ANOTHER_USER, given],
        user=65534,
        group=65534,
        extra_groups=[],
        cwd="/",
        env={},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert told.returncode == 0, told.stderr
    got = json.loads(told.stdout)
    assert got["uid"] == 65534 and got["read"] == []
    assert [status for status, _ in got["answers"]] == [403] * 5
    key = local_key(state_dir())
    assert not [text for _, text in got["answers"] if key.id in text or key.secret in text]
    assert all(each.is_running() for each in ours)


def _may_all_run(path: str) -> bool:
    """Tell whether another user could start a program: he has to look into each folder above it."""
    with contextlib.suppress(OSError):
        real = Path(path).resolve(strict=True)
        return all(each.stat().st_mode & 0o001 for each in (real, *real.parents))
    return False


def test_a_stranger_who_connects_to_a_workers_port_is_not_taken_for_the_worker(tmp_path):
    """The port on which a worker that starts is awaited is open to all users of the computer."""
    strangers = []

    def start_after_a_stranger(environment, folder, output):
        host, _, port = environment["AWS_LAMBDA_RUNTIME_API"].rpartition(":")
        strangers.append(socket.create_connection((host, int(port)), timeout=10))
        strangers[0].sendall(b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n")
        return Spawned(environment, folder, output)

    (tmp_path / "code.py").write_text(
        "def handler(event, context):\n    return 'the function'\n", encoding="utf-8"
    )
    version = call.FunctionVersion(("1", "r", "f", "1"), "code.handler", tmp_path, 128, "python3.13", ())
    made = worker.Worker(version, tmp_path / "logs", "http://127.0.0.1:1", start_after_a_stranger)
    try:
        assert made.call(call.Call("id", "arn", b"{}", 30.0)).payload == b'"the function"'
        with contextlib.suppress(ConnectionResetError):  # of what it had sent nothing was read
            assert strangers[0].recv(1000) == b""
    finally:
        made.end()
        strangers[0].close()
