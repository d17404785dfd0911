"""DynamoDB's expressions are parsed once, and not three times for each request.

Why: moto 5.2.5 parses the condition of a transaction's action three times and its update twice, each time anew; that
was a third of the work of a saga's requests. What it makes of a text is only read afterwards: a condition is asked,
and an update is copied before it is worked on.
"""

import functools

from moto.dynamodb.comparisons import ConditionExpressionParser, Func, Op
from moto.dynamodb.parsing.expressions import UpdateExpressionParser

_KEPT = 512  # texts
_LONGEST = 2000  # characters of a condition with its names and values; a longer one is parsed anew
_parse = ConditionExpressionParser.parse
_parsed: dict[tuple[str, str, str], tuple[Op | Func, list[str], list[str]]] = {}
_installed = False


def _parse_once(self: ConditionExpressionParser) -> Op | Func:
    """Return moto's tree for the condition with its names and values."""
    if not self.condition_expression:
        return _parse(self)
    key = (
        self.condition_expression,
        repr(self.expression_attribute_names),
        repr(self.expression_attribute_values),
    )
    found = _parsed.get(key)
    if found is None:
        tree = _parse(self)
        if sum(map(len, key)) <= _LONGEST:
            if len(_parsed) >= _KEPT:
                _parsed.clear()
            _parsed[key] = tree, [*self.expr_attr_names_found], [*self.expr_attr_values_found]
        return tree
    tree, names, values = found
    self.expr_attr_names_found.extend(names)
    self.expr_attr_values_found.extend(values)
    return tree


def install() -> None:
    """Install this file's adaptations into moto."""
    global _installed
    if _installed:
        return
    _installed = True
    ConditionExpressionParser.parse = _parse_once
    UpdateExpressionParser.make = functools.lru_cache(maxsize=_KEPT)(UpdateExpressionParser.make)
