"""`sagalab cloud start|stop|status|reset|env|logs`: the local cloud as a process."""

import os
import time
from enum import StrEnum
from typing import Annotated

import typer

from sagalab.commands.output import print_json

app = typer.Typer(help="The local cloud: start, stop, look at it.", no_args_is_help=True)


class Shell(StrEnum):
    """The shells that `env` can write for."""

    bash = "bash"  # zsh and sh too
    fish = "fish"
    powershell = "powershell"
    cmd = "cmd"


# a key, a region and an address hold no character that a shell would read
_SET = {
    Shell.bash: "export {}='{}'",
    Shell.fish: "set -gx {} '{}'",
    Shell.powershell: "$env:{} = '{}'",
    Shell.cmd: "set {}={}",
}
_UNSET = {
    Shell.bash: "unset {}",
    Shell.fish: "set -e {}",
    Shell.powershell: "Remove-Item Env:{} -ErrorAction SilentlyContinue",
    Shell.cmd: "set {}=",
}
_GONE = "What was deployed on it is gone; `sagalab deploy` brings it back."


def register(main: typer.Typer) -> None:
    """Add `cloud` to the command line."""
    main.add_typer(app, name="cloud")


@app.command()
def start(
    port: Annotated[
        int, typer.Option(help="The port to listen at; 0 takes a free one.", min=0, max=65535)
    ] = 0,
    iam: Annotated[bool, typer.Option("--iam", help="Enforce the policies of roles, as AWS does.")] = False,
):
    """Start the local cloud (what needs it starts it anyway)."""
    from sagalab.cloud import local_process

    record, new, remark = local_process.start(port, iam=iam)
    if remark:
        print(remark)
    how = "runs now" if new else "runs already"
    print(f"The local cloud {how}: {record['endpoint']} (process {record['pid']}).")
    if record["iam"]:
        print("IAM: functions and state machines may do what their roles' policies allow, and nothing else.")


@app.command()
def stop():
    """Stop the local cloud and its workers."""
    from sagalab.cloud import local_process

    print(f"The local cloud is stopped. {_GONE}" if local_process.stop() else "No local cloud runs here.")


@app.command()
def reset():
    """Empty the local cloud: nothing is deployed afterwards. The address stays."""
    from sagalab.cloud import local_process

    print(f"The local cloud is empty: {local_process.reset()['endpoint']}. {_GONE}")


@app.command()
def status(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False):
    """Show whether the local cloud runs, where, and its workers."""
    from sagalab.cloud import local_process

    known = local_process.status()
    if as_json:
        print_json(known)
    elif known["running"]:
        print(f"The local cloud runs: {known['endpoint']} (process {known['pid']}, {known['version']}).")
        print(f"Started {time.strftime('%Y-%m-%d %H:%M:%S', time.localtime(known['started']))}.")
        for function, state, count in _counted(known["workers"]):
            print(f"  {count} × {function}, {state}")
    elif known.get("damaged"):
        print(
            "The record of the local cloud is damaged. The next use starts a new one. `sagalab deploy` deploys on it."
        )
    elif known["died"]:
        print("The local cloud died. The next use starts a new one. What was deployed on it is gone:")
        print("`sagalab deploy` brings it back.")
    else:
        print("No local cloud runs here. It starts by itself when it is needed.")


def _counted(workers: list[dict]) -> list[tuple[str, str, int]]:
    kinds = [(worker["function"], worker["state"]) for worker in workers]
    return [(*kind, kinds.count(kind)) for kind in sorted(set(kinds))]


@app.command()
def env(
    shell: Annotated[
        Shell | None, typer.Option(help="Whose words to print; without it, those of this system's shell.")
    ] = None,
):
    """Print the variables that let your own tools (AWS CLI, boto3) use the local cloud: its address and its key.

    In bash: eval "$(sagalab cloud env)". In PowerShell: sagalab cloud env | Out-String | Invoke-Expression
    """
    from sagalab.cloud.connect import local_variables

    shell = shell or (Shell.powershell if os.name == "nt" else Shell.bash)
    for name, value in local_variables().items():
        print(_SET[shell].format(name, value) if value else _UNSET[shell].format(name))


@app.command()
def logs(lines: Annotated[int, typer.Option(help="How many lines from the end; 0 shows all.", min=0)] = 50):
    """Show what the local cloud's process wrote. (Logs of functions are in CloudWatch Logs.)"""
    from sagalab.cloud import local_process

    path = local_process.log_path()
    text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    for line in text.splitlines()[-lines:]:
        print(line)
