"""Rules about the two query languages, JSONata and JSONPath, and about the JSONata inside the quotes."""

import re
from collections.abc import Iterator

from sagalab.asl.check import Problem
from sagalab.asl.check.problem import BAD_JSONATA
from sagalab.asl.check.words import Kind
from sagalab.asl.document import Machine
from sagalab.asl.expressions import expressions, is_jsonata, jsonata_of
from sagalab.asl.jsonata import newer_operator
from sagalab.asl.placeholder import fill
from sagalab.asl.source import Path, path_text
from sagalab.linting.jsonata_text import parse_problem, unknown_functions
from sagalab.linting.language import found_by, place_of
from sagalab.linting.plain_words import short, value_at
from sagalab.linting.rule import ERROR, WARNING, Finding, Report, rule

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
    for problem in found_by(machine, "SAGA004"):
        state, place = place_of(machine, problem.path)
        what, cure = _explain(value_at(machine.body, problem.path), place, problem)
        yield report(state, what, cure, path_text(place), at=problem.path)


def _explain(text: object, place: Path, problem: Problem) -> tuple[str, str]:
    part, name = path_text(place), next((step for step in reversed(place) if isinstance(step, str)), "")
    if problem.kind is Kind.REFERENCE:
        (referred,) = problem.about
        if referred.startswith("$"):
            cure = "Write $states.input, $states.result or a variable."
        else:
            cure = f"Write $states.input.{referred}, or ${referred} for a variable."
        return (
            f"{part} refers to {referred}, and nothing is there: Step Functions has no value at the top.",
            cure,
        )
    if problem.kind is Kind.BRACES and not re.search(r"\{%|%\}", str(text)):
        return f"{part} is no expression: {short(text)}.", "Begin with {% and end with %}."
    if problem.kind is Kind.BRACES:
        return (
            f"{part} holds {{% or %}} and is no expression: {short(text)}.",
            "Begin with {% and end with %}, with nothing around; join texts inside with &.",
        )
    if problem.code == BAD_JSONATA:
        code = fill(str(text)[2:-2])
        if newer := newer_operator(code):
            cure = {"??": "Write $exists(a) ? a : b.", "?:": "Write a ? a : b."}[newer]
            return f"{part} holds {newer}, which came with JSONata 2.1; Step Functions has 2.0.6.", cure
        known = parse_problem(code)
        if known is None:
            return f"{part} is no JSONata: {problem.message}.", "See docs.jsonata.org, version 2.0."
        what = f"{part} is no JSONata: {known.what}, at character {known.column} of {known.shown}"
        return what, known.cure
    if name.endswith(".$") and not isinstance(text, str):
        return (
            f"{part} ends in .$, and its value is no text: {short(text)}.",
            "Take .$ off the name, or write a path.",
        )
    if name.endswith(".$"):
        return (
            f"{part} ends in .$, and its value is no path: {short(text)}.",
            "Write a path such as $.order, an intrinsic function, or take .$ off the name.",
        )
    kind = "reference path: names and indices only" if problem.kind is Kind.REFERENCE_PATH else "path"
    return f"{name} is {short(text)}.", f"It must be a {kind}, such as $.order."


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
    for problem in found_by(machine, "SAGA005"):
        state, place = place_of(machine, problem.path)
        name, language = str(place[-1]), state.query_language if state else machine.query_language
        if name == "QueryLanguage":
            yield report(
                state,
                "It says JSONPath, and the whole machine is JSONata: AWS refuses that.",
                "Write this state in JSONata, or set JSONata on the other states and not on the machine.",
                "QueryLanguage",
                at=problem.path,
            )
            continue
        jsonata = language == "JSONata"
        yield report(
            state,
            f"{name} belongs to {'JSONPath' if jsonata else 'JSONata'}, and this is a {language} state.",
            _INSTEAD.get(name, f"Use the {language} field in its place.")
            + ("" if jsonata else ' Or set "QueryLanguage": "JSONata".'),
            path_text(place),
            at=problem.path,
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
          Greet: {Type: Pass, Output: "Dear {% $states.input.name %}!", End: true}
    Good:
        QueryLanguage: JSONata
        StartAt: Greet
        States:
          Greet: {Type: Pass, Output: "{% 'Dear ' & $states.input.name & '!' %}", End: true}
    """
    for state in machine.states:
        if not state.is_jsonata:
            continue
        for found in expressions(state):
            part, text = found.place, found.text
            if (
                not text.strip().startswith("{%")
                and not text.strip().endswith("%}")
                and re.search(r"\{%.*%\}", text, re.DOTALL)
            ):
                yield report(
                    state,
                    f"{part} holds {{% or %}}, but is taken as plain text.",
                    "Begin with {% and end with %}, with nothing around; join texts inside with &.",
                    part,
                )


@rule("SAGA008", WARNING)
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
