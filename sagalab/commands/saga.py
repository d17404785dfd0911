"""Commands: deploy, destroy and look at the saga."""

import contextlib
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from sagalab.commands.output import print_json, print_table

if TYPE_CHECKING:
    from sagalab.cloud.connect import Cloud
    from sagalab.deploying.part import Change

Yes = Annotated[bool, typer.Option("--yes", help="On AWS: show account and region, and do not ask.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (deploy, destroy, status):
        app.command()(command)


def deploy(
    machine: Annotated[
        list[str] | None, typer.Option(help="One more state machine: hardened, or a file with a definition.")
    ] = None,
    reset_stock: Annotated[bool, typer.Option(help="Set the stock back to the catalogue's counts.")] = False,
    durable: Annotated[bool, typer.Option(help="The saga as durable functions too (lab 13).")] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Deploy the saga: make what is missing, update what differs."""
    from sagalab.cloud.confirm import accept
    from sagalab.cloud.connect import connect
    from sagalab.deploying.deploy import deploy as deploy_saga
    from sagalab.deploying.deploy import deploy_machine
    from sagalab.deploying.machines import definition, name_of
    from sagalab.orders.costs import estimated_costs

    more = {name_of(each): definition(each) for each in machine or ()}
    cloud = connect()
    if not cloud.is_local:
        print(f"It costs {estimated_costs()}.", file=sys.stderr)
    confirm = accept if yes else None
    found = deploy_saga(
        cloud, progress=not as_json, reset_stock=reset_stock, durable=durable, confirm=confirm
    )
    for name, document in more.items():
        deploy_machine(found, name, document)
    if as_json:
        print_json({"prefix": found.prefix, "machines": found.machines, "changes": _changes(found.changes)})
        return
    _print_changes([change for change in found.changes if change.action != "unchanged"])
    unchanged = sum(change.action == "unchanged" for change in found.changes)
    total = len(found.changes)
    print(f"The saga is deployed under the prefix {found.prefix} ({unchanged} of {total} unchanged).")
    if more:
        print(f"State machines: {', '.join(sorted(found.machines))}.")


def destroy(
    all_of: Annotated[
        str | None, typer.Option(help="All under this prefix: PREFIX and PREFIX-….", metavar="PREFIX")
    ] = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Delete everything that deploy made, and nothing else."""
    from sagalab.cloud.confirm import accept
    from sagalab.cloud.connect import connect
    from sagalab.deploying.destroy import destroy_all, prefixes_under

    cloud = connect()
    prefixes = [cloud.prefix] if all_of is None else prefixes_under(all_of, cloud)
    if all_of is not None:
        print(f"Under {all_of}: {', '.join(prefixes) or 'nothing of Saga Lab'}.", file=sys.stderr)
    costs = "" if cloud.is_local else costs_in_words(cloud, prefixes)
    changes = destroy_all(prefixes, cloud, progress=not as_json, confirm=accept if yes else None)
    if costs:
        print(costs, file=sys.stderr)
    if as_json:
        print_json({"changes": _changes(changes)})
        return
    _print_changes([change for change in changes if change.action != "absent"])
    deleted = sum(change.action == "deleted" for change in changes)
    left = sum(change.action == "not ours" for change in changes)
    print(f"{deleted} deleted.")
    if left:
        print(f"{left} left alone: made by someone else under the same name.")


def status(as_json: AsJson = False) -> None:
    """Show which parts of the saga are there; exit code 1 when one is missing."""
    from sagalab.deploying.deployment import status as saga_status

    parts = saga_status()
    missing = [part for part in parts if part.state != "present"]
    if as_json:
        print_json(
            [
                {"kind": part.kind, "name": part.name, "state": part.state, "differs": list(part.differences)}
                for part in parts
            ]
        )
    else:
        marks = {
            "present": "✓ present",
            "changed": "! changed",
            "missing": "– missing",
            "not ours": "✗ not ours",
        }
        print_table(
            ("kind", "name", "state"),
            [
                (
                    part.kind,
                    part.name,
                    ": ".join(filter(None, (marks[part.state], ", ".join(part.differences)))),
                )
                for part in parts
            ],
        )
        if missing:
            print(f"{len(missing)} of {len(parts)} are not as they should be. Mend them: sagalab deploy")
            others = sum(part.state == "not ours" for part in missing)
            if others:
                print(
                    f"{others} of them are another's, of the same name. Choose another prefix: SAGALAB_PREFIX=…."
                )
        else:
            print(f"All {len(parts)} are there.")
    raise typer.Exit(1 if missing else 0)


def costs_in_words(cloud: "Cloud", prefixes: list[str]) -> str:
    """Say what the executions under these prefixes have cost, or why that cannot be read; they are gone with their machines."""
    from sagalab.deploying.deployment import NotDeployed, deployment
    from sagalab.errors import SagaLabError
    from sagalab.orders.costs import costs_so_far, in_words

    found = []
    try:
        for prefix in prefixes:
            with contextlib.suppress(NotDeployed):  # not whole: nothing ran
                found.append(costs_so_far(deployment(cloud, prefix=prefix)))
    except SagaLabError as error:  # no reason to let anything stay and cost more
        return f"What it has cost is not known: {error.what}"
    dollars, sagas = sum(each.dollars for each in found), sum(each.sagas for each in found)
    return f"It has cost {in_words(dollars, sagas)}." if found else ""


def _changes(changes: "tuple[Change, ...] | list[Change]") -> list[dict[str, str]]:
    return [{"kind": change.kind, "name": change.name, "action": change.action} for change in changes]


def _print_changes(changes: "list[Change]") -> None:
    if changes:
        print_table(None, [(change.action, change.kind, change.name) for change in changes])
