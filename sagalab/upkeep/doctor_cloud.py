"""Doctor: the local cloud, and AWS where that is asked for."""

import os
import socket
import subprocess
import sys
import tempfile

from sagalab import settings
from sagalab.cloud.accounts import mask_accounts
from sagalab.errors import SagaLabError
from sagalab.project import ROOT
from sagalab.upkeep.doctor_check import Check, State


def free_port() -> Check:
    """Listen at a free port of 127.0.0.1 and connect to it, as the local cloud and JupyterLab do."""
    try:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            with socket.create_connection(("127.0.0.1", port), timeout=5):
                server.settimeout(5)
                server.accept()[0].close()
    except OSError as error:
        cure = "Let a firewall or security program allow Python to listen at and connect to 127.0.0.1."
        return Check("Ports", State.WRONG, f"127.0.0.1 cannot be used: {error}", cure)
    return Check("Ports", State.GOOD, "a free one at 127.0.0.1 answers")


def local_cloud() -> Check:
    """Say whether the local cloud runs in this version; if none runs, start one elsewhere and stop it."""
    from sagalab.cloud import local_process

    try:
        known = local_process.status()
    except SagaLabError as error:
        return Check("Local cloud", State.WRONG, error.what, error.cure)
    if known["running"]:
        if known["version"] != local_process.server_version():
            found = f"it runs in another version ({known['version']}; here: {local_process.server_version()})"
            return Check("Local cloud", State.WRONG, found, "sagalab cloud stop, then sagalab deploy")
        return Check("Local cloud", State.GOOD, f"it runs at {known['endpoint']} ({known['version']})")
    trouble = _try_start()
    if trouble:
        return Check(
            "Local cloud", State.WRONG, f"it does not start: {trouble}", "sagalab cloud start shows more"
        )
    if known["died"]:
        found = "the last one died with what was deployed (sagalab deploy brings it back); one can start"
        return Check("Local cloud", State.NOTE, found)
    return Check("Local cloud", State.GOOD, "none runs, and it can start")


def _try_start() -> str:
    """Start and stop a local cloud in a state folder of its own; return what went wrong, "" if nothing."""
    with tempfile.TemporaryDirectory(prefix="sagalab-doctor-", ignore_cleanup_errors=True) as folder:
        done = subprocess.run(
            [sys.executable, "-m", "sagalab.upkeep.doctor_start"],
            cwd=ROOT,
            env=os.environ | {"SAGALAB_STATE_DIR": folder},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=90,
        )
    lines = done.stderr.strip().splitlines()
    return "" if done.returncode == 0 else (lines[-1] if lines else f"exit code {done.returncode}")


def aws() -> Check:
    """Say which cloud would be used; for AWS look at region, credentials and endpoint."""
    try:
        name = settings.cloud()
    except SagaLabError as problem:
        return Check("AWS", State.WRONG, problem.what.rstrip("."), problem.cure)
    if name == settings.LOCAL:
        return Check("AWS", State.GOOD, "not used: SAGALAB_CLOUD is local, no account is needed")
    endpoints = [variable for variable in os.environ if variable.startswith("AWS_ENDPOINT_URL")]
    if endpoints:
        found = f"{', '.join(sorted(endpoints))} sends calls for AWS elsewhere"
        return Check(
            "AWS", State.WRONG, found, f"Take it out of the environment: unset {' '.join(sorted(endpoints))}"
        )
    return aws_identity()


def aws_identity() -> Check:
    """Ask AWS whose credentials these are; the account is masked."""
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    from sagalab.cloud.aws_errors import explain

    log_in = "Log in: aws sso login, or aws configure; with a profile set AWS_PROFILE."
    try:
        session = boto3.session.Session()
        if not session.region_name:
            return Check(
                "AWS", State.WRONG, "no region is set", "Set AWS_REGION, for example AWS_REGION=eu-west-1."
            )
        credentials = session.get_credentials()
        if credentials is None:
            return Check("AWS", State.WRONG, "no credentials were found", log_in)
        quick = Config(connect_timeout=5, read_timeout=10, retries={"total_max_attempts": 1})
        who = session.client("sts", config=quick).get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        known = explain(error)
        if known:
            return Check("AWS", State.WRONG, known.what.rstrip("."), known.cure)
        return Check("AWS", State.WRONG, f"the credentials do not work: {mask_accounts(str(error))}", log_in)
    where = f"account {mask_accounts(who['Account'])}, region {session.region_name}"
    found = f"used: {where}, credentials from {credentials.method}"
    return Check("AWS", State.GOOD, found)
