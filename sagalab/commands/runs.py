"""Commands: run the seed's scenarios, or one order, on any machine that is deployed."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sagalab.commands.output import print_json, print_table

if TYPE_CHECKING:
    from sagalab.history.execution import Execution
    from sagalab.ledger.verdict import Verdict
    from sagalab.orders.scenarios import ScenarioRun

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
MachineName = Annotated[
    str, typer.Option(help="Name of the state machine: saga, hardened, or one that you deployed.")
]
_ARROW = " → "


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (scenarios, run):
        app.command()(command)


def scenarios(machine: MachineName = "saga", as_json: AsJson = False) -> None:
    """Run the seven scenarios; exit code 1 when one takes another path than expected."""
    from sagalab.deploying.deploy import ensure_machine
    from sagalab.deploying.deployment import deployment
    from sagalab.ledger.verdict import verdicts
    from sagalab.orders.scenarios import run_scenarios

    found = deployment()
    ensure_machine(found, machine)
    runs = run_scenarios(machine, deployment=found)
    judged = list(zip(runs, verdicts([each.execution for each in runs], found), strict=True))
    if as_json:
        print_json([_scenario_json(*each) for each in judged])
    else:
        for each in judged:
            print_table(None, _scenario_rows(*each))
        good = sum(each.as_expected for each in runs)
        print(f"{good} of {len(runs)} as expected.")
        if any(each.execution.status == "RUNNING" for each in runs):
            print("What is RUNNING waits for a human: sagalab parked lists it.")
    raise typer.Exit(0 if all(each.as_expected for each in runs) else 1)


def run(
    scenario: Annotated[str | None, typer.Option(help="Key of a scenario: 1, 11, 2, 22, 3, 33 or 4.")] = None,
    input_file: Annotated[
        Path | None, typer.Option("--input", help="A JSON file with the order.", dir_okay=False)
    ] = None,
    machine: MachineName = "saga",
    timeout: Annotated[float, typer.Option(help="Seconds to wait for the end.")] = 120.0,
    as_json: AsJson = False,
) -> None:
    """Run a scenario, or the order of a file, and judge it.

    Exit code 1 when a scenario of the seed's machine is not as expected. A run that waits for a human is shown as it
    stands.
    """
    from sagalab.deploying.deploy import ensure_machine
    from sagalab.deploying.deployment import deployment
    from sagalab.errors import SagaLabError
    from sagalab.ledger.verdict import verdict
    from sagalab.orders.forget import forget
    from sagalab.orders.runs import start, wait
    from sagalab.orders.scenarios import as_expected, scenario_order

    one_is_needed = SagaLabError(
        "One of --scenario and --input is needed.", "For example: sagalab run --scenario 3"
    )
    if scenario is not None and input_file is not None:
        raise one_is_needed
    if scenario is not None:
        order = scenario_order(scenario)
    elif input_file is not None:
        order = _read_order(input_file)
    else:
        raise one_is_needed
    found = deployment()
    arn = ensure_machine(found, machine)
    if scenario is not None:
        forget(found.cloud, order["order_id"])
    execution = wait(start(order, arn, deployment=found), timeout, deployment=found, until_parked=True)
    judged = verdict(execution, found)
    if scenario is not None and machine == "saga":
        good = as_expected(scenario, execution)
        result = _result(good)
    else:
        good, result = True, ""
    print_execution(execution, judged, as_json, result)
    raise typer.Exit(0 if good else 1)


def _read_order(path: Path) -> dict[str, Any]:
    """Return the order in a file. Raises SagaLabError for a file without one, in the services' own words."""
    from sagalab.errors import SagaLabError
    from sagalab.orders.orders import checked_order

    try:
        order = json.loads(path.read_text(encoding="utf-8-sig"), parse_constant=_no_number)
    except OSError as error:
        raise SagaLabError(
            f"{path} cannot be read: {error.strerror}.", "Give the path of a JSON file."
        ) from None
    except ValueError as error:
        raise SagaLabError(f"{path} is not JSON: {error}.", "Correct it at that place.") from None
    except RecursionError:
        raise SagaLabError(f"{path} is nested too deeply to be an order.", "Give an order.") from None
    try:
        return checked_order(order)
    except SagaLabError as error:
        raise SagaLabError(f"{path} holds no order: {error.what}", error.cure) from None


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no number")


def _seconds(execution: "Execution") -> float | None:
    if execution.started is None or execution.stopped is None:
        return None
    return (execution.stopped - execution.started).total_seconds()


def _result(as_expected: bool) -> str:
    return "✓ as expected" if as_expected else "✗ differs"


def _scenario_rows(each: "ScenarioRun", judged: "Verdict") -> list[tuple[str, str]]:
    """Return what is shown of one scenario: paths are long, so each has a line of its own."""
    return [
        (f"scenario {each.scenario.key}", each.scenario.title),
        ("  expected path", _ARROW.join(each.scenario.path)),
        ("  actual path", _ARROW.join(each.path)),
        ("  status", f"{each.execution.status} after {each.seconds:.2f} s"),
        ("  result", _result(each.as_expected)),
        ("  verdict", f"{judged.sign} {judged}"),
    ]


def _scenario_json(each: "ScenarioRun", judged: "Verdict") -> dict[str, Any]:
    from sagalab.ledger.verdict import as_record

    return {
        "scenario": each.scenario.key,
        "title": each.scenario.title,
        "order_id": each.scenario.order_id,
        "expected_path": list(each.scenario.path),
        "path": list(each.path),
        "expected_status": each.scenario.status,
        "status": each.execution.status,
        "error": each.execution.error,
        "seconds": round(each.seconds, 3),
        "result": "as expected" if each.as_expected else "differs",
        **as_record(judged),
        "execution": each.execution.arn,
    }


def print_execution(execution: "Execution", judged: "Verdict", as_json: bool, result: str) -> None:
    """Print a run with its verdict, as a table or as JSON; `result` is one more line of the table."""
    from sagalab.ledger.verdict import as_record

    seconds = _seconds(execution)
    if as_json:
        print_json(
            {
                "execution": execution.arn,
                "path": list(execution.path),
                "status": execution.status,
                "error": execution.error,
                "cause": execution.cause,
                "seconds": seconds,
                **as_record(judged),
            }
        )
        return
    rows = [("path", _ARROW.join(execution.path)), ("status", execution.status)]
    if execution.error:
        rows += [("error", execution.error), ("cause", execution.cause or "")]
    rows.append(("duration", "" if seconds is None else f"{seconds:.2f} s"))
    if result:
        rows.append(("result", result))
    rows.append(("verdict", f"{judged.sign} {judged}"))
    print_table(None, rows)
    if execution.status == "RUNNING":
        order = execution.input["order_id"]
        print(f"It waits for a human. Answer it: sagalab resume {order} --retry (or --settled)")
