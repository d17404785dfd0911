"""State machine definitions: refused as AWS refuses them, parsed once, and read with JSON's escapes.

Why, in moto 5.2.5: a bad definition answers 500; a missing Next or an unknown target is accepted; each start
parses the text anew (20 ms), as every use does with a JSONPath, and two parses at once share one list; an
integer ToleratedFailurePercentage is refused; a literal string in Assign keeps its backslashes.
Source of the rules: https://states-language.net and the messages of CreateStateMachine.
"""

import functools
import json
import re
import threading
from collections.abc import Callable, Mapping
from typing import Any

from moto.core.responses import ActionResult
from moto.stepfunctions.parser.api import InvalidDefinition, StateMachineAlreadyExists, ValidationException
from moto.stepfunctions.parser.asl.antlt4utils import antlr4utils
from moto.stepfunctions.parser.asl.component.common.assign.assign_decl import AssignDecl
from moto.stepfunctions.parser.asl.component.common.assign.assign_template_binding import (
    AssignTemplateBinding,
)
from moto.stepfunctions.parser.asl.component.common.assign.assign_template_value_terminal import (
    AssignTemplateValueTerminalLit,
)
from moto.stepfunctions.parser.asl.component.common.jsonata.jsonata_template_binding import (
    JSONataTemplateBinding,
)
from moto.stepfunctions.parser.asl.component.common.path import result_path
from moto.stepfunctions.parser.asl.component.common.string.string_expression import StringJSONata
from moto.stepfunctions.parser.asl.component.component import Component
from moto.stepfunctions.parser.asl.component.eval_component import EvalComponent
from moto.stepfunctions.parser.asl.component.program.program import Program
from moto.stepfunctions.parser.asl.parse import preprocessor
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
from moto.stepfunctions.parser.asl.utils import json_path
from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker
from moto.stepfunctions.parser.models import StepFunctionsParserBackend
from moto.stepfunctions.responses import StepFunctionResponse

from sagalab.asl.check import check as refused
from sagalab.asl.document import PROCESSORS, read

_parsing = threading.Lock()
_MOST_DIAGNOSTICS = 100
_NOT_HERE = "AWS takes this definition, and the local cloud cannot run it: it has {}."

# Fields of a state that hold JSONata, by the class that moto reads them into.
_FIELDS = {
    "Output": "Output",
    "ArgumentsJSONataTemplateValueObject": "Arguments",
    "ArgumentsStringJSONata": "Arguments",
    "SecondsJSONata": "Seconds",
    "Timestamp": "Timestamp",
    "TimeoutSecondsJSONata": "TimeoutSeconds",
    "HeartbeatSecondsJSONata": "HeartbeatSeconds",
    "ItemsJSONata": "Items",
    "ItemsArray": "Items",
    "ItemSelector": "ItemSelector",
    "ConditionStringJSONata": "Condition",
    "MaxConcurrencyJSONata": "MaxConcurrency",
    "MaxItemsStringJSONata": "ItemReader/ReaderConfig/MaxItems",
    "ToleratedFailureCountStringJSONata": "ToleratedFailureCount",
    "ToleratedFailurePercentageStringJSONata": "ToleratedFailurePercentage",
    "Error": "Error",
    "ErrorStringExpression": "Error",
    "Cause": "Cause",
    "CauseStringExpression": "Cause",
}


def parsed(definition: str) -> Program:
    """Return moto's program of a definition; the same text is read once, however many ask at one moment.

    A program holds no state of an execution (moto keeps that in the environment), so executions share it.
    """
    with _parsing:  # moto's preprocessor keeps the query language in a list of its class
        return _parsed(definition)


@functools.lru_cache(maxsize=256)
def _parsed(definition: str) -> Program:
    preprocessor.Preprocessor._query_language_per_scope.clear()
    program, _ = AmazonStateLanguageParser.parse(_as_moto_reads_it(definition))
    _place(program, None, set())
    return program


