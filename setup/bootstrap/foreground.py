"""Run a program in front of the user until it ends, or until the user ends it."""

import signal
import subprocess

from bootstrap.places import ROOT, child_environment


def run_in_front(command: list[str]) -> tuple[int, bool]:
    """Run `command`; return its exit code and whether the user ended it by Ctrl-C or a signal.

    Ctrl-C reaches the program by itself, because it shares our terminal: we only wait for its end.
    A SIGTERM (and SIGHUP, when the terminal's window closes) that reaches us alone is passed on.
    """
    process = subprocess.Popen(command, cwd=ROOT, env=child_environment())
    ended_by_user = False

    def pass_on(_number: int, _frame: object) -> None:
        nonlocal ended_by_user
        ended_by_user = True
        process.terminate()

    names = ["SIGTERM", "SIGHUP"]
    before = {getattr(signal, name): None for name in names if hasattr(signal, name)}
    for number in before:
        before[number] = signal.signal(number, pass_on)
    try:
        while True:
            try:
                return process.wait(), ended_by_user
            except KeyboardInterrupt:
                ended_by_user = True
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
