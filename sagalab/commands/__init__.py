"""The commands of `sagalab`, one file a group, each with `register(app)`.

They import what they run inside their functions, so that `sagalab --help` is quick.
"""

from sagalab.commands import (
    bundle,
    cloud,
    costs,
    doctor,
    explore,
    lab,
    lint,
    parked,
    redrive,
    room,
    runs,
    saga,
    teaching,
    testing,
)

ORDER: list = [
    lab,
    saga,
    runs,
    cloud,
    costs,
    doctor,
    lint,
    explore,
    testing,
    parked,
    redrive,
    teaching,
    room,
    bundle,
]
