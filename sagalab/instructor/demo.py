"""The demonstration: `play("33")` runs a path in a notebook, `updates` for the page; and its words as HTML."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sagalab.deploying.deploy import deploy, deploy_machine
from sagalab.deploying.deployment import Deployment, cloud_of
from sagalab.deploying.deployment import deployment as find_deployment
from sagalab.deploying.machines import definition
from sagalab.errors import SagaLabError
from sagalab.history.execution import Execution
from sagalab.instructor.paths import DEMO_PATHS, HARDENED, DemoPath, demo_path, following
from sagalab.ledger.verdict import Verdict, verdict
from sagalab.markup import escape, without_math
from sagalab.orders.forget import forget
from sagalab.orders.runs import start
from sagalab.pictures.diagram import diagram
from sagalab.pictures.drawing import Drawing

if TYPE_CHECKING:
    from sagalab.cloud.connect import Cloud

TIMEOUT_SECONDS = 60.0
LOCAL_POLL, AWS_POLL = 0.1, 0.5  # seconds between two looks at a running execution


@dataclass(frozen=True)
class DemoRun:
    """One path as it was run: its execution, and its verdict once it has ended (None before)."""

    path: DemoPath
    execution: Execution
    verdict: Verdict | None = None

    def picture(self) -> Drawing:
        """Return the machine with the way that the run took."""
        return diagram(None, self.execution, times=False)

    def __repr__(self) -> str:
        return f"{self.path.title}: {self.execution.status}. {self.verdict or 'No verdict yet.'}"

    def _ipython_display_(self) -> None:
        """Show heading, picture, verdict, the closed notes and the question for the next path."""
        from IPython.display import HTML, display

        display(HTML(without_math(heading(self.path))), self.picture(), HTML(without_math(ending(self))))


@dataclass(frozen=True)
class Stage:
    """A deployment with both machines. Shown in a notebook, it says what to ask before the first path."""

    deployment: Deployment

    def __repr__(self) -> str:
        return f"Ready: {len(DEMO_PATHS)} paths."

    def _repr_html_(self) -> str:
        return without_math(f"<p>✓ Ready: {len(DEMO_PATHS)} paths.</p>{question(DEMO_PATHS[0])}")


def prepare(cloud: "Cloud | None" = None) -> Stage:
    """Make the stage ready: the saga and the hardened machine are deployed; quick when they are.

    On AWS nothing is made: raises SagaLabError when one of them is missing.
    """
    cloud = cloud_of(cloud, None)
    if cloud.is_local:
        found = deploy(cloud, progress=False)
        deploy_machine(found, HARDENED, definition(HARDENED))
        return Stage(found)
    found = find_deployment(cloud)
    if HARDENED not in found.machines:
        raise SagaLabError(
            f"The machine {HARDENED} is not deployed under the prefix {cloud.prefix}.",
            f"Deploy it: sagalab deploy --machine {HARDENED}",
        )
    return Stage(found)


def updates(key: str, deployment: Deployment) -> Iterator[DemoRun]:
    """Run a path, and yield it whenever there is more to see; the last one has the verdict. It blocks.

    What an earlier run of its order left is forgotten first. Raises SagaLabError for an unknown key, or when
    the run still goes on after 60 s.
    """
    path, cloud = demo_path(key), deployment.cloud
    order = path.order()
    forget(cloud, order["order_id"])
    client = cloud.client("stepfunctions")
    arn = start(order, deployment.machine(path.machine), deployment=deployment)
    poll = LOCAL_POLL if cloud.is_local else AWS_POLL
    for execution in Execution.fetch(client, arn).follow(poll, TIMEOUT_SECONDS):
        yield DemoRun(path, execution)
    if execution.status == "RUNNING":
        raise SagaLabError(
            f"The run still goes on after {TIMEOUT_SECONDS:g} s.", "Go on with another path; sagalab doctor."
        )
    yield DemoRun(path, execution, verdict(execution, deployment))


def play(key: str, deployment: Deployment | None = None) -> DemoRun:
    """Run a path to its end and return it; a notebook shows it. Raises SagaLabError as `updates` does."""
    for run in updates(key, deployment or find_deployment()):
        last = run
    return last


ARROW = " → "
_BOX = "border-left:5px solid #0b5394;padding:6px 12px;margin:8px 0;background:#eef4fb;color:#111"


def heading(path: DemoPath) -> str:
    """Return a path's number and title."""
    number = DEMO_PATHS.index(path) + 1
    return f"<h2 style='margin:4px 0'>{number} · {escape(path.title)}</h2>"


def question(path: DemoPath) -> str:
    """Return what to ask the room before a path."""
    number = DEMO_PATHS.index(path) + 1
    return (
        f"<div style='{_BOX}'><strong>Ask, before {number} · {escape(path.title)}:</strong> "
        f"{escape(path.question)}</div>"
    )


def notes_list(path: DemoPath, look: str = " style='margin:4px 0'") -> str:
    """Return what to say after a path, as a list. `look`: its style; a page has its own."""
    lines = "".join(f"<li>{escape(line)}</li>" for line in path.notes)
    return f"<ul aria-label='speaker notes'{look}>{lines}</ul>"


def result(run: "DemoRun") -> str:
    """Return the run in words: how it ended, its path, and the verdict over the ledger's rows once there is one."""
    execution = run.execution
    error = f" with {escape(execution.error)}" if execution.error else ""
    path = escape(ARROW.join(execution.path)) or "nothing yet"
    words = f"<p><strong>{escape(execution.status)}{error}</strong><br>{path}</p>"
    return words + (run.verdict._repr_html_() if run.verdict is not None else "")


def ending(run: "DemoRun") -> str:
    """Return what a notebook shows under the picture: result, closed notes, the next question."""
    after = following(run.path)
    closed = f"<details><summary>Speaker notes, {run.path.minutes} minutes</summary>{notes_list(run.path)}</details>"
    return result(run) + closed + (question(after) if after else "")
