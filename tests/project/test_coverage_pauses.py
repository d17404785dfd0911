"""The suite's coverage measures the pure rooms' own tests alone: in the others it would take half of their time again."""

import os
import subprocess
import sys

from sagalab.project import ROOT

_SAID = """
import sys

def pytest_runtest_call(item):
    item.user_properties.append(("traced", sys.gettrace() is not None))

def pytest_terminal_summary(terminalreporter):
    for report in terminalreporter.getreports("passed"):
        print("TRACED" if dict(report.user_properties)["traced"] else "FREE", report.nodeid)
"""


def test_only_the_pure_rooms_tests_are_traced_and_so_it_is_in_each_worker(tmp_path):
    (tmp_path / "said.py").write_text(_SAID, encoding="utf-8")
    lint, orders = "tests/saga/test_lint_saga_roles.py", "tests/orders/test_faults_plan.py"
    options = "-q -p no:cacheprovider -p said -n 1 --dist loadfile --cov --cov-report= --cov-fail-under=0"
    run = subprocess.run(
        [sys.executable, "-m", "pytest", orders, lint, *options.split()],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(tmp_path), "COVERAGE_FILE": str(tmp_path / "measured")},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    traced = {line.partition("::")[0] for line in run.stdout.splitlines() if line.startswith("TRACED")}
    free = {line.partition("::")[0] for line in run.stdout.splitlines() if line.startswith("FREE")}
    assert (traced, free) == ({f"TRACED {lint}"}, {f"FREE {orders}"})
