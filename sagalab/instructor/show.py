"""The demonstration as it stands: which path, what has been run, and what each key does. One for all windows.

It knows no page: projector.py and speaker.py say what is seen of it, server.py sends that.
"""

import asyncio
import logging
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from sagalab.cloud.aws_errors import explain
from sagalab.errors import SagaLabError
from sagalab.failurelab.moments import Moment
from sagalab.failurelab.replay import AS_IT_RUNS, SLOW, Pace, Replay
from sagalab.instructor.background import in_background
from sagalab.instructor.paths import DEMO_PATHS, DemoPath
from sagalab.instructor.presentation import KEYS, Presentation
from sagalab.instructor.projected import projected

if TYPE_CHECKING:
    from sagalab.instructor.demo import DemoRun, Stage

START = -1  # the place before the first path
LAST = len(DEMO_PATHS) - 1
ROOM_SECONDS = 5.0  # between two looks into the room's folder
_log = logging.getLogger(__name__)


class Show(Presentation):
    """The place in the demonstration, the runs that were made, and the one under way (one at a time).

    - `place`: the index of the path that is shown, or START. `runs`: the last run of each path, by its key.
    - `running`: the path of the run under way, or None; `task`: that run, or the last one: `await show.task`.
    - `picture`: SVG of what is shown; `trouble`: what went wrong, in words, or "".
    - `slow`: whether runs are shown in slow motion; `caption`: what has just happened in the run that is shown.
    - `map`: the room's heat map while it is shown, else "".
    """

    keys = {**KEYS, "r": "again", "s": "change_pace", "0": "start_over", "m": "show_map"}

    def __init__(self, stage: "Stage | None" = None, room: Path | None = None):
        """Begin before the first path, on a stage that is made at the first run if it is not given.

        `room`: the folder whose heat map `m` shows.
        """
        super().__init__(START)
        self.stage, self.room = stage, room
        self.runs: dict[str, DemoRun] = {}
        self.running: DemoPath | None = None
        self.task: asyncio.Task[None] | None = None
        self.picture = self.trouble = self.map = self.caption = ""
        self.slow = False
        self.shown: DemoRun | None = None
        self._replay: Replay[str] | None = None
        self._pictures: dict[str, str] = {}  # by the key of a path that was run, or the name of a machine
        self._map_task: asyncio.Task[None] | None = None

    @property
    def path(self) -> DemoPath | None:
        """The path that is shown, or None before the first."""
        return DEMO_PATHS[self.place] if self.place >= 0 else None

    @property
    def next(self) -> DemoPath | None:
        """The path that the next step forward runs or shows, or None after the last."""
        path = self.path
        if path is not None and path.key not in self.runs and self.running is not path:
            return path
        return DEMO_PATHS[self.place + 1] if self.place < LAST else None

    @property
    def count(self) -> int:
        """How many paths there are."""
        return len(DEMO_PATHS)

    async def open(self) -> None:
        """Draw the machines as they are before a run."""
        from sagalab.deploying.machines import definition

        for name in dict.fromkeys(path.machine for path in DEMO_PATHS):
            self._pictures[name] = await in_background(projected, definition(name))
        self._move(self.place)
        self.changed()

    # Keys

    def go_on(self) -> None:
        """Run the path that is shown if it was not run; else go to the next, and run it if it was not run."""
        if self.dark:
            self.dark = False
        elif self.running is not None and self.running is self.path:
            self._hurry()  # in slow motion: to its end; else one press too many
        elif (path := self.next) is not None:
            self.go_to(DEMO_PATHS.index(path))

    def back(self) -> None:
        """Show the path before this one, as it was run."""
        self._move(max(START, self.place - 1))

    def first(self) -> None:
        """Go before the first path."""
        self._move(START)

    def last(self) -> None:
        """Go to the last path, and run it if it was not run."""
        self.go_to(LAST)

    def go_to(self, place: int) -> None:
        """Go to a path, and run it if it was not run, or if it is the one that is shown already."""
        place, again = min(place, LAST), place == self.place
        self._move(place)
        if again or DEMO_PATHS[place].key not in self.runs:
            self.run()

    def again(self) -> None:
        """Run the path that is shown once more."""
        self.run()

    def change_pace(self) -> None:
        """Show runs in slow motion from now on, or as they run; in slow motion the run that is shown once more."""
        self.slow = not self.slow
        if self._replay is not None:
            self._replay.pace = self._pace
        elif self.slow and self.shown is not None and self.running is None:
            self._begin_task(self.shown.path, self._show_again(self.shown))

    @property
    def _pace(self) -> Pace:
        return SLOW if self.slow else AS_IT_RUNS

    def _hurry(self) -> None:
        if self.slow and self._replay is not None:
            self._replay.end()

    def start_over(self) -> None:
        """Go before the first path and forget all runs, for the next room. Not while one is under way."""
        if self.running is None:
            for key in self.runs:
                del self._pictures[key]
            self.runs.clear()
            self._move(START)
            self.begun = self.since = None

    def _move(self, place: int) -> None:
        self.moved(place)
        self.trouble = ""
        path = self.path
        if self.running is not path:
            self._hurry()  # nobody looks at it, and the next run waits for it
        self.shown = self.runs.get(path.key) if path is not None else None
        shown = path or DEMO_PATHS[0]
        run_before = path is not None and path.key in self._pictures
        self.picture = self._pictures.get(shown.key if run_before else shown.machine, "")

    # Runs

    def run(self) -> None:
        """Begin to run the path that is shown; while another one runs, do nothing."""
        if self.path is not None and self.running is None:
            self._begin_task(self.path, self._run(self.path))

    def _begin_task(self, path: DemoPath, work: Coroutine[None, None, None]) -> None:
        self.running, self.shown, self.trouble, self.caption = path, None, "", ""
        self.picture = self._pictures.get(path.machine, "")
        self.task = asyncio.get_running_loop().create_task(self._guarded(path, work))

    async def _guarded(self, path: DemoPath, work: Coroutine[None, None, None]) -> None:
        """Do the work, and say on the page what goes wrong."""
        try:
            await work
        except SagaLabError as error:
            self.stage = None  # what is missing is made at the next press
            self._say(path, f"{error.what} {error.cure}")
        except Exception as error:  # a page has no traceback to show: say it, and let the keys live
            _log.exception("A run of the demonstration broke.")
            self.stage = None
            known = explain(error)  # of AWS, without the account's number: all can read this page
            words = str(known) if known else f"{type(error).__name__}: {error}."
            self._say(path, f"{words} Press r to run it again; sagalab doctor.")
        finally:
            self.running = self._replay = None
            self.changed()

    async def _run(self, path: DemoPath) -> None:
        before = self.stage
        try:
            await self._follow(path)
        except SagaLabError:
            if before is None or not await in_background(_is_lost, before):
                raise
            self.stage = None  # a local cloud that was lost is started anew, and the path run on it
            await self._follow(path)

    async def _follow(self, path: DemoPath) -> None:
        """Run a path, and show it at the pace; the verdict when its end has been shown."""
        runs = await in_background(self._begin, path)
        with self._showing(path) as (replay, showing):
            while (run := await in_background(next, runs, None)) is not None:
                last = run
                replay.grow(run.execution, over=run.verdict is not None)
            await showing
        await self._keep(last)

    async def _show_again(self, run: "DemoRun") -> None:
        """Show a run that has ended once more, at the pace."""
        with self._showing(run.path) as (replay, showing):
            replay.grow(run.execution, over=True)
            await showing
        await self._keep(run)

    @contextmanager
    def _showing(self, path: DemoPath) -> Iterator[tuple[Replay[str], asyncio.Task[None]]]:
        """Show a run, moment by moment, as far as it is known; the task ends when its end has been shown."""

        def draw(moment: Moment) -> str:
            return projected(None, moment.execution, room_for=moment.whole)

        def show(moment: Moment, picture: str) -> None:
            if self.path is path:
                self.picture, self.caption = picture, moment.words
                self.changed()

        self._replay = replay = Replay(draw, show, self._pace if self.path is path else AS_IT_RUNS)
        showing = asyncio.get_running_loop().create_task(replay.run())
        try:
            yield replay, showing
        finally:
            replay.close()
            showing.cancel()

    async def _keep(self, run: "DemoRun") -> None:
        """Keep a run that has ended, and show it with its verdict."""
        picture = await in_background(projected, None, run.execution)
        # all at once, as the last of a run: whoever sees the verdict can press the next key
        self.runs[run.path.key], self._pictures[run.path.key] = run, picture
        if self.path is run.path:
            self.shown, self.picture = run, picture

    def _say(self, path: DemoPath, trouble: str) -> None:
        self.trouble = trouble if self.path is path else f"{path.title}: {trouble}"

    def _begin(self, path: DemoPath) -> "Iterator[DemoRun]":
        # Imported at the first run: the page is there sooner.
        from sagalab.instructor.demo import prepare, updates

        if self.stage is None:
            self.stage = prepare()
        return updates(path.key, self.stage.deployment)

    # The room

    def show_map(self) -> None:
        """Begin to show the room's heat map, or take it away. Without a folder of a room: nothing."""
        if self._map_task is not None:
            self._map_task.cancel()
            self._map_task, self.map = None, ""
        elif self.room is not None:
            self._map_task = asyncio.get_running_loop().create_task(self._keep_map(self.room))

    async def _keep_map(self, folder: Path) -> None:
        from sagalab.instructor.room_page import heat_table

        for turn in count():
            self.map = await in_background(heat_table, folder, turn)
            self.changed()
            await asyncio.sleep(ROOM_SECONDS)

    async def end(self) -> None:
        """End what is under way."""
        for task in (self.task, self._map_task):
            if task is not None and not task.done():
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task


def _is_lost(stage: "Stage") -> bool:
    """Tell whether the local cloud is gone on which a stage stood."""
    from sagalab.cloud import local_process

    return stage.deployment.cloud.is_local and not local_process.status()["running"]
