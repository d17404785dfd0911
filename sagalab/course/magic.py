"""The cell magic `%%asl NAME [--deploy] [--quiet]`: a state machine written in a notebook cell, JSON or YAML.

On run the cell is parsed, linted, drawn and kept under NAME: as a plain dict in the notebook's
names and in `machines`. A mistake is shown in the cell and never raised, so that "Run all" goes on;
NAME then keeps its last good definition. Loaded by `%load_ext sagalab` or `from sagalab import *`.
"""

import builtins
import keyword
from collections.abc import Mapping
from typing import Any

from IPython.core.getipython import get_ipython
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics, cell_magic, magics_class
from IPython.core.magic_arguments import argument, magic_arguments, parse_argstring
from IPython.display import display

from sagalab.asl.text import AslSyntaxError, read_text
from sagalab.errors import SagaLabError
from sagalab.linting.lint import ERROR, Findings, lint
from sagalab.markup import escape

MAX_NAME = 60  # Step Functions allows 80 characters; the prefix needs some of them

machines: dict[str, dict[str, Any]] = {}
"""The last good definition of every %%asl cell that ran in this session, by name."""


class Note:
    """A few lines for the reader, the same in a notebook and on a terminal; white space is kept."""

    def __init__(self, text: str):
        self.text = text

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.text)}</pre>"


@magics_class
class AslMagics(Magics):
    """The %%asl magic of one shell."""

    shell: InteractiveShell

    @magic_arguments()
    @argument("name", help="Name of the state machine; the definition is kept under it.")
    @argument("--deploy", action="store_true", help="Deploy it as well.")
    @argument("--quiet", action="store_true", help="No picture, and nothing when the lint finds nothing.")
    @cell_magic
    def asl(self, line: str, cell: str) -> None:
        """Parse, lint, draw and keep a state machine written in ASL (JSON or YAML)."""
        options = parse_argstring(self.asl, line)
        try:
            self._run(options.name, cell, options.deploy, options.quiet)
        except SagaLabError as error:
            display(Note(f"✗ {error.what}\n  {error.cure}".rstrip()))

    def _run(self, name: str, cell: str, deploy: bool, quiet: bool) -> None:
        self._check_name(name)
        try:
            machine = read_text(cell)
        except AslSyntaxError as error:
            raise SagaLabError(f"{error.what}", f"{error.cure} {self._kept(name)}".strip()) from None
        definition = machine.body
        if not isinstance(definition, dict) or "States" not in definition:
            raise SagaLabError(
                "This cell holds no state machine.", f'It needs "StartAt" and "States". {self._kept(name)}'
            )
        findings = lint(machine)
        machines[name] = definition
        self.shell.user_ns[name] = definition
        if not quiet:
            _draw(definition, findings)
        if findings or not quiet:
            display(findings)
        if deploy:
            _deploy(name, definition, findings)

    def _check_name(self, name: str) -> None:
        """Raise SagaLabError for a name that cannot be kept, or that would hide something else."""
        if not name.isidentifier() or not name.isascii() or keyword.iskeyword(name) or len(name) > MAX_NAME:
            raise SagaLabError(
                f"{name} cannot be the name of a machine.",
                f"Use letters, digits and _, a letter first, at most {MAX_NAME} characters: %%asl my_saga",
            )
        other = self.shell.user_ns.get(name)
        if hasattr(builtins, name) or other is not None and not isinstance(other, Mapping):
            raise SagaLabError(
                f"{name} is the name of something else already.", "Choose another name: %%asl my_saga"
            )

    def _kept(self, name: str) -> str:
        if name in machines:
            return f"({name} keeps its last good definition.)"
        return f"({name} is not defined yet.)"


def _draw(definition: dict[str, Any], findings: Findings) -> None:
    from sagalab.pictures.diagram import diagram

    try:
        picture = diagram(definition)
    except Exception:
        # what is no valid machine may be beyond drawing; a valid one must draw
        if not findings.count(ERROR):
            raise
        display(Note("No picture: mend the errors first."))
        return
    display(picture)


def _deploy(name: str, definition: dict[str, Any], findings: Findings) -> None:
    if findings.count(ERROR):
        raise SagaLabError(f"{name} is not deployed.", "Mend the errors first, and run the cell again.")
    from sagalab.deploying.deploy import deploy_machine
    from sagalab.deploying.deployment import deployment

    arn = deploy_machine(deployment(), name, definition)
    display(Note(f"✓ Deployed as {arn.rpartition(':')[2]}."))


def load_ipython_extension(shell: Any) -> None:
    """Register %%asl with an IPython shell (`%load_ext sagalab`)."""
    shell.register_magics(AslMagics)


# `from sagalab import *` imports this module; in a notebook that is enough to have the magic.
if (_shell := get_ipython()) is not None:
    load_ipython_extension(_shell)
