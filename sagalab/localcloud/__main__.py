"""`python -m sagalab.localcloud`: the server process. Use `sagalab cloud start` to start it."""

from sagalab.localcloud.server import main

main()
