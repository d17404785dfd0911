"""`python -m sagalab.localcloud`: the server process. Use `sagalab cloud start` to start it."""

import gc

gc.disable()  # a fifth of the start was spent in looking for garbage among what stays; `main` enables it again

from sagalab.localcloud.server import main  # noqa: E402

main()
