"""The course's services in memory: they answer a machine's tasks in a world (world.py), and can be forked.

The functions are those of lambdas/, as they are; a topic keeps what is published. Lambda's own behaviour is here
too: its time limit, a process that exits, an error in the words of its runtime.
"""

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

from sagalab.asl.engine.commands import CallTask
from sagalab.deploying.catalogue import STOCKED
from sagalab.deploying.names import TABLES, TASKS, TaskFunction
from sagalab.deploying.part_function import TIMEOUT_SECONDS
from sagalab.errors import SagaLabError
from sagalab.ledger.inbox import Notification
from sagalab.ledger.ledger import Ledger
from sagalab.ledger.read import ledger_of, sleepers
from sagalab.rehearsal.coming import Answer, Awake, Call
from sagalab.rehearsal.services.addresses import ARNS, NAMES, is_the_topic, payload_of, table_call, task_of
from sagalab.rehearsal.services.code import Code, changed, course_code
from sagalab.rehearsal.services.invocation import Api, Ends, Invocation, Running, copied, current, running
from sagalab.rehearsal.services.known import Known
from sagalab.rehearsal.services.outcome import Outcome, exited, failed, plain, raised
from sagalab.rehearsal.services.refused import Refused
from sagalab.rehearsal.services.tables import Tables
from sagalab.rehearsal.world import BEGINNING

TAKES_MS = 5  # of virtual time, so long a function takes that neither sleeps nor fails to answer
_KEYS = {"orders": "order_id", "stock": "item_id", "attempts": "key"}
_HANDLERS = {task.task: task.handler for task in TASKS}


