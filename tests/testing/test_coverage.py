"""coverage(): what runs came to, item by item, in both languages, at any depth, from any history."""

import json
from xml.etree import ElementTree

import pytest
from aws_runs import FOLDER as RUNS
from aws_runs import needs_runs
from recorded import OWN

from sagalab.errors import SagaLabError
from sagalab.history.execution import Execution
from sagalab.project import STATEMACHINE
from sagalab.rehearsal.rehearse import fails, never_answers, rehearse
from sagalab.testing.coverage import coverage
from sagalab.testing.single import one_state

SAGA = STATEMACHINE / "saga.asl.json"
ORDER = {"order_id": "o-1", "customer_id": "c", "items": [{"item_id": "1", "qty": 1, "unit_price": 8.5}]}
TASK = "arn:aws:lambda:us-east-1:123456789012:function:work"
STUBS = {
    name: {"order_id": "o-1"}
    for name in (
        *("ProcessOrder", "ProcessPayment", "ReserveInventory"),
        *("ReleaseInventory", "ProcessRefund", "UpdateOrderStatus"),
    )
}


def seen(found) -> set[tuple]:
    return {item.key for item in found.items if found.tested(item)}


def machine(states: dict, start: str = "A", **more) -> dict:
    return {"StartAt": start, "States": states, **more}


def test_nothing_is_tested_by_no_run():
    found = coverage(SAGA)
    assert found.percent == 0 and found.missing == found.items and found.runs == 0
    assert {kind: of for kind, (_, of) in found.kinds.items()} == {
        "state": 12, "next": 10, "catch": 6, "retry": 6, "exhausted": 6,
    }  # fmt: skip


def test_a_run_of_the_saga_is_counted_item_by_item():
    tasks = STUBS | {
        "ProcessPayment": fails("ErrProcessPayment"),
        "ProcessRefund": fails("Lambda.ServiceException"),
    }
    found = coverage(SAGA, rehearse(SAGA, ORDER, tasks=tasks))
    assert seen(found) == {
        ("state", "ProcessOrder", 0, ""),
        ("next", "ProcessOrder", 0, "ProcessPayment"),
        ("state", "ProcessPayment", 0, ""),
        ("catch", "ProcessPayment", 0, "ErrProcessPayment"),
        ("state", "ProcessRefund", 0, ""),
        ("retry", "ProcessRefund", 0, ""),
        ("exhausted", "ProcessRefund", 0, ""),
    }
    assert found.counts["retry", "ProcessRefund", 0, ""] == 3
    assert found.percent == 17.5


def test_a_percentage_is_never_rounded_up_to_what_it_is_not():
    states = {f"S{n}": {"Type": "Pass", "Next": f"S{n + 1}"} for n in range(2000)} | {
        "S2000": {"Type": "Succeed"}
    }
    found = coverage(machine(states, "S0"))
    found.counts.update(item.key for item in found.items[1:])
    assert found.percent == 99.9 and len(found.missing) == 1


def test_which_name_of_which_catcher_took_an_error():
    catchers = [
        {"ErrorEquals": ["States.TaskFailed", "Named"], "Next": "B"},
        {"ErrorEquals": ["States.ALL"], "Next": "B"},
    ]
    states = {
        "A": {"Type": "Task", "Resource": TASK, "TimeoutSeconds": 5, "Catch": catchers, "End": True},
        "B": {"Type": "Succeed"},
    }

    def taken(mock):
        found = coverage(machine(states), rehearse(machine(states), tasks={"A": mock}))
        return {key[2:] for key in seen(found) if key[0] == "catch"}

    assert taken(fails("Named")) == {(0, "Named")}
    assert taken(fails("Other")) == {(0, "States.TaskFailed")}
    assert taken(never_answers()) == {(1, "States.ALL")}


def test_a_missed_heartbeat_is_taken_by_both_its_names():
    retriers = [{"ErrorEquals": ["States.HeartbeatTimeout"], "MaxAttempts": 1}]
    catchers = [{"ErrorEquals": [name], "Next": "B"} for name in ("States.HeartbeatTimeout", "States.ALL")]
    limits = {"TimeoutSeconds": 50, "HeartbeatSeconds": 5, "Retry": retriers, "Catch": catchers}
    token = {
        "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "End": True,
        "Parameters": {"QueueUrl": "https://sqs/q", "MessageBody.$": "$$.Task.Token"},
    }  # fmt: skip
    asl = machine({"A": token | limits, "B": {"Type": "Succeed"}})
    taken = {("retry", "A", 0, ""), ("exhausted", "A", 0, ""), ("catch", "A", 0, "States.HeartbeatTimeout")}
    assert taken <= seen(coverage(asl, rehearse(asl, tasks={"A": never_answers()})))
    catchers[0]["ErrorEquals"] = ["States.Timeout"]
    found = seen(coverage(asl, rehearse(asl, tasks={"A": fails("States.HeartbeatTimeout")})))
    assert ("catch", "A", 0, "States.Timeout") in found


