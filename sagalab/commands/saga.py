"""Commands: deploy, destroy and look at the saga; run its scenarios or one order."""

import contextlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from sagalab.connect import Cloud
    from sagalab.execution import Execution
    from sagalab.part import Change
    from sagalab.scenarios import ScenarioRun
    from sagalab.verdict import Verdict

Yes = Annotated[bool, typer.Option("--yes", help="On AWS: show account and region, and do not ask.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
MachineName = Annotated[str, typer.Option(help="Name of the state machine.")]
_ARROW = " → "


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (deploy, destroy, status, scenarios, run):
        app.command()(command)


def deploy(
    reset_stock: Annotated[bool, typer.Option(help="Set the stock back to the catalogue's counts.")] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Deploy the saga: make what is missing, update what differs."""
    from sagalab.confirm import accept
    from sagalab.connect import connect
    from sagalab.costs import estimated_costs
    from sagalab.deploy import deploy as deploy_saga

    cloud = connect()
    if not cloud.is_local:
        print(f"It costs {estimated_costs()}.", file=sys.stderr)
    confirm = accept if yes else None
    found = deploy_saga(cloud, progress=not as_json, reset_stock=reset_stock, confirm=confirm)
    if as_json:
        _print_json({"prefix": found.prefix, "machines": found.machines, "changes": _changes(found.changes)})
        return
    _print_changes([change for change in found.changes if change.action != "unchanged"])
    unchanged = sum(change.action == "unchanged" for change in found.changes)
    total = len(found.changes)
    print(f"The saga is deployed under the prefix {found.prefix} ({unchanged} of {total} unchanged).")


def destroy(
    all_of: Annotated[
        str | None, typer.Option(help="All under this prefix: PREFIX and PREFIX-….", metavar="PREFIX")
    ] = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Delete everything that deploy made, and nothing else."""
    from sagalab.confirm import accept
    from sagalab.connect import connect
    from sagalab.destroy_all import destroy_all, prefixes_under

    cloud = connect()
    prefixes = [cloud.prefix] if all_of is None else prefixes_under(all_of, cloud)
    if all_of is not None:
        print(f"Under {all_of}: {', '.join(prefixes) or 'nothing of Saga Lab'}.", file=sys.stderr)
    costs = "" if cloud.is_local else _costs(cloud, prefixes)
    changes = destroy_all(prefixes, cloud, progress=not as_json, confirm=accept if yes else None)
    if costs:
        print(costs, file=sys.stderr)
    if as_json:
        _print_json({"changes": _changes(changes)})
        return
    _print_changes([change for change in changes if change.action != "absent"])
    deleted = sum(change.action == "deleted" for change in changes)
    left = sum(change.action == "not ours" for change in changes)
    print(f"{deleted} deleted.")
    if left:
        print(f"{left} left alone: made by someone else under the same name.")


def status(as_json: AsJson = False) -> None:
    """Show which parts of the saga are there; exit code 1 when one is missing."""
    from sagalab.status import status as saga_status

    parts = saga_status()
    missing = [part for part in parts if part.state != "present"]
    if as_json:
        _print_json([{"kind": part.kind, "name": part.name, "state": part.state} for part in parts])
    else:
        marks = {"present": "✓ present", "missing": "– missing", "not ours": "✗ not ours"}
        _print_table(("kind", "name", "state"), [(part.kind, part.name, marks[part.state]) for part in parts])
        if missing:
            print(f"{len(missing)} of {len(parts)} are not there. Deploy them: sagalab deploy")
        else:
            print(f"All {len(parts)} are there.")
    raise typer.Exit(1 if missing else 0)


def scenarios(machine: MachineName = "saga", as_json: AsJson = False) -> None:
    """Run the seven scenarios; exit code 1 when one takes another path than expected."""
    from sagalab.deployment import deployment
    from sagalab.scenarios import run_scenarios
    from sagalab.verdict import verdict

    found = deployment()
    runs = run_scenarios(machine, deployment=found)
    judged = [(each, verdict(each.execution, found)) for each in runs]
    if as_json:
        _print_json([_scenario_json(*each) for each in judged])
    else:
        for each in judged:
            _print_table(None, _scenario_rows(*each))
        good = sum(each.as_expected for each in runs)
        print(f"{good} of {len(runs)} as expected.")
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
    """Run a scenario, or the order of a file; exit code 1 when a scenario is not as expected."""
    from sagalab.errors import SagaLabError
    from sagalab.scenarios import run_one

    if (scenario is None) == (input_file is None):
        raise SagaLabError(
            "One of --scenario and --input is needed.", "For example: sagalab run --scenario 3"
        )
    if scenario is not None:
        found = run_one(scenario, machine, timeout=timeout)
        _print_execution(found.execution, as_json, _result(found.as_expected))
        raise typer.Exit(0 if found.as_expected else 1)
    from sagalab.runs import run as run_order

    _print_execution(run_order(_read_order(input_file), machine, timeout), as_json)


def _costs(cloud: "Cloud", prefixes: list[str]) -> str:
    """Say what the executions under these prefixes have cost; they are gone with their machines."""
    from sagalab.costs import costs_so_far, in_words
    from sagalab.deployment import deployment
    from sagalab.errors import SagaLabError

    found = []
    for prefix in prefixes:
        with contextlib.suppress(SagaLabError):  # not whole: nothing ran
            found.append(costs_so_far(deployment(cloud, prefix=prefix)))
    dollars, sagas = sum(each.dollars for each in found), sum(each.sagas for each in found)
    return f"It has cost {in_words(dollars, sagas)}." if found else ""


def _read_order(path: Path) -> Any:
    from sagalab.errors import SagaLabError

    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SagaLabError(
            f"{path} cannot be read: {error.strerror}.", "Give the path of a JSON file."
        ) from None
    except ValueError as error:
        raise SagaLabError(f"{path} is not JSON: {error}.", "Correct it at that place.") from None


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
    from sagalab.verdict import as_record

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


def _print_execution(execution: "Execution", as_json: bool, result: str = "") -> None:
    seconds = _seconds(execution)
    if as_json:
        _print_json(
            {
                "execution": execution.arn,
                "path": list(execution.path),
                "status": execution.status,
                "error": execution.error,
                "cause": execution.cause,
                "seconds": seconds,
            }
        )
        return
    rows = [("path", _ARROW.join(execution.path)), ("status", execution.status)]
    if execution.error:
        rows += [("error", execution.error), ("cause", execution.cause or "")]
    rows.append(("duration", "" if seconds is None else f"{seconds:.2f} s"))
    if result:
        rows.append(("result", result))
    _print_table(None, rows)


def _changes(changes: "tuple[Change, ...] | list[Change]") -> list[dict[str, str]]:
    return [{"kind": change.kind, "name": change.name, "action": change.action} for change in changes]


def _print_changes(changes: "list[Change]") -> None:
    if changes:
        _print_table(None, [(change.action, change.kind, change.name) for change in changes])


def _print_json(value: Any) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False))


def _print_table(columns: tuple[str, ...] | None, rows: list[tuple[str, ...]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*(columns or ()), show_header=bool(columns), box=box.ROUNDED if columns else None)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)
