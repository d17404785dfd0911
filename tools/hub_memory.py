"""What a room costs in memory under JupyterHub: each user's share (PSS), with a kernel and a local cloud in use."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tools.hub import room

# what a participant has done after some minutes
_WORK = """
from sagalab import deploy, diagram, run_scenario
deploy(progress=False)
for number in ("4", "3"):
    execution = run_scenario(number)
    diagram(execution)
print(execution.status)
"""


@dataclass
class Memory:
    """Megabytes: of each user by kind of process, and of the hub with its proxy."""

    users: list[dict[str, float]] = field(default_factory=list)
    hub: float = 0.0

    def a_user(self) -> float:
        """Return the mean of a user."""
        return sum(sum(each.values()) for each in self.users) / len(self.users)

    def for_room(self, people: int) -> float:
        """Return what a room of so many would need, by the mean."""
        return self.hub + people * self.a_user()


def _pss(pid: int) -> float:
    """Return the megabytes of a process, with its part of what it shares with others; 0 when it is gone."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")) / 1000


def _kind(process: psutil.Process) -> str:
    try:
        command = " ".join(process.cmdline())
    except psutil.Error:
        return "gone"
    for sign, kind in (
        ("jupyterhub.singleuser", "Jupyter server"),
        ("ipykernel", "kernel"),
        ("sagalab.localcloud", "local cloud"),
    ):
        if sign in command:
            return kind
    return "functions and others"


def measure(people: int, say: Callable[[str], None]) -> Memory:
    """Start so many servers, each with a kernel that ran two sagas on its own cloud; return what they hold."""
    names = [f"saga-{number}" for number in range(people)]
    found = Memory()
    with room(names, say) as made:
        for name in names:
            printed = made.run_in_kernel(name, _WORK, made.start(name))
            say(f"· {name}: {printed.strip().splitlines()[-1]}")
        for name in names:
            of_user: dict[str, float] = {}
            for process in made.processes(name):
                kind = _kind(process)
                of_user[kind] = of_user.get(kind, 0.0) + _pss(process.pid)
            found.users.append(of_user)
        assert made.hub
        hub = psutil.Process(made.hub.pid)
        ours = [each for each in (hub, *hub.children(recursive=True)) if each.uids().real == 0]
        found.hub = sum(_pss(process.pid) for process in ours)
    return found
