"""Doctor: start a local cloud and stop it again, in a process of its own with its own state folder."""

import sys

from sagalab.cloud import local_process
from sagalab.errors import SagaLabError

if __name__ == "__main__":
    try:
        local_process.start()
    except SagaLabError as error:
        sys.exit(error.what)
    finally:
        local_process.stop()
