"""What a service's first request makes ready: counted, in a process with the adaptation and in one of bare moto."""

import json
import subprocess
import sys
from typing import Any

import pytest

# asks for four services' models, routes and names, and makes an address; prints what that took and gave
READY = """
import json, os, sys
if sys.argv[1] == "adapted":
    from sagalab.localcloud.services import first_requests
    first_requests.install()
from moto.core import utils
from moto.core.routing import get_service_router
from werkzeug.routing import Map, Rule
compiled, looked = [], []
inner, listdir = Rule._get_func_code, os.listdir
Rule._get_func_code = staticmethod(lambda *given: compiled.append(1) or inner(*given))
os.listdir = lambda path: looked.append(str(path)) or listdir(path)
routers = [get_service_router(name) for name in ("lambda", "iam", "logs", "sns")]
rules = routers[0]._get_router("rest-json")._map.iter_rules()
paths = sorted(rule.rule for rule in rules)
names = [utils.service_name_from_moto_package_name(name) for name in ("awslambda", "cognitoidp", "sns")]
counts = [len(compiled), sum(path.endswith(os.path.join("botocore", "data")) for path in looked)]
made = Map([Rule("/a/<b>", endpoint="x")]).bind("host").build("x", {"b": "ä", "c": 1})
print(json.dumps([counts, names, made, paths]))
"""


@pytest.fixture(scope="module")
def ready() -> dict[str, Any]:
    found = {}
    for side in ("adapted", "bare"):
        done = subprocess.run(
            [sys.executable, "-c", READY, side], capture_output=True, text=True, encoding="utf-8", timeout=60
        )
        assert done.returncode == 0, done.stderr
        found[side] = json.loads(done.stdout)
    return found


def test_nothing_is_compiled_that_nobody_calls_and_botocore_s_folders_are_read_once(ready):
    assert ready["adapted"][0] == [0, 1]


def test_moto_compiles_two_functions_a_path_and_reads_the_folders_for_each_service(ready):
    compiled, looked = ready["bare"][0]
    assert compiled > 100 and looked >= 5


def test_names_addresses_and_routes_are_as_before(ready):
    assert ready["adapted"][1:] == ready["bare"][1:]
    _, names, made, paths = ready["adapted"]
    assert names == ["awslambda", "cognito-idp", "sns"] and made == "/a/%C3%A4?c=1"
    assert len(paths) > 50
