"""The lint on whole machines: the seed's holes, silence where all is well, and every mutant found."""

import json
from copy import deepcopy

import lint_machines
import pytest
from lint_machines import TRANSIENT, call, catch, hardened, machine

from sagalab.linting.lint import ERROR, Finding, lint
from sagalab.project import STATEMACHINE

STEPS = ("ProcessOrder", "ProcessPayment", "ReserveInventory")
UNDOS = ("ReleaseInventory", "ProcessRefund", "UpdateOrderStatus")


def kept(name):
    return json.loads((STATEMACHINE / f"{name}.asl.json").read_text(encoding="utf-8"))


def seed():
    return kept("saga")


def told(definition):
    return {(finding.code, finding.state) for finding in lint(definition)}


def errors(definition):
    return [finding for finding in lint(definition) if finding.severity == ERROR]


def test_the_seed_has_holes_1_2_and_5_and_nothing_else():
    hole_1 = {("SAGA301", name) for name in STEPS + UNDOS}
    hole_2 = {("SAGA306", "ReleaseInventory"), ("SAGA306", "ProcessRefund")}
    hole_5 = {("SAGA305", "sns:NotifySuccess")}
    assert told(seed()) == hole_1 | hole_2 | hole_5
    assert not errors(seed())


def test_hole_2_names_the_undos_that_are_skipped():
    [finding] = [f for f in lint(seed()) if (f.code, f.state) == ("SAGA306", "ReleaseInventory")]
    assert "ProcessRefund" in finding.what and "UpdateOrderStatus" in finding.what
    assert finding.path == "States.ReleaseInventory.Catch[0]"


SILENT = {
    "statemachine/hardened.asl.json": lambda: kept("hardened"),
    **{name: getattr(lint_machines, name) for name in ("hardened", "parked", "parallel_undo", "trip")},
    **{name: getattr(lint_machines, name) for name in ("one_before", "pivot", "approval")},
    **{name: getattr(lint_machines, name) for name in ("logged_failure", "fallback")},
    **{f"stage {name}": (lambda name=name: lint_machines.stages()[name]) for name in lint_machines.stages()},
}


@pytest.mark.parametrize("name", SILENT)
def test_nothing_false_is_said(name):
    assert lint(SILENT[name]()) == []


def state(name):
    return lambda definition: definition["States"][name]


def entering(source, target):
    def change(definition):
        definition["States"][source]["Catch"][0]["Next"] = target

    return change


def swapped(definition):
    """The refund before the release of the stock."""
    states = definition["States"]
    for name, following in (("ProcessRefund", "ReleaseInventory"), ("ReleaseInventory", "UpdateOrderStatus")):
        states[name]["Next"] = following
        states[name]["Catch"][0]["Next"] = following
    states["ReserveInventory"]["Catch"][0]["Next"] = "ProcessRefund"


def renamed_and_swapped(definition):
    swapped(definition)
    definition["States"]["ProcessRefund"]["Comment"] = "Undoes ProcessPayment."
    definition["States"]["ReleaseInventory"]["Comment"] = "Undoes ReserveInventory."


def skipping(name, following):
    def change(definition):
        definition["States"][name]["Next"] = following

    return change


def without(name, field):
    def change(definition):
        del definition["States"][name][field]

    return change


def without_refund(definition):
    states = definition["States"]
    del states["ProcessRefund"]
    states["ReleaseInventory"]["Next"] = "UpdateOrderStatus"
    states["ReleaseInventory"]["Catch"][0]["Next"] = "UpdateOrderStatus"
    states["ProcessPayment"]["Catch"][0]["Next"] = "UpdateOrderStatus"


def giving_up(name):
    return entering(name, "OrderFailed")


def only(name, error):
    return lambda definition: definition["States"][name]["Catch"][0].update(ErrorEquals=[error])


