"""The first requests to a service at one moment, with the local cloud's locks and in bare moto."""

import subprocess
import sys

import pytest

# A second thread asks for an operation's model while the first makes it; its answer's module is printed.
ASK = """
import sys, threading
if sys.argv[1] == "adapted":
    from sagalab.localcloud.services import one_at_a_time
    one_at_a_time.install()
from moto.core import model
service = model.ServiceModel({"metadata": {}, "operations": {"Do": {"name": "Do", "http": {}}}, "shapes": {}}, "any")
asked, answered, answers = threading.Event(), threading.Event(), []

def ask():
    asked.set()
    answers.append(type(service.operation_model("Do")).__module__)
    answered.set()

class Made(model.OperationModel):
    def __init__(self, *given):
        super().__init__(*given)
        if not asked.is_set():
            threading.Thread(target=ask).start()
            asked.wait(10)
            answered.wait(0.5)

Made.__module__ = model.__name__
model.OperationModel = Made
service.operation_model("Do")
answered.wait(10)
print(answers[0])
"""


@pytest.mark.parametrize(("which", "module"), [("adapted", "moto.core.model"), ("bare", "botocore.model")])
def test_who_asks_while_a_model_is_made_gets_motos(which, module):
    """Bare moto answers with botocore's model, which lacks what moto's router reads next."""
    done = subprocess.run(
        [sys.executable, "-c", ASK, which], capture_output=True, encoding="utf-8", timeout=60, check=True
    )
    assert done.stdout.strip() == module
