"""The modules of lambdas/ as they are, in a world of their own: virtual time, chance by a seed, tables in memory.

Each module gets an `import` of its own: `time`, `datetime`, `random`, `uuid`, `os` and `boto3` mean here what the
running invocation (invocation.py) says, `tables` and its like are the modules of this place. Nothing in the
process itself is changed, so that other threads notice nothing.
"""

import builtins
import datetime as real_datetime
import os as real_os
import random as real_random
import threading
import time as real_time
import types
import uuid as real_uuid
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import boto3 as real_boto3

from sagalab.project import LAMBDAS
from sagalab.rehearsal.services.invocation import current
from sagalab.rehearsal.services.known import Known
from sagalab.rehearsal.services.sdk import client

ENVIRONMENT = {
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
    "LAMBDA_TASK_ROOT": "/var/task",
    "TZ": ":UTC",
}


class Code:
    """The modules, read from lambdas/; `replaced` gives another source for some of them, by name."""

    def __init__(
        self, replaced: Mapping[str, str] | None = None, environment: Mapping[str, str] | None = None
    ):
        self._sources = dict(replaced or {})
        self._environment = ENVIRONMENT | dict(environment or {})
        self._modules: dict[str, types.ModuleType] = {}
        self._reading = threading.RLock()  # nobody gets a module that is half read
        self._stand_ins = _stand_ins(self._environment)
        self.known = Known()

    def handler(self, name: str) -> Callable[[Any, Any], Any]:
        """Return the handler called `module.function`; what its import raises is raised here."""
        module, _, function = name.rpartition(".")
        return getattr(self.module(module), function)

    def module(self, name: str) -> types.ModuleType:
        """Return a module of lambdas/, read once; what its import raises is raised here."""
        with self._reading:
            return self._read(name)

    def _read(self, name: str) -> types.ModuleType:
        if name in self._modules:
            return self._modules[name]
        path = LAMBDAS / f"{name}.py"
        source = self._sources[name] if name in self._sources else path.read_text(encoding="utf-8")
        self._modules[name] = module = empty_module(name, self._import)
        try:
            run_source(source, module)
        except BaseException:
            del self._modules[name]
            raise
        return module

    def _import(
        self,
        name: str,
        globals: Mapping[str, Any] | None = None,
        locals: Mapping[str, Any] | None = None,
        fromlist: tuple[str, ...] = (),
        level: int = 0,
    ) -> types.ModuleType:
        first = name.partition(".")[0]
        if level == 0 and name in self._stand_ins:
            return self._stand_ins[name]
        if level == 0 and (name in self._sources or (LAMBDAS / f"{name}.py").is_file()):
            return self.module(name)
        found = builtins.__import__(name, globals, locals, fromlist, level)
        return self._stand_ins[first] if first in self._stand_ins and not fromlist else found


def empty_module(name: str, imports: Callable[..., types.ModuleType]) -> types.ModuleType:
    """Return a module of lambdas/ before its source is run: it has an `import` of its own, and its prints are not kept."""
    module = types.ModuleType(name)
    module.__file__ = str(LAMBDAS / f"{name}.py")
    module.__dict__["__builtins__"] = {**vars(builtins), "__import__": imports, "print": _print}
    return module


def run_source(source: str, module: types.ModuleType) -> None:
    """Run a module's source in it; what its import raises is raised here."""
    exec(_compiled(source, str(module.__file__)), module.__dict__)


@lru_cache(maxsize=64)
def _compiled(source: str, path: str) -> types.CodeType:
    """Return a source compiled: an exploration runs the same ones hundreds of times."""
    return compile(source, path, "exec")


@lru_cache(maxsize=4)
def course_code(environment: tuple[tuple[str, str], ...], changed: tuple[int, ...]) -> Code:
    """Return the modules of lambdas/ as they are now (`changed`: when each was), read once."""
    return Code(environment=dict(environment))


def changed() -> tuple[int, ...]:
    """Return when the files of lambdas/ were changed."""
    # each new set of services asks: pathlib's glob costs five times as much
    with real_os.scandir(LAMBDAS) as there:
        paths = sorted(entry.path for entry in there if entry.name.endswith(".py"))
    return tuple(real_os.stat(path).st_mtime_ns for path in paths)


def _print(*values: Any, **options: Any) -> None:
    """What a function prints goes to its log, which a rehearsal does not keep."""


class _StandIn(types.ModuleType):
    """A module some of whose names mean something else here; all others are the real one's."""

    def __init__(self, real: types.ModuleType, **instead: Any) -> None:
        super().__init__(real.__name__)
        self.__dict__.update(instead)
        self.__dict__["_real"] = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["_real"], name)


class _Chance(_StandIn):
    """`random`, drawn by the invocation's seed."""

    def __getattr__(self, name: str) -> Any:
        return getattr(
            current().chance if hasattr(real_random.Random, name) and name != "Random" else real_random, name
        )


class _Datetime(real_datetime.datetime):
    """datetime with the virtual clock."""

    @classmethod
    def now(cls, tz: real_datetime.tzinfo | None = None) -> Any:
        found = real_datetime.datetime.fromtimestamp(current().now / 1000, real_datetime.UTC)
        return found.replace(tzinfo=None) if tz is None else found.astimezone(tz)

    @classmethod
    def utcnow(cls) -> Any:
        return cls.now()

    @classmethod
    def today(cls) -> Any:
        return cls.now()


class _Date(real_datetime.date):
    """date with the virtual clock."""

    @classmethod
    def today(cls) -> Any:
        return _Datetime.now().date()


def _seconds() -> float:
    return current().now / 1000


def _stand_ins(environment: Mapping[str, str]) -> dict[str, types.ModuleType]:
    time = _StandIn(
        real_time,
        time=_seconds,
        monotonic=_seconds,
        perf_counter=_seconds,
        time_ns=lambda: round(current().now * 1_000_000),
        sleep=lambda seconds: current().sleep(seconds),
    )
    os = _StandIn(
        real_os,
        environ=dict(environment),
        getenv=lambda name, default=None: environment.get(name, default),
        _exit=lambda code: current().exit(code),
    )
    drawn = lambda *_: real_uuid.UUID(int=current().chance.getrandbits(128), version=4)  # noqa: E731
    uuid = _StandIn(real_uuid, uuid4=drawn, uuid1=drawn)
    return {
        "time": time,
        "os": os,
        "random": _Chance(real_random),
        "uuid": uuid,
        "datetime": _StandIn(real_datetime, datetime=_Datetime, date=_Date),
        "boto3": _StandIn(real_boto3, client=client),
    }