HARDENED_MUTANTS = [
    *[(f"{n}: no catch-all", without(n, "Catch"), ("SAGA301", n)) for n in STEPS + UNDOS],
    ("only its own error", only("ProcessPayment", "ErrProcessPayment"), ("SAGA301", "ProcessPayment")),
    *[(f"{n}: no Retry", without(n, "Retry"), ("SAGA303", n)) for n in UNDOS],
    ("the last step undoes nothing", giving_up("ReserveInventory"), ("SAGA304", "ReserveInventory")),
    (
        "the last step skips its own undo",
        entering("ReserveInventory", "ProcessRefund"),
        ("SAGA304", "ReserveInventory"),
    ),
    (
        "the last step skips the refund",
        entering("ReserveInventory", "UpdateOrderStatus"),
        ("SAGA304", "ReserveInventory"),
    ),
    (
        "the payment skips its refund",
        entering("ProcessPayment", "UpdateOrderStatus"),
        ("SAGA304", "ProcessPayment"),
    ),
    ("the payment undoes nothing", giving_up("ProcessPayment"), ("SAGA304", "ProcessPayment")),
    (
        "the chain skips the refund",
        skipping("ReleaseInventory", "UpdateOrderStatus"),
        ("SAGA304", "ReserveInventory"),
    ),
    ("the chain ends early", skipping("ProcessRefund", "sns:NotifyFail"), ("SAGA304", "ProcessPayment")),
    ("a failed release ends the chain", giving_up("ReleaseInventory"), ("SAGA306", "ReleaseInventory")),
    ("a failed refund ends the chain", giving_up("ProcessRefund"), ("SAGA306", "ProcessRefund")),
    (
        "a failed release skips the refund",
        entering("ReleaseInventory", "UpdateOrderStatus"),
        ("SAGA306", "ReleaseInventory"),
    ),
    ("undos swapped", swapped, ("SAGA307", "ProcessRefund")),
    ("undos swapped, with marks", renamed_and_swapped, ("SAGA307", "ProcessRefund")),
    ("no refund at all", without_refund, ("SAGA302", "ProcessPayment")),
    ("no Catch on the message", without("sns:NotifySuccess", "Catch"), ("SAGA305", "sns:NotifySuccess")),
    ("the message fails the order", giving_up("sns:NotifySuccess"), ("SAGA305", "sns:NotifySuccess")),
]  # fmt: skip


@pytest.mark.parametrize("whole", [hardened, lambda: kept("hardened")], ids=["made here", "kept"])
@pytest.mark.parametrize(
    "change, finding", [m[1:] for m in HARDENED_MUTANTS], ids=[m[0] for m in HARDENED_MUTANTS]
)
def test_a_hole_in_the_hardened_saga_is_found(whole, change, finding):
    definition = whole()
    change(definition)
    assert finding in told(definition)


def retrier(name, *retriers):
    return lambda definition: definition["States"][name].update(Retry=list(retriers))


def change(name, **fields):
    return lambda definition: definition["States"][name].update(fields)


def of_catcher(name, **fields):
    return lambda definition: definition["States"][name]["Catch"][0].update(fields)


