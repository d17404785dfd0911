"""Paths, intrinsic functions and JSONata as functions of an `Env`, with their errors as the engine's."""

import re
from collections.abc import Callable
from typing import Any

from sagalab.asl import intrinsics, paths
from sagalab.asl import jsonata as language
from sagalab.asl.engine.env import Env
from sagalab.asl.engine.errors import query_error, runtime_error
from sagalab.asl.engine.history import json_text

Query = Callable[[Env], Any]

# $states as a whole, or its member context: only then the context object is made
_CONTEXT = re.compile(r"\$states(?!\s*\.\s*(?!context\b))")
_VARIABLE = re.compile(r"\$[^\W\d]\w*")


class NotFound(Exception):
    """A path found nothing in `root`; `reason` says it in AWS's words."""

    def __init__(self, path: str, root: Any, reason: str) -> None:
        super().__init__(path)
        self.path = path
        self.root = root
        self.reason = reason


def jsonata(text: str, field: str) -> Query:
    """Return a JSONata expression of a field; what goes wrong is States.QueryEvaluationError."""
    expression = language.compile(text)
    with_context = _CONTEXT.search(text) is not None

    def evaluate(env: Env) -> Any:
        run = env.run
        try:
            return expression.evaluate(
                env.bindings(with_context), now_ms=run.now, random=run.random, uuid=run.uuid
            )
        except language.Undefined:
            told = "returned nothing (undefined)."
        except language.JsonataError as error:
            told = error.told
        raise query_error(f"The JSONata expression '{text}' specified for the field '{field}' {told}", field)

    return evaluate


def path_or_function(text: str) -> Query:
    """Return a JSONPath, a path into the context (`$$`), a variable (`$name`) or an intrinsic function.

    What a function cannot do is States.Runtime on AWS ("Invalid arguments in States.MathAdd", measured), not the
    States.IntrinsicFailure of the document.
    """
    if text.startswith("$"):
        return path(text)
    call = intrinsics.compile(text, path)

    def evaluate(env: Env) -> Any:
        try:
            return call(env, intrinsics.Chance(env.run.random, env.run.uuid))
        except intrinsics.IntrinsicError as error:
            told = str(error)
        except NotFound as missing:
            told = (
                f"The JsonPath argument for the field '{missing.path}' could not be found in the input "
                f"'{json_text(missing.root)}'"
            )
        raise runtime_error(f"The function '{text}' had the following error: {told}")

    return evaluate


def path(text: str) -> Query:
    """Return a path of the input, the context object or a variable; it raises NotFound."""
    if text == "$":
        return lambda env: env.data
    if text == "$$":
        return lambda env: env.context()
    variable = _VARIABLE.match(text)
    if text.startswith("$$"):
        return _within(text, text[1:], lambda env: env.context())
    if variable is not None:
        return _of_variable(text, variable.group()[1:], "$" + text[variable.end() :])
    return _within(text, text, lambda env: env.data)


def _within(text: str, inner: str, root_of: Query) -> Query:
    compiled = paths.compile(inner)

    def find(env: Env) -> Any:
        root = root_of(env)
        try:
            return compiled.get(root)
        except paths.NoMatch as missing:
            raise NotFound(text, root, missing.reason) from None

    return find


def _of_variable(text: str, name: str, inner: str) -> Query:
    compiled = None if inner == "$" else paths.compile(inner)

    def find(env: Env) -> Any:
        variables = env.frame.variables
        if name not in variables:
            raise NotFound(text, variables, f"No results for path: $['{name}']")
        try:
            return variables[name] if compiled is None else compiled.get(variables[name])
        except paths.NoMatch as missing:
            raise NotFound(text, variables, missing.reason) from None

    return find


def reference_steps(text: str) -> tuple[str | int, ...]:
    """Return the steps of a reference path."""
    return paths.reference(text)
