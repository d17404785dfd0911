"""Map in distributed mode: a Map Run whose children are executions of their own.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
"""

from collections.abc import Mapping
from typing import Any

from sagalab.asl.engine import batches
from sagalab.asl.engine.commands import ReadItems, StartChild, StopChild, WriteResults
from sagalab.asl.engine.data import Template, template
from sagalab.asl.engine.env import Env
from sagalab.asl.engine.errors import (
    ITEM_READER_FAILED,
    RESULT_WRITER_FAILED,
    TOLERATED_FAILURES,
    StateFailed,
)
from sagalab.asl.engine.frame import INNER, READING, WRITING, Frame
from sagalab.asl.engine.limits import MAX_ITEMS, TOLERATED_COUNT, TOLERATED_PERCENTAGE, limit
from sagalab.asl.engine.recorder import Recorder
from sagalab.asl.engine.states.map import Map
from sagalab.asl.engine.told import ChildEnded
from sagalab.asl.resource import Resource

# https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
CHILDREN_AT_ONCE = 10_000


class MapRun(Map):
    """A Map whose items are worked on by child executions."""

    # since September 2025: input-output-itemspath.html, document-history.html; an inline Map was recorded to refuse them
    takes_objects = True

    def __init__(
        self,
        name: str,
        body: Mapping[str, Any],
        jsonata: bool,
        processor: int,
        *,
        reader: Resource | None,
        writer: Resource | None,
        quick: bool,
    ) -> None:
        super().__init__(name, body, jsonata, processor)
        config = body.get("ItemProcessor") or body.get("Iterator") or {}
        self.execution_type: str = (config.get("ProcessorConfig") or {}).get("ExecutionType", "STANDARD")
        self.label: str | None = body.get("Label")
        self.tolerated_count = limit(body, TOLERATED_COUNT, jsonata)
        self.tolerated_percentage = limit(body, TOLERATED_PERCENTAGE, jsonata)
        self.reader = _Access(body.get("ItemReader"), "ItemReader", reader, jsonata)
        self.writer = _Access(body.get("ResultWriter"), "ResultWriter", writer, jsonata)
        self.batcher = batches.Batcher(body["ItemBatcher"], jsonata) if body.get("ItemBatcher") else None
        self.quick = quick  # its children have no Task

    # beginning

    def work(self, run: Recorder, frame: Frame) -> None:
        env = self.env(run, frame)
        if run.trace is not None:
            self.note(run, "afterInputPath", env.data)
        concurrency = self.max_concurrency(env)
        items = [] if self.reader.resource is not None else self.items_of(env)
        run.add(frame, "MapStateStarted", {"length": len(items)})
        count, percentage = self.tolerated_count(env), self.tolerated_percentage(env)
        most = self.reader.max_items(env)
        label = self.label or run.uuid()
        arn = run.execution.machine_arn.replace(":stateMachine:", ":mapRun:", 1) + f"/{label}:{run.uuid()}"
        frame.map = {
            "arn": arn,
            "label": label,
            "concurrency": concurrency,
            "count": count,
            "percentage": percentage,
            "failed": 0,
            "retries": [],
        }
        if run.trace is not None:
            self.note(run, "maxConcurrency", concurrency)
            if count is not None:
                self.note(run, "toleratedFailureCount", count)
            if percentage is not None:
                self.note(run, "toleratedFailurePercentage", percentage)
        run.add(frame, "MapRunStarted", {"mapRunArn": arn})
        run.map_run(
            arn,
            status="RUNNING",
            started=run.now,
            execution_type=self.execution_type,
            concurrency=concurrency,
            count=count,
            percentage=percentage,
            state=self.name,
        )
        if self.mocked(run, frame):
            return
        if self.reader.resource is None:
            self._begin(run, frame, items)
            return
        if most is not None and most < 0:
            self._fail_run(run, frame, StateFailed(ITEM_READER_FAILED, "field MaxItems must be positive"))
            return
        frame.phase = READING
        frame.task = run.new_task(frame)
        settings = {key: value for key, value in self.reader.config.items() if not key.startswith("MaxItems")}
        if most:
            settings["MaxItems"] = most
        parameters = self.reader.parameters(env)
        run.ask(ReadItems(frame.task, self.name, self.reader.resource, parameters, settings))

    def read(self, run: Recorder, frame: Frame, items: Any) -> None:
        """Go on with the items that the reader found."""
        if not isinstance(items, list):  # a mock's
            told = StateFailed(ITEM_READER_FAILED, "Attempting to map over non-iterable node.")
            self._fail_run(run, frame, told)
            return
        self._begin(run, frame, items)

    def _begin(self, run: Recorder, frame: Frame, items: list[Any]) -> None:
        frame.phase = INNER
        chosen = (
            [
                self.selected(run, frame, index, value, {"Index": index, "Value": value})
                for index, value in enumerate(items)
            ]
            if self.selector is not None
            else items
        )
        if self.batcher is not None:
            chosen = self.batcher.batches(self.env(run, frame), chosen)
        frame.items = chosen
        frame.results = [None] * len(chosen)
        frame.next_item = 0
        frame.inner = []
        assert frame.map is not None
        run.map_run(
            frame.map["arn"], items=len(items), executions=len(chosen), batched=self.batcher is not None
        )
        self._start_children(run, frame)
        self._end_if_done(run, frame)

    def _start_children(self, run: Recorder, frame: Frame) -> None:
        about = frame.map
        assert about is not None
        most = about["concurrency"] or CHILDREN_AT_ONCE
        while len(frame.inner) < most:
            if about["retries"]:
                index, about = about["retries"][0], {**about, "retries": about["retries"][1:]}
                frame.map = about
            elif frame.next_item < len(frame.items):
                index = frame.next_item
                frame.next_item += 1
            else:
                return
            child = run.new_child(frame, index)
            frame.inner.append(child)
            value = frame.items[index]
            run.ask(
                StartChild(
                    child,
                    self.name,
                    about["arn"],
                    self.processor,
                    run.uuid(),
                    value,
                    {"Index": index, "Value": value},
                    self.execution_type,
                )
            )

    # children

    def child_ended(self, run: Recorder, frame: Frame, index: int, ended: ChildEnded) -> None:
        """Take what a child came to."""
        about = frame.map
        assert about is not None
        frame.inner.remove(ended.child)
        record: dict[str, Any] = {"Status": ended.status}
        if ended.status == "SUCCEEDED":
            record["Output"] = ended.output
        else:
            record["Error"], record["Cause"] = ended.error, ended.cause
            frame.map = about = {**about, "failed": about["failed"] + self._weight(frame, index)}
        frame.results[index] = record
        run.map_run_counts(about["arn"], ended.status, self._weight(frame, index))
        if self._intolerable(frame):
            self._fail_run(run, frame, _intolerable())
            return
        self._start_children(run, frame)
        self._end_if_done(run, frame)

    def _weight(self, frame: Frame, index: int) -> int:
        """Return how many items a child had."""
        return len(frame.items[index]["Items"]) if self.batcher is not None else 1

    def _intolerable(self, frame: Frame) -> bool:
        about = frame.map
        assert about is not None
        failed, count, percentage = about["failed"], about["count"], about["percentage"]
        if count is None and percentage is None:
            return bool(failed)
        if count is not None and failed > count:
            return True
        total = sum(self._weight(frame, index) for index in range(len(frame.items)))
        return percentage is not None and failed * 100 > percentage * total

    # ending

    def _end_if_done(self, run: Recorder, frame: Frame) -> None:
        assert frame.map is not None
        rest = frame.next_item < len(frame.items) or frame.map["retries"]
        if frame.phase != INNER or frame.inner or rest:
            return
        if self.writer.resource is not None:
            frame.phase = WRITING
            frame.task = run.new_task(frame)
            run.ask(
                WriteResults(
                    frame.task,
                    self.name,
                    self.writer.resource,
                    self.writer.parameters(self.env(run, frame)),
                    self.writer.config,
                    frame.map["arn"],
                    frame.results,
                )
            )
            return
        self._succeed_run(run, frame, batches.transformed(frame.results, self.writer.config))

    def written(self, run: Recorder, frame: Frame, details: Any) -> None:
        """Go on once the results are written."""
        assert frame.map is not None
        run.map_run(frame.map["arn"], written=True)
        self._succeed_run(run, frame, {"MapRunArn": frame.map["arn"], "ResultWriterDetails": details})

    def _succeed_run(self, run: Recorder, frame: Frame, result: Any) -> None:
        assert frame.map is not None
        started = frame.previous
        run.map_run(frame.map["arn"], status="SUCCEEDED", stopped=run.now)
        run.add(frame, "MapRunSucceeded", None)
        run.add(frame, "MapStateSucceeded", None, update=False)
        if self.quick and frame.before_entered:
            # recorded: after another state, and where no child has a Task, the Map is left "after" the
            # start of its run, else after its end
            frame.previous = started
        self.take_result(run, frame, result)

    def request_failed(self, run: Recorder, frame: Frame, failure: StateFailed) -> None:
        """The items could not be read, or the results not written."""
        if failure.error is None:
            failure.error = ITEM_READER_FAILED if frame.phase == READING else RESULT_WRITER_FAILED
        self._fail_run(run, frame, failure)

    def _fail_run(self, run: Recorder, frame: Frame, failure: StateFailed) -> None:
        assert frame.map is not None
        self._stop_children(run, frame)
        run.map_run(frame.map["arn"], status="FAILED", stopped=run.now)
        details = {"error": failure.error, "cause": failure.cause}
        run.add(frame, "MapRunFailed", {key: value for key, value in details.items() if value is not None})
        outer = failure.passed_on()
        self.fail(run, frame, outer)

    def _stop_children(self, run: Recorder, frame: Frame) -> None:
        for child in frame.inner:
            run.forget_child(child)
            run.ask(StopChild(child))
        frame.inner = []

    def work_again(self, run: Recorder, frame: Frame) -> None:
        """Run the children that did not succeed, and those that had not begun, in the same Map Run."""
        about = frame.map
        if about is None or not frame.items:
            self.work(run, frame)
            return
        again = [
            index
            for index in range(frame.next_item)
            if not isinstance(frame.results[index], dict) or frame.results[index]["Status"] != "SUCCEEDED"
        ]
        times = about.get("redrives", 0) + 1
        frame.map = {**about, "retries": again, "failed": 0, "redrives": times}
        frame.phase = INNER
        run.add(frame, "MapRunRedriven", {"mapRunArn": about["arn"], "redriveCount": times})
        run.map_run(
            about["arn"], status="RUNNING", stopped=None, redrives=times, **self._kept_counts(run, frame)
        )
        self._start_children(run, frame)
        self._end_if_done(run, frame)

    def _kept_counts(self, run: Recorder, frame: Frame) -> dict[str, dict[str, int]]:
        """Return the counts of a Map Run that is redriven: what did not succeed counts anew."""
        assert frame.map is not None
        noted = run.map_runs[frame.map["arn"]]
        return {name: {"SUCCEEDED": noted[name].get("SUCCEEDED", 0)} for name in ("counts", "item_counts")}

    def change(self, run: Recorder, frame: Frame, changes: dict[str, Any]) -> None:
        """Go on with other numbers: concurrency, count and percentage of failures that are tolerated."""
        assert frame.map is not None
        frame.map = {**frame.map, **changes}
        run.map_run(frame.map["arn"], **changes)
        if frame.phase != INNER:  # its items are still read, or its results written
            return
        if self._intolerable(frame):
            self._fail_run(run, frame, _intolerable())
            return
        self._start_children(run, frame)

    def abort_run(self, run: Recorder, frame: Frame) -> None:
        """The execution, or a state around this one, ended: stop the children."""
        self._stop_children(run, frame)
        if frame.map is not None and run.map_runs[frame.map["arn"]]["status"] == "RUNNING":
            run.map_run(frame.map["arn"], status="ABORTED", stopped=run.now)


def _intolerable() -> StateFailed:
    return StateFailed(TOLERATED_FAILURES, "The specified tolerated failure threshold was exceeded")


class _Access:
    """An ItemReader or ResultWriter: what it calls, and with what."""

    def __init__(
        self, body: Mapping[str, Any] | None, name: str, resource: Resource | None, jsonata: bool
    ) -> None:
        self.resource = resource
        given = body or {}
        field = "Arguments" if jsonata else "Parameters"
        self.parameters: Template = template(given.get(field, {}), f"{name}/{field}", jsonata)
        self.config: dict[str, Any] = dict(given.get("ReaderConfig") or given.get("WriterConfig") or {})
        self.most = limit(self.config, MAX_ITEMS, jsonata)

    def max_items(self, env: Env) -> int | None:
        """Return ReaderConfig's MaxItems."""
        value: int | None = self.most(env)
        return value