def _as_moto_reads_it(definition: str) -> str:
    """Return the definition with each state's query language written out (moto inherits that of the Map or
    Parallel around it), whole percentages as moto's grammar has them, and the items of a distributed Map as
    standard executions (it has no others; both run the same states)."""
    document = json.loads(definition)
    for state in read(document).states:
        body: dict[str, Any] = dict(state.body)
        body["QueryLanguage"] = state.query_language
        if isinstance(body.get("ToleratedFailurePercentage"), int):
            body["ToleratedFailurePercentage"] = float(body["ToleratedFailurePercentage"])
        for key in PROCESSORS:
            if body.get(key, {}).get("ProcessorConfig", {}).get("ExecutionType") == "EXPRESS":
                config = {**body[key]["ProcessorConfig"], "ExecutionType": "STANDARD"}
                body[key]["ProcessorConfig"] = config
        state.scope.body["States"][state.name] = body
    return json.dumps(document, ensure_ascii=False)


def _place(component: Any, location: str | None, seen: set[int]) -> None:
    """Tell each JSONata expression the field where it stands ("Output/total"), and fix each heap key."""
    if id(component) in seen:
        return
    if isinstance(component, (list, tuple)):
        for item in component:
            _place(item, location, seen)
        return
    if isinstance(component, dict):
        for item in component.values():
            _place(item, location, seen)
        return
    if not isinstance(component, Component):
        return
    seen.add(id(component))
    if isinstance(component, StringJSONata):
        component.location = location
    elif isinstance(component, AssignDecl):
        location = "Assign"
    elif isinstance(component, (JSONataTemplateBinding, AssignTemplateBinding)):
        location = f"{location}/{component.identifier}" if location else component.identifier
    else:
        location = _FIELDS.get(type(component).__name__, location)
    if isinstance(component, EvalComponent):
        _ = component.heap_key  # made on first use, which two executions at once could do twice
    for item in list(vars(component).values()):
        _place(item, location, seen)


def check(definition: str, *, express: bool = False) -> None:
    """Raise moto's InvalidDefinition, in AWS's words, for a definition that AWS would refuse (asl/check)."""
    try:
        document = json.loads(definition)
    except ValueError as error:
        raise _invalid(f"INVALID_JSON_DESCRIPTION: {error}") from None
    problems = refused(read(document), express=express)
    if problems:
        raise _invalid(", ".join(problem.words for problem in problems))
    try:
        parsed(definition)
    except Exception as error:  # moto's parser raises whatever its rules meet
        raise InvalidDefinition(_NOT_HERE.format(_what_moto_lacks(str(error)))) from None


