"""A durable function's source, read in a place of its own: its steps reach the course's services in memory."""

import builtins
import os
import types
from collections.abc import Callable, Mapping
from typing import Any

import boto3

from sagalab.deploying.names import TASKS
from sagalab.errors import SagaLabError
from sagalab.project import LAMBDAS
from sagalab.rehearsal.services.addresses import ARNS
from sagalab.rehearsal.services.code import empty_module, run_source
from sagalab.rehearsal.services.outcome import Outcome
from sagalab.rehearsal.services.services import Services

# What ends the process in which the whole saga runs; its code is told nothing.
_DEADLY = ("Runtime.ExitError", "Sandbox.Timedout", "Runtime.OutOfMemory")
_TASKS = {task.handler: task.task for task in TASKS}


class Died(BaseException):
    """The process has ended, and with it the invocation. No `except Exception` of a saga sees it."""

    def __init__(self, error: str, cause: str) -> None:
        super().__init__(f"{error}: {cause}")
        self.error = error


class DurableCode:
    """One durable function on some services. `now` gives the time, in milliseconds since 1970.

    Raises whatever its import raises; SagaLabError where it has no `handler`, or asks boto3 for what is not there.
    """

    def __init__(
        self, source: str, services: Services, now: Callable[[], float], name: str = "durable_saga"
    ) -> None:
        self._services, self._now = services, now
        self.called: set[str] = set()
        self.exited = False  # the process is gone, at once: what it had not sent yet is lost
        self._stand_ins: dict[str, types.ModuleType] = {}
        module = empty_module(name, self._import)
        self._stand_ins |= {
            "boto3": _instead(boto3, client=self._client),
            "os": _instead(os, environ={"SAGA_TOPIC": ARNS.topic}),
        }
        run_source(source, module)
        handler = module.__dict__.get("handler")
        if not callable(handler):
            raise SagaLabError(
                "The durable function has no handler.",
                "Write: @durable_execution def handler(order, context).",
            )
        self.handler: Callable[[Any, Any], Any] = handler

    def _import(
        self,
        name: str,
        globals: Mapping[str, Any] | None = None,
        locals: Mapping[str, Any] | None = None,
        fromlist: tuple[str, ...] = (),
        level: int = 0,
    ) -> types.ModuleType:
        if level == 0 and name not in self._stand_ins and (LAMBDAS / f"{name}.py").is_file():
            self._stand_ins[name] = self._service(name)
        if level == 0 and name in self._stand_ins:
            return self._stand_ins[name]
        return builtins.__import__(name, globals, locals, fromlist, level)

    def _service(self, name: str) -> types.ModuleType:
        """Return a module of lambdas/ whose handlers are answered by the services."""
        real = self._services.module(name)
        tasks = {
            handler.rpartition(".")[2]: task
            for handler, task in _TASKS.items()
            if handler.startswith(f"{name}.")
        }
        return _instead(real, **{attribute: self._asker(task, real) for attribute, task in tasks.items()})

    def _asker(self, task: str, real: types.ModuleType) -> Callable[..., Any]:
        def ask(event: Any, context: Any = None) -> Any:
            self.called.add(task)
            outcome = self._services.invoke(task, event, self._now())
            if outcome.error is None:
                return outcome.result
            raise self._error(outcome)

        return ask

    def _error(self, outcome: Outcome) -> BaseException:
        """Return what a service raised, of its own class, so that a retry strategy knows it."""
        name, words = str(outcome.error), outcome.message
        if name in _DEADLY:
            self.exited = name == "Runtime.ExitError"
            return Died(name, words)
        for module in ("orders", "payments", "inventory", "tables", "faults"):
            for known in vars(self._services.module(module)).values():
                if isinstance(known, type) and issubclass(known, Exception) and known.__name__ == name:
                    return known(words)
        kind = getattr(builtins, name, None)
        if isinstance(kind, type) and issubclass(kind, Exception):
            return kind(words)
        return type(name, (Exception,), {})(words)

    def _client(self, service_name: str, *args: Any, **options: Any) -> Any:
        if service_name != "sns":
            raise SagaLabError(
                f"The durable function asks boto3 for {service_name}, which is not there in a rehearsal.",
                "Its steps call the services of lambdas/; it publishes with boto3.client('sns').",
            )
        return types.SimpleNamespace(
            publish=lambda TopicArn, Message, **more: self._services.publish(Message, round(self._now()))
        )


def _instead(real: types.ModuleType, **names: Any) -> types.ModuleType:
    """Return a module that is the real one but for some names."""
    made = types.ModuleType(real.__name__)
    made.__dict__.update({**vars(real), **names})
    return made