class Services:
    """Tables, topic and functions of one place, ready to answer a world's tasks.

    `seed`: all that the functions draw by chance follows from it. `stock`: how many of each item there are
    (default: the catalogue's). `code`: other sources for modules of lambdas/, by name; `handlers`: other handlers ("module.function")
    for tasks. `each_call`: an
    invocation is put aside before each call of a service, so that others can come between (races).
    """

    def __init__(
        self,
        seed: int | str = 0,
        *,
        stock: Mapping[str, int] | None = None,
        code: Mapping[str, str] | None = None,
        handlers: Mapping[str, str] | None = None,
        each_call: bool = False,
    ) -> None:
        self.seed = str(seed)
        self.each_call = each_call
        self.tables = Tables({NAMES.table(key): (_KEYS.get(key, "transaction_id"),) for key in TABLES})
        self.messages: tuple[Notification, ...] = ()
        self.invoked = 0
        environment = {f"{key.upper()}_TABLE": NAMES.table(key) for key in TABLES}
        self._code = Code(code, environment) if code else course_code(tuple(environment.items()), changed())
        self._handlers = _HANDLERS | dict(handlers or {})
        self._known = Known() if handlers else self._code.known
        self._between: Callable[[str], None] | None = None
        counts = {item.item_id: item.in_stock for item in STOCKED} if stock is None else dict(stock)
        known = {item.item_id: item for item in STOCKED}
        for item_id, count in counts.items():
            item = known.get(item_id)
            about = {"description": item.description, "unit_price": item.unit_price} if item else {}
            self.tables.put(NAMES.table("stock"), {"item_id": item_id, "in_stock": count, **about})

    def copy(self) -> "Services":
        """Return services that can go their own way, with the same rows and messages."""
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__)
        other.tables = self.tables.copy()
        return other

    def same_business(self, other: "Services") -> bool:
        """Tell whether orders, payments, inventory and stock are the same as in others (a fork of these)."""
        return self.tables.same(other.tables, [NAMES.table(key) for key in TABLES if key != "attempts"])

    def module(self, name: str) -> ModuleType:
        """Return a module of lambdas/ as these services have it."""
        return self._code.module(name)

    def rows(self, key: str) -> list[dict[str, Any]]:
        """Return the rows of orders, payments, inventory, stock or attempts; numbers are Decimal."""
        return self.tables.rows(NAMES.table(key))

    # as what answers a world

    def answers(self, ask: CallTask) -> bool:
        """Tell whether a Task is one for these services."""
        if (ask.resource.service, ask.resource.action) == ("sns", "publish"):
            return is_the_topic(ask.parameters.get("TopicArn"))
        return task_of(ask) is not None or table_call(ask) is not None

    def __call__(self, call: Call) -> Answer | Awake:
        """Answer a world's task, or say when its function, which sleeps, goes on."""
        ask = call.ask
        if not isinstance(ask, CallTask):
            raise SagaLabError("The course's services read no items.", "Give a mock for this state.")
        if (ask.resource.service, ask.resource.action) == ("sns", "publish"):
            return self._published(ask, call.at)
        operation = table_call(ask)
        if operation is not None:
            return self._table_answer(ask, operation)
        task = task_of(ask)
        if task is None:
            raise SagaLabError(
                f"The state {ask.state} calls nothing that the course's services have.", "Give a mock for it."
            )
        return self._going(ask, self._begin(task, self.event(ask, task), call.at))

    def wake(self, awake: Awake, at: int) -> Answer | Awake:
        """Let a function go on that slept."""
        return self._going(awake.ask, self._go_on(awake.work, at))

    def event(self, ask: CallTask, task: str) -> Any:
        """Return what the function is called with."""
        return payload_of(ask)

    def result(self, outcome: Outcome) -> Any:
        """Return what the function answers with."""
        return outcome.result

    def _going(self, ask: CallTask, found: "Outcome | Invocation") -> Answer | Awake:
        if isinstance(found, Invocation):
            return Awake(round(found.due), ask, found)
        if found.error is not None:
            return Answer(error=found.error, cause=found.cause, failed=True, after_ms=TAKES_MS)
        result = self.result(found)
        if ask.resource.kind == "service":
            result = {"ExecutedVersion": "$LATEST", "Payload": result, "StatusCode": 200}
        if ask.token is not None:
            return Answer(submitted=result, forever=True)
        return Answer(result, after_ms=TAKES_MS)

    # functions

    def invoke(
        self, task: str, event: Any, now: float = BEGINNING, between: Callable[[str], None] | None = None
    ) -> Outcome:
        """Call one function and let it come to its end; it sleeps in virtual time.

        `between` is called with the operation's name before each call of a service: what it does to these
        services happens there. Errors of the function are in the outcome.
        """
        before, self._between = self._between, between
        try:
            found = self._begin(task, event, now)
            while isinstance(found, Invocation):
                found = self._go_on(found, found.due)
            return found
        finally:
            self._between = before

    def _begin(self, task: str, event: Any, now: float) -> Outcome | Invocation:
        self.invoked += 1
        deadline = now + TIMEOUT_SECONDS * 1000
        new = Invocation(self._handlers[task], json.dumps(event), now, deadline, self.invoked, self.seed, now)
        return self._until_call(new) if self.each_call else self._run(new, None)

    def _go_on(self, invocation: Invocation, at: float) -> Outcome | Invocation:
        if invocation.killed:
            return failed(
                "Sandbox.Timedout",
                f"RequestId: {invocation.request_id} Error: Task timed out after {TIMEOUT_SECONDS:.2f} seconds",
            )
        if at != invocation.due and invocation.log and invocation.log[-1][0] == "slept":
            # a world may let it go on before or after its time
            invocation = _slept_until(invocation, at)
        if invocation.asks is not None and self._between is None:
            return self._called(invocation, *invocation.asks)
        return self._run(invocation, 1 if self.each_call else None)

    def _called(
        self, invocation: Invocation, service: str, operation: str, request: dict[str, Any]
    ) -> Outcome | Invocation:
        """Make the call for which a function was put aside, and let it go on to its next call."""
        told: tuple[Any, ...]
        with running(Running(invocation, self._api)) as one:
            one.now = invocation.due
            try:
                told = ("answered", operation, self._api(service, operation, copied(request)))
            except Refused as refused:
                told = ("refused", operation, refused)
            except Exception as error:
                return self._run(replace(invocation, asks=None), 1, _raising(error))
        return self._until_call(replace(invocation, log=(*invocation.log, told), asks=None))

    def _until_call(self, invocation: Invocation) -> Outcome | Invocation:
        return self._known.step(Running(invocation, self._api, 0, self._between), self._run_as)

    def _run(
        self, invocation: Invocation, granted: int | None, api: Api | None = None
    ) -> Outcome | Invocation:
        return self._run_as(Running(invocation, api or self._api, granted, self._between))

    def _run_as(self, one: Running) -> Outcome | Invocation:
        invocation = one.invocation
        event = json.loads(invocation.event)
        with running(one):
            try:
                answer = self._code.handler(invocation.function)(event, self._context(one))
                return Outcome(json.loads(json.dumps(answer, default=plain)))
            except Ends:
                return one.sleeps if one.sleeps is not None else exited(invocation, one.exited or 0)
            except SystemExit as left:
                return exited(invocation, left.code if isinstance(left.code, int) else 1)
            except MemoryError:
                words = "The function needs more memory than its MemorySize of 256 MB and was ended: signal: killed"
                return failed("Runtime.OutOfMemory", f"RequestId: {invocation.request_id} Error: {words}")
            except SagaLabError:
                raise
            except Exception as error:  # the function's error is what its caller wants
                return raised(error, invocation.request_id)

    def _context(self, one: Running) -> "_Context":
        by_handler = {handler: task for task, handler in self._handlers.items()}
        called = by_handler[one.invocation.function]
        return _Context(one, next(task for task in TASKS if task.task == called))

    def _api(self, service: str, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        if service == "dynamodb":
            return self.tables.call(operation, request)
        if operation == "Publish":
            return self.publish(request.get("Message", ""), round(current().now))
        raise Refused("UnknownOperationException", f"{service} has no {operation} in a rehearsal.")

    # the topic and the tables, called by the machine itself

    def _published(self, ask: CallTask, at: int) -> Answer:
        message = ask.parameters.get("Message", "")
        text = message if isinstance(message, str) else json.dumps(message, separators=(",", ":"))
        answer = self.publish(text, at)
        if ask.token is not None:
            return Answer(submitted=answer, forever=True)
        return Answer(answer, after_ms=TAKES_MS)

    def publish(self, text: str, at: int) -> dict[str, Any]:
        """Publish a message (JSON text) on the topic at a time (milliseconds since 1970); return SNS's answer."""
        try:
            body = json.loads(text)
        except ValueError:
            body = text
        drawn = random.Random(f"{self.seed}/message/{len(self.messages)}").getrandbits(128)
        hexed = f"{drawn:032x}"
        message_id = f"{hexed[:8]}-{hexed[8:12]}-4{hexed[13:16]}-8{hexed[17:20]}-{hexed[20:]}"
        note = Notification(message_id, datetime.fromtimestamp(at / 1000, UTC), body)
        self.messages = (*self.messages, note)
        return {"MessageId": message_id}

    def _table_answer(self, ask: CallTask, operation: str) -> Answer:
        try:
            return Answer(self.tables.call(operation, ask.parameters), after_ms=TAKES_MS)
        except Refused as refused:
            return Answer(
                error=f"DynamoDB.{refused.code}", cause=refused.message, failed=True, after_ms=TAKES_MS
            )

    # the ledger

    def ledger(self, order: Mapping[str, Any], now: float) -> Ledger:
        """Return the ledger of one order as the tables and the topic have it at a time (milliseconds since 1970)."""
        order_id = str(order.get("order_id"))
        by_key = {row["key"]: row for row in self.rows("attempts")}
        due = sleepers({task.task: by_key.get(f"{order_id}#{task.task}", {}) for task in TASKS}, now / 1000)
        return ledger_of(
            order,
            placed=next((row for row in self.rows("orders") if row["order_id"] == order_id), None),
            payments=_of_order(self.rows("payments"), order_id),
            inventory=_of_order(self.rows("inventory"), order_id),
            stock={row["item_id"]: int(row["in_stock"]) for row in self.rows("stock")},
            notifications=[note for note in self.messages if note.order_id == order_id],
            pending=due,
        )


def _of_order(rows: list[dict[str, Any]], order_id: str) -> list[dict[str, Any]]:
    found = [row for row in rows if row["order_id"] == order_id]
    return sorted(found, key=lambda row: str(row.get("transaction_date", "")))


class _Context:
    """As much of Lambda's context as functions use."""

    def __init__(self, one: Running, task: TaskFunction) -> None:
        self._one = one
        self.function_name = NAMES.function(task)
        self.function_version = "$LATEST"
        self.invoked_function_arn = ARNS.function(task)
        self.memory_limit_in_mb = "256"
        self.log_group_name = NAMES.function_log_group(task)
        self.log_stream_name = "rehearsal"
        self.client_context = self.identity = None

    @property
    def aws_request_id(self) -> str:
        """The id that Lambda gives the request."""
        self._one.is_numbered = True
        return self._one.invocation.request_id

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds until the function's Timeout."""
        return max(0, int(self._one.invocation.deadline - self._one.now))


def _slept_until(invocation: Invocation, at: float) -> Invocation:
    return replace(invocation, log=(*invocation.log[:-1], ("slept", at)), due=at, asks=None)


def _raising(error: Exception) -> Api:
    def api(service: str, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        raise error

    return api