def diagnostics(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what ValidateStateMachineDefinition answers to a request (the parameters of boto3).

    Only errors: AWS's warnings (NO_DOLLAR and its like) are not among them; the lint tells those in its words.
    Raises moto's ValidationException for numbers and words that the parameters do not take.
    Source: https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinition.html
    """
    most = given.get("maxResults", 0)
    for name, value, taken in (
        ("maxResults", most, range(_MOST_DIAGNOSTICS + 1)),
        ("type", given.get("type", "STANDARD"), ("STANDARD", "EXPRESS")),
        ("severity", given.get("severity", "ERROR"), ("ERROR", "WARNING")),
    ):
        if value not in taken:
            words = f"Value '{value}' at '{name}' failed to satisfy constraint"
            raise ValidationException(f"1 validation error detected: {words}")
    told: list[dict[str, str]] = []
    try:
        found = refused(read(json.loads(given["definition"])), express=given.get("type") == "EXPRESS")
    except ValueError as error:
        found = []
        told.append({"severity": "ERROR", "code": "INVALID_JSON_DESCRIPTION", "message": str(error)})
    for problem in found:
        place = {} if problem.location is None else {"location": problem.location}
        told.append({"severity": "ERROR", "code": problem.code, "message": problem.message, **place})
    limit = most or _MOST_DIAGNOSTICS
    return {"result": "FAIL" if told else "OK", "diagnostics": told[:limit], "truncated": len(told) > limit}


def _validate(self: StepFunctionResponse) -> ActionResult:
    return ActionResult(diagnostics(json.loads(self.body)))


def _what_moto_lacks(error: str) -> str:
    unknown = re.search(r"Unknown service '([\w-]+)'", error)
    if unknown:
        return f"no {unknown[1]} tasks"
    field = re.search(r'at "(\w+)"', error)
    return f"no {field[1]}" if field else f"not all of it ({error[:200]})"


def _invalid(problem: str) -> InvalidDefinition:
    return InvalidDefinition(f"Invalid State Machine Definition: '{problem}'")


def _text_of(parser_rule_context: Any) -> str:
    """Read a JSON string of the definition as JSON (moto reads it as Python)."""
    text = parser_rule_context.getText()
    try:
        return json.loads(text, strict=False)
    except ValueError:
        return text.strip('"')


def _creating(create: Callable[..., Any]) -> Callable[..., Any]:
    """Let an express machine be checked as one, and a name be taken once: moto's own check is told neither."""

    @functools.wraps(create)
    def checked(self: Any, name: str, definition: str, *arguments: Any, **options: Any) -> Any:
        if options.get("sm_type") == "EXPRESS":
            check(definition, express=True)
        made = create(self, name, definition, *arguments, **options)
        if not _is_repeat(made, definition, options):
            raise StateMachineAlreadyExists(f"State Machine Already Exists: '{made.arn}'")
        return made

    return checked


def _is_repeat(made: Any, definition: str, options: Mapping[str, Any]) -> bool:
    """Tell whether a machine is the one that is asked for; role and tags do not count.

    Source: https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html
    """
    asked = (
        (made.type, options.get("sm_type"), "STANDARD"),
        (made.loggingConfiguration, options.get("loggingConfiguration"), {"level": "OFF"}),
        (made.tracingConfiguration, options.get("tracingConfiguration"), {"enabled": False}),
        (made.encryptionConfiguration, options.get("encryptionConfiguration"), {"type": "AWS_OWNED_KEY"}),
    )
    same = all(has == (wanted or default) for has, wanted, default in asked)
    return same and json.loads(made.definition) == json.loads(definition)


def _opening(open_scope: Callable[..., None]) -> Callable[..., None]:
    """Let a JSONPath state stand in a JSONata Map, as on AWS: moto refuses the step down, so it takes none.

    Each state says its own language (_as_moto_reads_it).
    """

    @functools.wraps(open_scope)
    def opened(self: Any, parse_tree: Any) -> None:
        languages = self._query_language_per_scope
        languages.append(preprocessor.QueryLanguage())
        open_scope(self, parse_tree)
        del languages[-2]

    return opened


def install() -> None:
    """Make moto check a definition before it keeps it, and parse it once."""
    if StepFunctionsParserBackend.__dict__["_validate_definition"].__func__ is check:
        return
    StepFunctionsParserBackend._validate_definition = staticmethod(check)
    StepFunctionResponse.validate_state_machine_definition = _validate
    StepFunctionsParserBackend.create_state_machine = _creating(
        StepFunctionsParserBackend.create_state_machine
    )
    ExecutionWorker._get_evaluation_entrypoint = lambda self: parsed(
        self._evaluation_details.state_machine_details.definition
    )
    json_path.parse = functools.lru_cache(maxsize=1024)(json_path.parse)
    result_path.parse = functools.lru_cache(maxsize=1024)(result_path.parse)
    preprocessor.Preprocessor._open_query_language_scope = _opening(
        preprocessor.Preprocessor._open_query_language_scope
    )
    antlr4utils.from_string_literal = _text_of
    preprocessor.from_string_literal = _text_of
    preprocessor.Preprocessor.visitAssign_template_value_terminal_string_literal = lambda self, ctx: (
        AssignTemplateValueTerminalLit(value=_text_of(ctx.string_literal()))
    )
