"""The player of an execution's frames: a play button, a slider and two step buttons."""

from collections.abc import Callable, Mapping

import ipywidgets

from sagalab.pictures.steps import steps

_PACE_MS = 700


def player(
    execution,
    *,
    definition: dict | str | None = None,
    rows: Callable | Mapping | None = None,
    start: int | None = None,
) -> ipywidgets.VBox:
    """Return a widget that plays an execution event by event; arguments as for `steps`.

    It begins with the whole run, or after `start` events. Frames are drawn when they are first
    shown; the slider's and the buttons' labels say what they do.
    """
    frames = steps(execution, definition=definition, rows=rows)
    last = len(frames) - 1
    first = last if start is None else min(max(start, 0), last)
    picture = ipywidgets.HTML(frames[first].html())
    wide = ipywidgets.Layout(width="auto")
    slider = ipywidgets.IntSlider(
        first, 0, last, description="events", continuous_update=False, layout=ipywidgets.Layout(width="55%")
    )
    play = ipywidgets.Play(
        value=first, min=0, max=last, interval=_PACE_MS, tooltip="play the run event by event"
    )
    back = ipywidgets.Button(description="◄ back", tooltip="one event back", layout=wide)
    forward = ipywidgets.Button(description="forward ►", tooltip="one event forward", layout=wide)
    ipywidgets.jslink((play, "value"), (slider, "value"))

    def show(change) -> None:
        picture.value = frames[change["new"]].html()

    def move(by: int) -> Callable:
        def moved(_button) -> None:
            slider.value = min(max(slider.value + by, 0), last)

        return moved

    slider.observe(show, names="value")
    back.on_click(move(-1))
    forward.on_click(move(+1))
    return ipywidgets.VBox([ipywidgets.HBox([play, back, slider, forward]), picture])
