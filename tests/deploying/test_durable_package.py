"""What is uploaded for the saga as a durable function on AWS: lambdas/ and AWS's SDK, of the version of the lock."""

import io
import os
import subprocess
import sys
import zipfile
from importlib.metadata import version

from sagalab.deploying.package import files_of, package, with_durable_sdk


def test_the_functions_find_the_sdk_in_their_own_archive(tmp_path):
    packed = with_durable_sdk(package())
    assert len(packed.content) < 1_000_000
    assert with_durable_sdk(package()).sha256 == packed.sha256
    assert set(files_of(package().content)) < set(files_of(packed.content))
    zipfile.ZipFile(io.BytesIO(packed.content)).extractall(tmp_path)
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]);"
        "import aws_durable_execution_sdk_python as sdk, durable_saga, durable_saga_hardened;"
        "print(sdk.__file__.startswith(sys.argv[1]), sdk.__version__, callable(durable_saga.handler))"
    )
    seen = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        env=os.environ | {"AWS_DEFAULT_REGION": "us-east-1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert seen.stdout.split() == ["True", version("aws-durable-execution-sdk-python"), "True"]
