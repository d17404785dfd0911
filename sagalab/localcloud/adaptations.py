"""All that this project changes in moto 5.2.5's Step Functions, in one list.

Each entry's module says why in its first lines. tests/localcloud holds a test for each adaptation that
fails when moto no longer needs it: then delete the adaptation. (Lambda's workers: lambdas.py.)
"""

from moto.core.config import default_user_config
from moto.stepfunctions.parser.asl.component.eval_component import EvalComponent

from sagalab.localcloud.services import (
    dynamodb,
    inside,
    kept_messages,
    packed_rows,
    queues,
    untracked_models,
)
from sagalab.localcloud.stepfunctions import (
    aborted_states,
    assignments,
    callbacks,
    choices,
    definitions,
    error_names,
    integrations,
    interpreter_clients,
    interruptions,
    intrinsics,
    jsonata,
    parsed_expressions,
    quick_copies,
    runtime_errors,
    service,
    service_errors,
    shortcuts,
    tagged,
    timestamps,
)


def execute_state_machines() -> None:
    """Let moto's server run its interpreter: by default it only records executions."""
    default_user_config["stepfunctions"] = {"execute_state_machine": True}


def log_no_failing_states() -> None:
    """Write no log of failing states: moto 5.2.5 logs the whole tree of components, once a level."""
    EvalComponent._log_failure_event_exception = lambda self, failure_event_exception: None
    EvalComponent._log_exception = lambda self, exception: None


ADAPTATIONS = (
    execute_state_machines,
    log_no_failing_states,
    untracked_models.install,
    definitions.install,
    jsonata.install,
    intrinsics.install,
    interruptions.install,
    assignments.install,
    error_names.install,
    choices.install,
    aborted_states.install,
    runtime_errors.install,
    timestamps.install,
    callbacks.install,
    integrations.install,
    service_errors.install,
    interpreter_clients.install,
    inside.install,
    service.install,
    tagged.install,
    shortcuts.install,
    dynamodb.install,
    parsed_expressions.install,
    packed_rows.install,
    queues.install,
    quick_copies.install,
    kept_messages.install,
)


def install() -> None:
    """Adapt moto in this process. Call it once before the server starts; a second call changes nothing."""
    for adapt in ADAPTATIONS:
        adapt()
