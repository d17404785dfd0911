"""%%asl --deploy on the local cloud: the machine that a cell holds can be run at once."""

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config


@pytest.fixture
def shell():
    shell = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    shell.run_line_magic("load_ext", "sagalab")
    yield shell
    InteractiveShell.clear_instance()


def test_a_cell_is_deployed_and_runs(cloud, shell):
    from sagalab.deploying.deploy import deploy
    from sagalab.orders.runs import run

    deploy(cloud, progress=False)
    machine = "StartAt: Hello\nStates:\n  Hello: {Type: Pass, Result: hello, End: true}\n"
    with capture_output() as captured:
        assert shell.run_cell(f"%%asl greeting --deploy --quiet\n{machine}").success
    [note] = captured.outputs
    assert note.data["text/plain"] == f"✓ Deployed as {cloud.prefix}-greeting."
    assert run({}, "greeting").output == "hello"
