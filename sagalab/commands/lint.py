"""Command: lint state machines in files or on standard input."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sagalab.commands.output import print_json

if TYPE_CHECKING:
    from sagalab.linting.lint import Findings

_STDIN = "-"


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(lint)


def lint(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE…", help="ASL in JSON or YAML; - is standard input.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as errors.")] = False,
) -> None:
    """Say what is wrong with a state machine, and how to mend it, before it runs.

    Exit code 1 when there are errors (with --strict: errors or warnings), 2 when a file cannot be
    read or holds no state machine.
    """
    from sagalab.errors import SagaLabError

    found: dict[str, Findings] = {}
    unreadable: list[SagaLabError] = []
    for file in files:
        try:
            found[_label(file)] = _lint_file(file)
        except SagaLabError as error:
            unreadable.append(error)
    if as_json:
        rows = [{"file": file, **asdict(finding)} for file, findings in found.items() for finding in findings]
        print_json(rows)
    else:
        for file, findings in found.items():
            _print_table(file, findings)
    for problem in unreadable:
        print(f"✗ {problem.what}", file=sys.stderr)
        print(f"  {problem.cure}", file=sys.stderr)
    if unreadable:
        raise typer.Exit(2)
    counted = ("error", "warning") if strict else ("error",)
    if any(findings.count(severity) for findings in found.values() for severity in counted):
        raise typer.Exit(1)


def _label(file: str) -> str:
    return "standard input" if file == _STDIN else file


def _lint_file(file: str) -> "Findings":
    """Lint one file; a syntax error is a finding too. Raises SagaLabError where there is no machine."""
    from sagalab.asl.text import AslSyntaxError, read_text
    from sagalab.errors import SagaLabError
    from sagalab.linting.lint import Finding, Findings, how_to_give_a_machine
    from sagalab.linting.lint import lint as lint_definition

    try:
        machine = read_text(_read(file), is_yaml=file.lower().endswith((".yaml", ".yml")))
    except AslSyntaxError as error:
        cure = error.cure or "Correct it there."
        place = f"line {error.line}, column {error.column}"
        what = f"{place}: {error.problem}\n{error.snippet}"
        return Findings([Finding("SAGA000", "error", "", what, cure, place)])
    if not isinstance(machine.body, dict) or "States" not in machine.body:
        raise SagaLabError(
            f"{_label(file)} holds no state machine.",
            how_to_give_a_machine(machine.body),
        )
    return lint_definition(machine)


def _read(file: str) -> str:
    from sagalab.errors import SagaLabError

    try:
        data = sys.stdin.buffer.read() if file == _STDIN else Path(file).read_bytes()
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SagaLabError(f"{_label(file)} is no text in UTF-8.", "Give a file in JSON or YAML.") from None
    except FileNotFoundError:
        raise SagaLabError(f"There is no file {file}.", "Check the path.") from None
    except OSError as error:
        raise SagaLabError(
            f"{file} cannot be read: {error.strerror}.", "Give a file in JSON or YAML."
        ) from None


def _print_table(file: str, findings: "Findings") -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from sagalab.linting.table import SIGNS, place

    console = Console()
    if any(finding.code == "SAGA000" for finding in findings):
        # the caret must stay under its column, so no table breaks these lines
        for finding in findings:
            console.print(Text(f"✗ {file}: {finding.what}\n  {finding.cure}"), soft_wrap=True)
        return
    if findings:
        table = Table(title=Text(file), title_justify="left", box=box.SIMPLE_HEAD, show_lines=True)
        for head, ratio in (("", None), ("state", None), ("what is wrong", 3), ("how to mend it", 2)):
            table.add_column(head, ratio=ratio, overflow="fold", no_wrap=False)
        for finding in findings:
            sign = (
                f"{SIGNS[finding.severity]} {finding.severity}\n  {finding.code}\n  {place(finding)}".rstrip()
            )
            table.add_row(Text(sign), Text(finding.state), Text(finding.what), Text(finding.cure))
        console.print(table)
    console.print(Text(f"{file}: {findings.summary}"), soft_wrap=True)
