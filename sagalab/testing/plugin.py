"""The plugin for pytest (entry point `pytest11`): options, fixtures and reports for tests of state machines.

pytest imports this file in every project where the package is installed, so it imports nothing of the
package before a test uses a fixture of it, or an option asks for coverage.
"""

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from sagalab.testing.session import AslSession, MachineOfTest

SESSION = pytest.StashKey["AslSession"]()
MACHINE = pytest.StashKey["MachineOfTest"]()
_WORKER_KEY = "sagalab_asl"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options, all beginning with --asl."""
    group = parser.getgroup("asl", "tests of state machines (Saga Lab)")
    group.addoption(
        "--asl-on",
        choices=("rehearsal", "local", "aws"),
        default="rehearsal",
        help="where they run: in this process in virtual time (the default), on the local cloud, or on AWS",
    )
    group.addoption(
        "--asl-coverage", action="store_true", help="say what of each state machine the tests came to"
    )
    group.addoption(
        "--asl-coverage-min",
        type=_percent,
        metavar="PERCENT",
        help="fail when of a state machine less is tested (implies --asl-coverage)",
    )
    group.addoption(
        "--asl-report",
        metavar="FOLDER",
        help="write the coverage there as a page, pictures and JSON (implies --asl-coverage)",
    )
    group.addoption(
        "--asl-pictures",
        metavar="FOLDER",
        help="where the pictures of failed tests are saved (without it: in tmp_path)",
    )


def _percent(text: str) -> float:
    number = float(text)
    if not 0 <= number <= 100:
        raise ValueError(f"{text} is no percentage")
    return number


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known (also under --strict-markers)."""
    config.addinivalue_line(
        "markers", "asl_machine(file, input, mocks, faults, seed): the state machine that a test is of"
    )
    if _wants_coverage(config):
        _session(config)


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say where the tests run when that is not the usual place."""
    on = config.getoption("asl_on")
    return f"state machines run on: {on}" if on != "rehearsal" else None


@pytest.fixture
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return a function: run(input, mocks={…}, faults={…}, seed=…) runs the test's machine (`@machine(…)`).

    What is left out is as in the mark. It returns an Execution.
    """
    return _of_test(request, tmp_path_factory).run


@pytest.fixture
def execution(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return the run of the test's machine with what stands in its mark, an Execution."""
    return _of_test(request, tmp_path_factory).run()


@pytest.fixture
def state(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return a function: state("Charge", input, mock=…, variables={…}, retries=…) tests one state alone.

    It returns a StateTest: status, next, output, error, cause.
    """
    return _of_test(request, tmp_path_factory).state


def _of_test(request: pytest.FixtureRequest, folders: pytest.TempPathFactory) -> "MachineOfTest":
    of_session = _session(request.config)
    from sagalab.testing.session import MachineOfTest

    made = request.node.stash.get(MACHINE, None)
    if made is None:
        made = request.node.stash[MACHINE] = MachineOfTest(request.node, of_session, folders)
    return made


def _session(config: pytest.Config) -> "AslSession":
    if SESSION not in config.stash:
        from sagalab.errors import SagaLabError

        try:
            from sagalab.testing.session import AslSession
        except SagaLabError as error:  # only the package is installed, without the clone
            raise pytest.UsageError(str(error)) from None
        config.stash[SESSION] = AslSession(config)
    return config.stash[SESSION]


def _wants_coverage(config: pytest.Config) -> bool:
    return bool(
        config.getoption("asl_coverage")
        or config.getoption("asl_coverage_min") is not None
        or config.getoption("asl_report")
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo) -> Any:
    """Add the path in words and the picture's place to the report of a test that failed."""
    report = yield
    of_test = item.stash.get(MACHINE, None)
    if of_test is not None and report.failed and report.when == "call":
        report.sections += of_test.sections(report.longreprtext)
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Remove what was made for the tests, write the report, and fail below --asl-coverage-min or without that report."""
    of_session = session.config.stash.get(SESSION, None)
    if of_session is None:
        return
    of_session.close()
    worker = getattr(session.config, "workeroutput", None)
    if worker is not None:  # of pytest-xdist: the process that started it tells
        worker[_WORKER_KEY] = of_session.as_json()
        return
    of_session.finish()
    if (of_session.too_little() or of_session.unwritten) and session.exitstatus in (
        pytest.ExitCode.OK,
        pytest.ExitCode.NO_TESTS_COLLECTED,
    ):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: Any) -> None:
    """Take over what a worker of pytest-xdist came to."""
    told = getattr(node, "workeroutput", {}).get(_WORKER_KEY)
    if told and _wants_coverage(node.config):
        _session(node.config).merge(told)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say what of each machine was tested."""
    of_session = config.stash.get(SESSION, None)
    if of_session is not None and _wants_coverage(config):
        of_session.summarize(terminalreporter)
