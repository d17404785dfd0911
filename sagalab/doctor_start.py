"""Doctor: start a local cloud and stop it again, in a process of its own with its own state folder."""

import sys

from sagalab.errors import SagaLabError
from sagalab.localcloud import process

if __name__ == "__main__":
    try:
        process.start()
    except SagaLabError as error:
        sys.exit(error.what)
    finally:
        process.stop()
