"""Rules about the two query languages, JSONata and JSONPath, and about the JSONata inside the quotes."""

import re
from collections.abc import Iterator

from sagalab.asl.document import Body, Machine, State, objects
from sagalab.asl.expressions import expressions, is_jsonata, jsonata_of
from sagalab.linting.jsonata_text import parse_problem, unknown_functions
from sagalab.linting.rule import ERROR, WARNING, Finding, Report, rule

# https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
JSONPATH_FIELDS = frozenset(
    "InputPath OutputPath ResultPath Parameters ResultSelector Result ItemsPath SecondsPath TimestampPath "
    "TimeoutSecondsPath HeartbeatSecondsPath ErrorPath CausePath MaxConcurrencyPath "
    "ToleratedFailureCountPath ToleratedFailurePercentagePath Variable And Or Not".split()
)
JSONATA_FIELDS = frozenset("Arguments Output Items Condition Assign".split())
_ONLY_JSONATA = JSONATA_FIELDS - {"Assign"}
_INSTEAD = {
    "Parameters": "Use Arguments.",
    "ResultSelector": "Use Output, with $states.result.",
    "ResultPath": "Use Output, or keep the result in a variable with Assign.",
    "InputPath": "Use Arguments.",
    "OutputPath": "Use Output.",
    "Result": "Use Output.",
    "ItemsPath": "Use Items.",
    "Variable": "Use Condition.",
    "Arguments": "Use Parameters.",
    "Output": "Use ResultSelector and ResultPath.",
    "Items": "Use ItemsPath.",
    "Condition": "Use Variable and a comparison.",
}


@rule("SAGA004", ERROR)
def jsonata_syntax(machine: Machine, report: Report) -> Iterator[Finding]:
    """Every {% … %} is JSONata that can be read.

    Bad:
        QueryLanguage: JSONata
        StartAt: Sum
        States:
          Sum: {Type: Pass, Output: "{% $sum($states.input.items.price %}", End: true}
    Good:
        QueryLanguage: JSONata
        StartAt: Sum
        States:
          Sum: {Type: Pass, Output: "{% $sum($states.input.items.price) %}", End: true}
    """
    for state in machine.states:
        for found in jsonata_of(state):
            part, problem = found.place, parse_problem(found.code)
            if problem:
                yield report(
                    state,
                    f"{part} is no JSONata: {problem.what}, at character {problem.column} of {problem.shown}",
                    problem.cure,
                    part,
                )


@rule("SAGA005", ERROR)
def fields_of_the_other_language(machine: Machine, report: Report) -> Iterator[Finding]:
    """A JSONata state has no JSONPath field, and a JSONPath state no JSONata field.

    Bad:
        QueryLanguage: JSONata
        StartAt: Note
        States:
          Note: {Type: Pass, ResultPath: $.note, Output: hello, End: true}
    Good:
        QueryLanguage: JSONata
        StartAt: Note
        States:
          Note: {Type: Pass, Output: hello, End: true}
    """
    for state in machine.states:
        jsonata = state.is_jsonata
        if jsonata and state.body.get("QueryLanguage") == "JSONPath":
            yield report(
                state,
                "It says JSONPath, and the whole machine is JSONata: AWS refuses that.",
                "Write this state in JSONata, or set JSONata on the other states and not on the machine.",
                "QueryLanguage",
            )
        foreign = JSONPATH_FIELDS if jsonata else _ONLY_JSONATA
        other = "JSONPath" if jsonata else "JSONata"
        for holder, part in _holders(state):
            for name in holder:
                if name in foreign:
                    yield report(
                        state,
                        f"{name} belongs to {other}, and this is a {state.query_language} state.",
                        _INSTEAD.get(name, f"Use the {state.query_language} field in its place.")
                        + ("" if jsonata else ' Or set "QueryLanguage": "JSONata".'),
                        f"{part}.{name}" if part else name,
                    )


@rule("SAGA006", WARNING)
def values_of_the_other_language(machine: Machine, report: Report) -> Iterator[Finding]:
    """A JSONPath state does not compute {% … %}, and a JSONata state does not follow "name.$".

    Either is taken for plain text and goes on as it stands, which no error tells.

    Bad:
        StartAt: Note
        States:
          Note: {Type: Pass, Parameters: {order: "{% $states.input.order %}"}, End: true}
    Good:
        StartAt: Note
        States:
          Note: {Type: Pass, Parameters: {order.$: $.order}, End: true}
    """
    for state in machine.states:
        jsonata = state.is_jsonata
        for found in expressions(state):
            part, key, text = found.place, found.key, found.text
            if jsonata and key.endswith(".$") and text.startswith(("$", "States.")):
                yield report(
                    state,
                    f'"{key}" is JSONPath, and this is a JSONata state: "{text}" is passed on as plain text.',
                    f'Write "{key[:-2]}": "{{% … %}}".',
                    part,
                )
            elif not jsonata and is_jsonata(text):
                yield report(
                    state,
                    f"{part} is JSONata, and this is a JSONPath state: the text is passed on as it stands.",
                    'Set "QueryLanguage": "JSONata" on the state or the machine.',
                    part,
                )


@rule("SAGA007", WARNING)
def text_around_jsonata(machine: Machine, report: Report) -> Iterator[Finding]:
    """A text is JSONata only when {% is its very beginning and %} its very end.

    Bad:
        QueryLanguage: JSONata
        StartAt: Greet
        States:
          Greet: {Type: Pass, Output: "Dear {% $states.input.name %}", End: true}
    Good:
        QueryLanguage: JSONata
        StartAt: Greet
        States:
          Greet: {Type: Pass, Output: "{% 'Dear ' & $states.input.name %}", End: true}
    """
    for state in machine.states:
        if not state.is_jsonata:
            continue
        for found in expressions(state):
            part, text = found.place, found.text
            if not is_jsonata(text) and re.search(r"\{%.*%\}|^\s*\{%|%\}\s*$", text, re.DOTALL):
                yield report(
                    state,
                    f"{part} holds {{% or %}}, but is taken as plain text.",
                    "Begin with {% and end with %}, with nothing around; join texts inside with &.",
                    part,
                )


@rule("SAGA008", ERROR)
def unknown_function(machine: Machine, report: Report) -> Iterator[Finding]:
    """A function that is called in JSONata exists in Step Functions.

    Bad:
        QueryLanguage: JSONata
        StartAt: Sum
        States:
          Sum: {Type: Pass, Output: "{% $summe($states.input.items.price) %}", End: true}
    Good:
        QueryLanguage: JSONata
        StartAt: Sum
        States:
          Sum: {Type: Pass, Output: "{% $sum($states.input.items.price) %}", End: true}
    """
    for state in machine.states:
        for found in jsonata_of(state):
            part = found.place
            for name, near in unknown_functions(found.code):
                cure = f"Did you mean ${near}?" if near else "See the list of JSONata functions."
                yield report(state, f"{part} calls ${name}, and there is no such function.", cure, part)


def _holders(state: State) -> Iterator[tuple[Body, str]]:
    """Yield the objects of a state that hold fields of a query language, with their place."""
    yield state.body, ""
    for key in ("Catch", "Choices"):
        for index, item in objects(state.body.get(key)):
            yield item, f"{key}[{index}]"
