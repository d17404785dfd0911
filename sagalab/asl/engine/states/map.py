"""Map: the same states for each item; here what both modes share, and the inline one."""

from collections.abc import Mapping
from typing import Any

from sagalab.asl.engine.data import Template, is_expression, of_kind, plain_path, template
from sagalab.asl.engine.env import Env
from sagalab.asl.engine.errors import StateFailed, query_error, runtime_error
from sagalab.asl.engine.frame import FAILED, INNER, Frame
from sagalab.asl.engine.history import json_text
from sagalab.asl.engine.limits import MAX_CONCURRENCY, limit
from sagalab.asl.engine.recorder import Recorder
from sagalab.asl.engine.states.parallel import Container

# https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html
INLINE_CONCURRENCY = 40


class Map(Container):
    """What both modes of a Map have."""

    kind = "Map"
    takes_objects = False  # what it maps over may be an object
    failed_event = "MapStateFailed"

    def __init__(self, name: str, body: Mapping[str, Any], jsonata: bool, processor: int) -> None:
        super().__init__(name, body, jsonata)
        self.processor = processor  # the number of its scope
        self.items = _items(body, jsonata, self.takes_objects)
        self.max_concurrency = limit(body, MAX_CONCURRENCY, jsonata)
        self.selector = _selector(body, jsonata)

    def items_of(self, env: Env) -> list[Any]:
        """Return the items, or raise what AWS says when they are no array."""
        found = self.items(env)
        items: list[Any] = (
            [{"Key": key, "Value": value} for key, value in found.items()]
            if isinstance(found, dict)
            else found
        )
        if env.run.trace is not None:
            self.note(env.run, "afterItemsPath", items)
        return items

    def selected(self, run: Recorder, frame: Frame, index: int, value: Any, item: dict[str, Any]) -> Any:
        """Return the input of an item: itself, or what ItemSelector makes of it."""
        if self.selector is None:
            return value
        outer, frame.item = frame.item, item
        try:
            return self.selector(self.env(run, frame))
        finally:
            frame.item = outer


class InlineMap(Map):
    """A Map whose iterations are part of its own execution."""

    def work(self, run: Recorder, frame: Frame) -> None:
        env = self.env(run, frame)
        if run.trace is not None:
            self.note(run, "afterInputPath", env.data)
        concurrency = self.max_concurrency(env)
        items = self.items_of(env)
        if run.trace is not None:
            self.note(run, "maxConcurrency", concurrency)
        run.add(frame, "MapStateStarted", {"length": len(items)})
        if self.mocked(run, frame):
            return
        frame.phase = INNER
        frame.items = items
        frame.results = [None] * len(items)
        frame.next_item = 0
        frame.inner = []
        workers = min(len(items), concurrency or INLINE_CONCURRENCY)
        if workers == 0:
            self._end(run, frame)
        for _ in range(workers):
            if frame.phase == INNER:  # an ItemSelector that fails ends the state at once
                self._start(run, frame, frame.previous)

    def _start(self, run: Recorder, frame: Frame, previous: int) -> None:
        """Start the next iteration after the event `previous`."""
        index = frame.next_item
        frame.next_item += 1
        item = {"Index": index, "Value": frame.items[index]}
        inner = run.open(frame, self.processor, index, frame.items[index], previous)
        inner.item = item
        frame.inner.append(inner.id)
        run.add(inner, "MapIterationStarted", {"name": self.name, "index": index})
        try:
            inner.input = self.selected(run, frame, index, frame.items[index], item)
        except StateFailed as failure:
            self.place(frame, failure)
            if failure.evaluation:
                self.tell_evaluation(run, inner, failure)
            self.inner_failed(run, frame, inner, failure)

    def inner_done(self, run: Recorder, frame: Frame, inner: Frame, output: Any) -> None:
        succeeded = run.add(
            inner, "MapIterationSucceeded", {"name": self.name, "index": inner.index}, update=False
        )
        frame.results[inner.index] = output
        frame.inner.remove(inner.id)
        if frame.next_item < len(frame.items):
            self._start(run, frame, inner.previous)
            return
        # the last iteration of each worker is what comes before the Map's own events
        frame.previous = max(frame.previous, succeeded)
        if not frame.inner:
            self._end(run, frame)

    def _end(self, run: Recorder, frame: Frame) -> None:
        run.add(frame, "MapStateSucceeded", None, update=False)
        self.take_result(run, frame, frame.results)

    def end_inner(self, run: Recorder, frame: Frame) -> None:
        """Abort the iterations that still run."""
        for number in frame.inner:
            inner = run.frames[number]
            if inner.phase != FAILED:
                run.abort(inner)
                about = {"name": self.name, "index": inner.index}
                run.add(inner, "MapIterationAborted", about, update=False)

    def inner_failed(self, run: Recorder, frame: Frame, inner: Frame, failure: StateFailed) -> None:
        run.add(inner, "MapIterationFailed", {"name": self.name, "index": inner.index}, update=False)
        frame.previous = max(frame.previous, inner.previous)
        run.release(inner)
        inner.phase = FAILED
        self.end_inner(run, frame)
        self.fail(run, frame, failure.passed_on())


def _items(body: Mapping[str, Any], jsonata: bool, objects: bool) -> Template:
    kinds: type | tuple[type, ...] = (list, dict) if objects else list
    if not jsonata:
        path = body.get("ItemsPath", "$")
        find = plain_path(path)

        def array(env: Env) -> Any:
            value = find(env)
            if not isinstance(value, kinds):
                raise runtime_error(f'Reference path "{path}" must point to array.')
            return value

        return array
    if "Items" not in body:
        return _items_of_input
    field = body["Items"]
    written = field if is_expression(field) else json_text(field)
    made = template(field, "Items", True)
    return of_kind(made, lambda value: isinstance(value, kinds), "array", written, "Items")


def _items_of_input(env: Env) -> Any:
    value = env.data
    if not isinstance(value, list):
        raise query_error(f"Map state input must be an array but was: {json_text(value)}", None)
    return value


def _selector(body: Mapping[str, Any], jsonata: bool) -> Template | None:
    if "ItemSelector" in body:
        return template(body["ItemSelector"], "ItemSelector", jsonata)
    if not jsonata and "Parameters" in body:
        return template(body["Parameters"], "Parameters", False)
    return None
