"""A service's first request makes ready what requests need, and no more.

Why: moto 5.2.5 makes of each path of a service a rule of Werkzeug, which compiles with it two functions that make
addresses; nobody asks here for an address. It also looks through botocore's folders, of some 400 services, once for each
model that it reads and for each of its packages that raises an error. That was more than half of a deployment's work.
"""

import functools
import threading
from collections.abc import Callable
from typing import Any

import moto.core.utils
from botocore.loaders import Loader
from werkzeug.routing import Rule

_compiled = Rule._compile_builder
_create_loader = moto.core.utils.create_loader
_first = threading.Lock()


def _compile_later(self: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
    """Return a function that makes addresses, which is compiled when it is called."""

    def build(rule: Rule, **values: Any) -> tuple[str, str]:
        return _compiled(rule, append_unknown).__get__(rule, None)(**values)

    return build


@functools.cache
def _made() -> Loader:
    loader = _create_loader()
    loader.list_available_services("service-2")  # it keeps what it found
    return loader


def _shared() -> Loader:
    """Return the one reader of botocore's folders. Those who come at one moment wait for the first of them."""
    with _first:
        return _made()


@functools.cache
def _names() -> dict[str, str]:
    """Return botocore's names of the services by moto's, which have no hyphens."""
    return {name.replace("-", ""): name for name in _shared().list_available_services("service-2")}


def _name_of(moto_package_name: str) -> str:
    return _names().get(moto_package_name, moto_package_name)


def install() -> None:
    """Install this file's adaptations into moto and Werkzeug."""
    Rule._compile_builder = _compile_later
    moto.core.utils.create_loader = _shared
    moto.core.utils.service_name_from_moto_package_name = _name_of