ALL = {"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}
SEED_MUTANTS = [
    ("unknown Next", change("ProcessOrder", Next="ProcessPaymnet"), ("SAGA002", "ProcessOrder")),
    ("unknown Catch", of_catcher("ProcessOrder", Next="Nowhere"), ("SAGA002", "ProcessOrder")),
    ("no Next", without("ReserveInventory", "Next"), ("SAGA002", "ReserveInventory")),
    ("unknown start", lambda d: d.update(StartAt="Begin"), ("SAGA002", "")),
    ("nothing leads here", change("ProcessOrder", Next="ReserveInventory"), ("SAGA003", "ProcessPayment")),
    (
        "own undo left out",
        of_catcher("ReserveInventory", Next="ProcessRefund"),
        ("SAGA003", "ReleaseInventory"),
    ),
    (
        "refund left out",
        of_catcher("ProcessPayment", Next="UpdateOrderStatus"),
        ("SAGA304", "ProcessPayment"),
    ),
    ("Assign dropped", without("ProcessOrder", "Assign"), ("SAGA201", "ProcessPayment")),
    ("input not kept", lambda d: d["States"]["ProcessOrder"]["Catch"][0]["Assign"].pop("order"),
     ("SAGA201", "UpdateOrderStatus")),
    ("error not kept", lambda d: d["States"]["ProcessRefund"]["Catch"][0].pop("Assign"), None),
    ("wrong variable", change("OrderSucceeded", Output="{% $ordr %}"), ("SAGA201", "OrderSucceeded")),
    ("error read too early", change("OrderSucceeded", Output="{% $error %}"), ("SAGA201", "OrderSucceeded")),
    ("errorOutput outside Catch", change("ProcessRefund", Assign={"order": "{% $states.errorOutput %}"}),
     ("SAGA202", "ProcessRefund")),
    ("result in Arguments", change("ProcessRefund", Arguments={"Payload": "{% $states.result %}"}),
     ("SAGA202", "ProcessRefund")),
    ("bad JSONata", change("OrderSucceeded", Output="{% $order. %}"), ("SAGA004", "OrderSucceeded")),
    (
        "unknown function",
        change("OrderSucceeded", Output="{% $lenght('x') %}"),
        ("SAGA008", "OrderSucceeded"),
    ),
    (
        "text around JSONata",
        change("OrderSucceeded", Output="order {% $order %}!"),
        ("SAGA007", "OrderSucceeded"),
    ),
    ("JSONPath in JSONata", change("ProcessPayment", ResultPath="$.payment"), ("SAGA005", "ProcessPayment")),
    (
        "a path in JSONata",
        change("ProcessPayment", Arguments={"Payload.$": "$.order"}),
        ("SAGA006", "ProcessPayment"),
    ),
    (
        "a state in JSONPath",
        change("OrderSucceeded", QueryLanguage="JSONPath"),
        ("SAGA005", "OrderSucceeded"),
    ),
    ("States.ALL first", retrier("ProcessPayment", ALL, TRANSIENT), ("SAGA101", "ProcessPayment")),
    ("States.ALL in company", retrier("ProcessPayment", {"ErrorEquals": ["X", "States.ALL"]}),
     ("SAGA101", "ProcessPayment")),
    (
        "States.ALL first in Catch",
        change("ProcessPayment", Catch=[catch("ProcessRefund"), catch("ProcessRefund", ["X"])]),
        ("SAGA102", "ProcessPayment"),
    ),
    ("a retrier twice", retrier("ProcessPayment", TRANSIENT, TRANSIENT), ("SAGA103", "ProcessPayment")),
    (
        "retries too long",
        retrier("ProcessPayment", {**TRANSIENT, "MaxAttempts": 60}),
        ("SAGA105", "ProcessPayment"),
    ),
    ("backoff too steep", retrier("ProcessPayment", {"ErrorEquals": ["X"], "BackoffRate": 30}),
     ("SAGA105", "ProcessPayment")),
    ("no time for all of it", lambda d: d.update(TimeoutSeconds=120), ("SAGA106", "")),
    ("unknown type", change("OrderFailed", Type="Fial"), ("SAGA001", "OrderFailed")),
    ("unknown field", change("ProcessOrder", Timeout=10), ("SAGA001", "ProcessOrder")),
    ("Output on a Fail", change("OrderFailed", Output="x"), ("SAGA001", "OrderFailed")),
    ("Assign on a Succeed", change("OrderSucceeded", Assign={"x": 1}), ("SAGA001", "OrderSucceeded")),
    ("no resource", without("ProcessOrder", "Resource"), ("SAGA001", "ProcessOrder")),
    ("a text for a number", change("ProcessOrder", TimeoutSeconds="10"), ("SAGA001", "ProcessOrder")),
    ("Next as a list", change("ProcessOrder", Next=["ProcessPayment"]), ("SAGA001", "ProcessOrder")),
    ("a state that is none", lambda d: d["States"].update(Odd=7), ("SAGA001", "Odd")),
    ("no Retry on an undo", without("ProcessRefund", "Retry"), ("SAGA303", "ProcessRefund")),
]  # fmt: skip


@pytest.mark.parametrize("mutate, finding", [m[1:] for m in SEED_MUTANTS], ids=[m[0] for m in SEED_MUTANTS])
def test_a_mistake_in_the_seed_is_found(mutate, finding):
    definition = seed()
    mutate(definition)
    new = told(definition) - told(seed())
    if finding is None:
        # $error is set on every way to the message: each Catch before it assigned it
        assert not {code for code, _ in new if code != "SAGA201"}
    else:
        assert finding in new


def in_jsonpath():
    """The seed's first two steps in JSONPath, where ResultPath decides what survives."""

    def task(function, **fields):
        return {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": f"${{{function}}}", "Payload.$": "$.order"},
            "ResultSelector": {"Payload.$": "$.Payload"},
            "ResultPath": "$.last",
            "Retry": [lint_machines.ANY],
            **fields,
        }

    def failing(target):
        return [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": target}]

    states = {
        "ProcessOrder": task("New", Catch=failing("UpdateOrderStatus"), Next="ProcessPayment"),
        "ProcessPayment": task("Debit", Catch=failing("ProcessRefund"), End=True),
        "ProcessRefund": task("Credit", Catch=failing("UpdateOrderStatus"), Next="UpdateOrderStatus"),
        "UpdateOrderStatus": task("Update", Catch=failing("OrderFailed"), Next="OrderFailed"),
        "OrderFailed": {"Type": "Fail", "ErrorPath": "$.error.Error"},
    }
    return {"StartAt": "ProcessOrder", "States": states}


def test_a_catch_without_result_path_is_found():
    definition = in_jsonpath()
    assert lint(definition) == []
    del definition["States"]["ProcessPayment"]["Catch"][0]["ResultPath"]
    assert told(definition) == {("SAGA104", "ProcessPayment")}


def test_a_catch_that_only_leads_to_fail_may_drop_the_input():
    definition = in_jsonpath()
    del definition["States"]["UpdateOrderStatus"]["Catch"][0]["ResultPath"]
    definition["States"]["OrderFailed"]["ErrorPath"] = "$.Error"
    assert lint(definition) == []


def nested_machine(inner, outer=None, **map_fields):
    return machine(
        {
            "Begin": {"Type": "Pass", "Assign": {"order": "{% $states.input %}"}, "Next": "Each"},
            "Each": {
                "Type": "Map",
                "Items": "{% $order.items %}",
                "ItemProcessor": {**map_fields, "StartAt": next(iter(inner)), "States": inner},
                "Next": "After",
            },
            "After": outer or {"Type": "Succeed"},
        }
    )


def test_an_inner_scope_reads_outer_variables():
    inner = {"Inner": {"Type": "Pass", "Output": "{% $order %}", "Assign": {"mine": 1}, "End": True}}
    assert lint(nested_machine(inner)) == []


def test_what_an_inner_scope_assigns_is_gone_outside():
    inner = {"Inner": {"Type": "Pass", "Assign": {"mine": 1}, "End": True}}
    [finding] = lint(nested_machine(inner, {"Type": "Succeed", "Output": "{% $mine %}"}))
    assert (finding.code, finding.state) == ("SAGA201", "After")
    assert "gone at its end" in finding.what


def test_a_distributed_map_cannot_read_outer_variables():
    inner = {"Inner": {"Type": "Pass", "Output": "{% $order %}", "End": True}}
    [finding] = lint(
        nested_machine(inner, ProcessorConfig={"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"})
    )
    assert (finding.code, finding.state) == ("SAGA201", "Inner")
    assert "distributed" in finding.what


def test_the_assign_of_a_choice_rule_counts_on_its_edge_only():
    def choice(assign):
        return machine(
            {
                "Which": {
                    "Type": "Choice",
                    "Choices": [{"Condition": "{% $states.input.a %}", "Assign": {"x": 1}, "Next": "Use"}],
                    "Default": "Use",
                    "Assign": assign,
                },
                "Use": {"Type": "Succeed", "Output": "{% $x %}"},
            }
        )

    assert lint(choice({"x": 2})) == []
    [finding] = lint(choice({"y": 2}))
    assert finding.code == "SAGA201" and "Which → Use" in finding.what


def test_the_assign_of_a_state_is_not_yet_there_in_its_own_output():
    definition = machine({"Only": {"Type": "Pass", "Assign": {"x": 1}, "Output": "{% $x %}", "End": True}})
    assert told(definition) == {("SAGA201", "Only")}


def test_variables_in_jsonpath():
    use = {
        "Type": "Pass",
        "Parameters": {"id.$": "$order.id", "all.$": "States.Format('{}', $order.n)"},
        "End": True,
    }
    begin = {"Type": "Pass", "Assign": {"order.$": "$"}, "Next": "Use"}
    definition = {"StartAt": "Begin", "States": {"Begin": begin, "Use": use}}
    assert lint(definition) == []
    del begin["Assign"]
    assert told(definition) == {("SAGA201", "Use")}


def test_a_near_name_is_offered():
    wrong = seed()
    wrong["States"]["ProcessOrder"]["Next"] = "ProcesPayment"
    assert "Did you mean ProcessPayment?" in {finding.cure for finding in lint(wrong)}
    wrong = seed()
    wrong["States"]["OrderSucceeded"]["Output"] = "{% $ordr %}"
    assert "Did you mean $order?" in {finding.cure for finding in lint(wrong)}


def test_what_is_new_in_the_language_is_not_told():
    inner = {"Inner": {"Type": "Pass", "End": True}}
    each = {
        "Type": "Map",
        "Label": "Orders",
        "MaxConcurrency": "{% 1 + 1 %}",
        "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "CSV"}},
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
            "StartAt": "Inner",
            "States": inner,
        },
        "Next": "Pause",
    }
    pause = {"Type": "Wait", "Seconds": "{% 1 + 1 %}", "End": True}
    assert lint(machine({"Each": each, "Pause": pause})) == []


@pytest.mark.parametrize(
    "value", [None, 3, "x", [], {}, {"States": {}}, {"States": 1}, {"StartAt": "A", "States": {"A": None}}]
)
def test_what_is_no_machine_is_one_error(value):
    assert [finding.code for finding in lint(value)] in (["SAGA001"], ["SAGA001", "SAGA002"])


def test_findings_come_errors_first_and_each_once():
    definition = seed()
    definition["States"]["sns:NotifyUpdateOrderFail"]["Next"] = "Nowhere"
    findings = lint(definition)
    assert findings[0].severity == ERROR
    assert len(findings) == len(set(findings))
    assert all(isinstance(finding, Finding) for finding in findings)


def test_lint_leaves_the_definition_alone():
    definition = seed()
    before = deepcopy(definition)
    lint(definition)
    assert definition == before


def chained(length):
    """A saga of `length` steps, each with its undo."""
    states = {"Begin": {"Type": "Pass", "Assign": {"order": "{% $states.input %}"}, "Next": "Step0"}}
    for i in range(length):
        undo = f"Undo{i}"
        states[f"Step{i}"] = call(
            f"Step{i}", Catch=[catch(undo)], Next=f"Step{i + 1}" if i + 1 < length else "Done"
        )
    for i in reversed(range(length)):
        after = f"Undo{i - 1}" if i else "Failed"
        states[f"Undo{i}"] = call(f"Undo{i}", Retry=[TRANSIENT], Catch=[catch(after)], Next=after)
    states |= {"Done": {"Type": "Succeed"}, "Failed": {"Type": "Fail"}}
    return machine(states)


def test_a_long_saga_is_judged_as_a_short_one():
    assert lint(chained(4)) == []
    assert lint(chained(250)) == []
