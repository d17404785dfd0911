"""The demonstration as a page: a button for each path, the picture as it grows, verdict and speaker notes.

The demo page (demo_server.py) shows it through Voila; a notebook can show it as well.
"""

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import ipywidgets

from sagalab.errors import SagaLabError
from sagalab.instructor.demo import heading, notes_list, question, result
from sagalab.instructor.paths import DEMO_PATHS, DemoPath, following
from sagalab.markup import escape

if TYPE_CHECKING:
    from sagalab.instructor.demo import DemoRun, Stage

ROOM_SECONDS = 5.0
_log = logging.getLogger(__name__)
_BIG = {"height": "56px", "width": "auto", "flex": "1 1 150px"}
_STYLE = {"font_size": "18px", "font_weight": "bold"}


class DemoPanel:
    """The buttons, what they show, and the run under way (one at a time).

    `next` runs the path after the last one and keeps the keyboard's focus: the space bar leads through the
    whole demonstration. `task` is the run under way, or the last one: `await panel.task` waits for it.
    """

    def __init__(self, stage: "Stage | None" = None, room: Path | None = None):
        """Show the paths on a stage, made at the first press if it is not given; `room`: as a heat map, too."""
        self.stage = stage
        self.room = RoomView(room) if room is not None else None
        self.task: asyncio.Task | None = None
        self._path: DemoPath | None = None
        self.next = self._button("▶ next (space bar)", "primary")
        self.paths = {path.key: self._button(path.button) for path in DEMO_PATHS}
        self.notes = ipywidgets.ToggleButton(
            description="speaker notes", tooltip="show or hide what to say", layout=_BIG, style=_STYLE
        )
        self.status, self.ask, self.say = ipywidgets.HTML(), ipywidgets.HTML(), ipywidgets.HTML()
        self.picture, self.result = ipywidgets.HTML(), ipywidgets.HTML()
        self.next.on_click(lambda _button: self._go_on())
        for path in DEMO_PATHS:
            self.paths[path.key].on_click(lambda _button, path=path: self.play(path))
        self.notes.observe(lambda _change: self._show_notes(), "value")
        buttons = [self.next, *self.paths.values(), self.notes]
        if self.room is not None:
            shown = ipywidgets.ToggleButton(
                description="the room", tooltip="show or hide who is where", layout=_BIG, style=_STYLE
            )
            shown.observe(lambda change: self.room.show(change["new"]), "value")
            buttons.append(shown)
        row = ipywidgets.Layout(flex_flow="row wrap", width="100%")
        side = ipywidgets.Layout(width="38%", min_width="380px", flex="1 1 380px", padding="0 0 0 16px")
        wide = ipywidgets.Layout(width="60%", flex="3 1 620px")
        self.picture.layout = wide
        words = ipywidgets.VBox([self.status, self.result, self.say], layout=side)
        self.box = ipywidgets.VBox(
            [
                ipywidgets.HBox(buttons, layout=row),
                *([self.room.box] if self.room is not None else []),
                self.ask,
                ipywidgets.HBox([self.picture, words], layout=row),
            ]
        )
        self._show_status("Press a button, or Next and then the space bar.")
        self._show_ask(DEMO_PATHS[0])

    def _button(self, words: str, style: str = "") -> ipywidgets.Button:
        return ipywidgets.Button(
            description=words, button_style=style, tooltip=words, layout=_BIG, style=_STYLE
        )

    def _go_on(self) -> None:
        self.play(DEMO_PATHS[0] if self._path is None else following(self._path) or DEMO_PATHS[0])

    def play(self, path: DemoPath) -> None:
        """Begin to run a path; while another one runs, say so and do nothing. Needs a running event loop."""
        if self.task is not None and not self.task.done():
            return
        self._path = path
        self.task = asyncio.get_event_loop().create_task(self._run(path))

    async def _run(self, path: DemoPath) -> None:
        self._show_status("… running", heading(path))
        self._show_ask(path)
        self.result.value = ""
        self._show_notes()
        try:
            runs = await asyncio.to_thread(self._begin, path)
            while (run := await asyncio.to_thread(next, runs, None)) is not None:
                await self._show(run)
        except SagaLabError as error:
            self.stage = None  # a lost local cloud is started anew at the next press
            self._show_status(f"✗ {error.what} {error.cure}", heading(path))
        except Exception as error:  # a page has no traceback to show: say it, and let the buttons live
            _log.exception("A press on the demonstration's page broke.")
            self.stage = None
            self._show_status(f"✗ {type(error).__name__}: {error}. Press the button again; sagalab doctor.")

    def _begin(self, path: DemoPath) -> "Iterator[DemoRun]":
        # Imported at the first run: the buttons are there two seconds earlier.
        from sagalab.instructor.demo import prepare, updates

        if self.stage is None:
            self.stage = prepare()
        return updates(path.key, self.stage.deployment)

    async def _show(self, run: "DemoRun") -> None:
        picture = run.picture()
        try:
            self.picture.value = await asyncio.to_thread(picture.svg)
        except SagaLabError:  # no dot: the words of the picture
            self.picture.value = f"<pre>{escape(picture.text())}</pre>"
        self.result.value = _readable(result(run))
        if run.verdict is not None:
            self._show_status(f"{run.verdict.sign} {run.verdict.name}", heading(run.path))
            self._show_ask(following(run.path))

    def _show_status(self, words: str, before: str = "") -> None:
        self.status.value = f"{before}<p role='status' aria-live='polite' style='font-size:22px'><strong>{escape(words)}</strong></p>"

    def _show_ask(self, path: DemoPath | None) -> None:
        self.ask.value = _readable(question(path)) if path else ""

    def _show_notes(self) -> None:
        path = self._path if self.notes.value else None
        self.say.value = _readable(f"<h3>Say</h3>{notes_list(path)}") if path else ""

    def __repr__(self) -> str:
        return "The demonstration's panel. Run the cell to see it."

    def _repr_mimebundle_(self, include=None, exclude=None, **options):
        bundle = self.box._repr_mimebundle_(include=include, exclude=exclude, **options) or {}
        return {**bundle, "text/plain": repr(self)}


class RoomView:
    """The room's heat map, read anew every few seconds while it is shown."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.box = ipywidgets.HTML()
        self._task: asyncio.Task | None = None

    def show(self, shown: bool) -> None:
        """Begin to show the map, or take it away. Needs a running event loop."""
        if self._task is not None:
            self._task.cancel()
            self._task, self.box.value = None, ""
        if shown:
            self._task = asyncio.get_event_loop().create_task(self._go_on())

    async def _go_on(self) -> None:
        while True:
            self.box.value = await asyncio.to_thread(self._picture)
            await asyncio.sleep(ROOM_SECONDS)

    def _picture(self) -> str:
        from sagalab.instructor.room import read_room
        from sagalab.instructor.room_picture import svg

        try:
            return svg(read_room(self.folder))
        except SagaLabError as problem:
            return f"<p role='status'>{escape(str(problem))}</p>"


def _readable(html: str) -> str:
    """Return HTML in letters that the last row can read on a projector."""
    return f"<div style='font-size:18px;line-height:1.45'>{html}</div>"