def test_a_catcher_that_leads_where_next_leads_is_told_from_it():
    state = {"Type": "Task", "Resource": TASK, "Catch": [{"ErrorEquals": ["E"], "Next": "B"}], "Next": "B"}
    asl = machine({"A": state, "B": {"Type": "Succeed"}})
    assert ("next", "A", 0, "B") not in seen(coverage(asl, rehearse(asl, tasks={"A": fails("E")})))
    assert ("catch", "A", 0, "E") not in seen(coverage(asl, rehearse(asl)))


@pytest.mark.parametrize("faults", [1, 2, 3])
def test_each_retrier_counts_its_own_errors(faults):
    retriers = [
        {"ErrorEquals": ["Busy"], "MaxAttempts": 2},
        {"ErrorEquals": ["States.ALL"], "MaxAttempts": 0},
    ]
    asl = machine({"A": {"Type": "Task", "Resource": TASK, "Retry": retriers, "End": True}})
    run = rehearse(asl, faults={"A": ["Busy"] * faults})
    kinds = {key[:3] for key in seen(coverage(asl, run)) if key[0] in ("retry", "exhausted")}
    assert kinds == {("retry", "A", 0)} | ({("exhausted", "A", 0)} if faults == 3 else set())
    never = {key[:3] for key in seen(coverage(asl, rehearse(asl, tasks={"A": fails("Other")})))}
    assert ("exhausted", "A", 1) in never and ("retry", "A", 1) not in {
        item.key[:3] for item in coverage(asl).items
    }


def test_a_parallel_is_retried_and_given_up_and_what_is_inside_counts():
    branch = machine(
        {"X": {"Type": "Task", "Resource": TASK, "Next": "Y"}, "Y": {"Type": "Pass", "End": True}}, "X"
    )
    asl = machine(
        {
            "A": {
                "Type": "Parallel",
                "Branches": [branch, machine({"Z": {"Type": "Succeed"}}, "Z")],
                "Retry": [{"ErrorEquals": ["E"], "MaxAttempts": 1}],
                "End": True,
            }
        }
    )
    once = seen(coverage(asl, rehearse(asl, faults={"X": "E"})))
    assert {("retry", "A", 0, ""), ("next", "X", 0, "Y"), ("next", "Y", 0, ""), ("next", "A", 0, "")} <= once
    assert ("exhausted", "A", 0, "") not in once
    twice = seen(coverage(asl, rehearse(asl, faults={"X": ["E", "E"]})))
    assert ("exhausted", "A", 0, "") in twice and ("state", "Y", 0, "") not in twice


def test_an_expression_that_fails_is_retried_and_caught_as_any_error():
    state = {
        "Type": "Task",
        "Resource": TASK,
        "Arguments": "{% $error('no') %}",
        "Retry": [{"ErrorEquals": ["States.QueryEvaluationError"], "MaxAttempts": 2}],
        "Catch": [{"ErrorEquals": ["States.QueryEvaluationError"], "Next": "B"}],
        "End": True,
    }
    asl = machine({"A": state, "B": {"Type": "Succeed"}}, QueryLanguage="JSONata")
    found = coverage(asl, rehearse(asl))
    assert {key[0] for key in seen(found)} == {"state", "retry", "exhausted", "catch"}
    assert found.counts["retry", "A", 0, ""] == 2


def two_rules(language: str) -> dict:
    """A Map in which a variable of outside and the item decide between rules that share a target."""
    rules = {
        "JSONata": [
            {"Condition": "{% $limit > 5 and $states.input = 1 %}"},
            {"Condition": "{% $states.input = 2 %}"},
        ],
        "JSONPath": [{"Variable": "$limit", "NumericEquals": 4}, {"Variable": "$.value", "NumericEquals": 2}],
    }[language]
    choose = {"Type": "Choice", "Choices": [rule | {"Next": "Same"} for rule in rules], "Default": "Same"}
    inner = machine({"Choose": choose, "Same": {"Type": "Pass", "End": True}}, "Choose")
    each = {"Type": "Map", "ItemProcessor": inner, "End": True}
    if language == "JSONata":
        each["Items"] = "{% $states.input %}"
    else:
        each["ItemSelector"] = {"value.$": "$$.Map.Item.Value"}
    return machine(
        {"A": {"Type": "Pass", "Assign": {"limit": 9}, "Next": "M"}, "M": each}, QueryLanguage=language
    )


@pytest.mark.parametrize(("language", "first"), [("JSONata", True), ("JSONPath", False)])
def test_rules_that_share_a_target_are_told_apart_by_evaluating_them(language, first):
    asl = two_rules(language)
    found = coverage(asl, rehearse(asl, [1, 2, 3]))
    chosen = {key[2] for key in seen(found) if key[0] == "choice"}
    assert chosen == ({0, 1, -1} if first else {1, -1}) and found.notes == []


def test_a_rule_that_cannot_be_told_is_said_and_not_guessed():
    asl = two_rules("JSONata")
    run = rehearse(asl, [1])
    for event in run.events:  # as the service cuts long data short
        if event["type"] == "ChoiceStateEntered":
            event["stateEnteredEventDetails"]["input"] = '{"cut'
    cut = Execution.from_history(run.events, asl)
    found = coverage(asl, cut)
    assert not {key for key in seen(found) if key[0] == "choice"}
    assert found.notes == ["Which rule of 'Choose' led to 'Same' cannot be told from the history."]


