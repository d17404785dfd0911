"""`sagalab doctor`: is everything here that the workshop needs?"""

from typing import Annotated

import typer

from sagalab.commands.output import print_json


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(doctor)


def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Check Python, packages, drawing, ports, local cloud, AWS; exit code 1 if something is wrong."""
    from sagalab.upkeep.doctor import examine
    from sagalab.upkeep.doctor_check import State

    checks = []
    for check in examine():
        checks.append(check)
        if not as_json:
            print(f"{check.state.mark} {check.state:5}  {check.name:15}  {check.found}", flush=True)
            if check.cure:
                print(f"{'':25}→ {check.cure}", flush=True)
    wrong = [check for check in checks if check.state is State.WRONG]
    if as_json:
        print_json({"good": not wrong, "checks": [check.as_dict() for check in checks]})
    elif wrong:
        print(f"\n{len(wrong)} of {len(checks)} need a cure (→).")
    else:
        print("\nEverything that the workshop needs is here.")
    if wrong:
        raise typer.Exit(1)