def test_child_executions_of_a_distributed_map_count():
    inner = machine({"X": {"Type": "Pass", "Next": "Y"}, "Y": {"Type": "Pass", "End": True}}, "X")
    inner["ProcessorConfig"] = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    asl = machine({"A": {"Type": "Map", "ItemProcessor": inner, "End": True}})
    run = rehearse(asl, [1, 2])
    found = coverage(asl, run)
    assert found.percent == 100 and found.counts["state", "X", 0, ""] == 2
    alone = coverage(asl, Execution.from_history(run.events, asl))
    assert ("state", "X", 0, "") not in seen(alone)
    assert "child executions of the Map Run of 'A'" in alone.notes[0]


def test_a_state_that_the_definition_lacks_is_said():
    asl = machine({"A": {"Type": "Succeed"}})
    run = rehearse(machine({"Else": {"Type": "Succeed"}}, "Else"))
    assert coverage(asl, run).notes == ["A run entered 'Else', which the definition does not have."]


def test_tests_of_single_states_count():
    order = {"order_id": "o"}
    of = {"variables": {"order": order}}
    tested = [
        one_state(SAGA, "ProcessPayment", order, mock={}, **of),
        one_state(SAGA, "ProcessPayment", order, mock=fails("Lambda.ServiceException"), **of),
        one_state(SAGA, "ProcessPayment", order, mock=fails("Lambda.ServiceException"), retries=3, **of),
        one_state(SAGA, "ProcessPayment", order, mock=fails("ErrProcessPayment"), **of),
        one_state(SAGA, "OrderFailed", order),
    ]
    assert seen(coverage(SAGA, tested)) == {
        ("state", "ProcessPayment", 0, ""),
        ("next", "ProcessPayment", 0, "ReserveInventory"),
        ("retry", "ProcessPayment", 0, ""),
        ("exhausted", "ProcessPayment", 0, ""),
        ("catch", "ProcessPayment", 0, "ErrProcessPayment"),
        ("state", "OrderFailed", 0, ""),
    }


@pytest.mark.parametrize("path", sorted(OWN.glob("*.json")), ids=lambda path: path.stem)
def test_every_recorded_history_is_read(path):
    recorded = json.loads(path.read_text(encoding="utf-8"))
    if "definition" not in recorded:
        pytest.skip("recorded without its definition")
    run = Execution.from_history(recorded["events"], recorded["definition"])
    found = coverage(run.machine, run)
    assert {name for kind, name, *_ in seen(found) if kind == "state"} == set(run.path)


@needs_runs
def test_every_run_of_aws_is_read():
    for path in sorted(RUNS.glob("*.json")):
        recorded = json.loads(path.read_text(encoding="utf-8"))
        try:
            run = Execution.from_history(recorded["events"], recorded["definition"])
        except ValueError:
            continue
        found = coverage(run.machine, run)
        known = {name for name in run.path if run.machine.state(name) is not None}
        assert {name for kind, name, *_ in seen(found) if kind == "state"} == known, path.name
        left = [visit for visit in run.visits if visit.status == "caught"]
        if left and not any("catcher" in note for note in found.notes):
            assert any(key[0] == "catch" for key in seen(found)), path.name


def test_the_picture_marks_what_no_test_came_to_by_sign_and_line_too():
    picture = coverage(SAGA, rehearse(SAGA, ORDER, tasks=STUBS)).picture()
    source = picture.source
    tested = source[source.index('"n0" [') if '"n0" [' in source else source.index("\tn0 [") :]
    assert "partly" in tested[: tested.index("]")] or "partly" in source
    assert "○ ErrProcessPayment" in source and "style=dotted" in source
    assert 'style="filled,dashed,rounded"' in source
    ElementTree.fromstring(picture.svg())
    assert "ProcessRefund: is never entered" in picture.words


def test_the_table_is_text_and_html():
    found = coverage(machine({"<A&B>": {"Type": "Succeed"}}, "<A&B>"))
    assert "&lt;A&amp;B&gt;" in found.html() and "<A&B>" not in found.html()
    assert "0 % tested (0 of 1) by 0 runs" in found.text() and "○ <A&B>: is never entered" in found.text()
    assert (
        coverage(
            {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}},
            rehearse(machine({"A": {"Type": "Succeed"}})),
        ).percent
        == 100
    )


def test_what_is_no_machine_is_told_in_words(tmp_path):
    (tmp_path / "bad.json").write_text('{"StartAt": ', encoding="utf-8")
    (tmp_path / "none.json").write_text("[1]", encoding="utf-8")
    for file, words in (
        ("bad.json", "line 1"),
        ("none.json", "holds no state machine"),
        ("gone.json", "There is no file"),
    ):
        with pytest.raises(SagaLabError, match=words):
            coverage(tmp_path / file)
