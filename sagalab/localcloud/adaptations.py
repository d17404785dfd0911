"""All that this project changes in moto 5.2.5's Step Functions, in one list.

Each entry's module says why in its first lines. tests/contract holds a test for each adaptation that
fails when moto no longer needs it: then delete the adaptation. (Lambda's workers: lambdas.py.)
"""

from moto.core.config import default_user_config

from sagalab.localcloud import (
    activities,
    api_errors,
    callbacks,
    clients,
    definitions,
    executions,
    integrations,
    interruptions,
    jsonata,
)


def execute_state_machines() -> None:
    """Let moto's server run its interpreter: by default it only records executions."""
    default_user_config["stepfunctions"] = {"execute_state_machine": True}


ADAPTATIONS = (
    execute_state_machines,
    api_errors.install,
    definitions.install,
    jsonata.install,
    interruptions.install,
    executions.install,
    callbacks.install,
    activities.install,
    integrations.install,
    clients.install,
)


def install() -> None:
    """Adapt moto in this process. Call it once before the server starts; a second call changes nothing."""
    for adapt in ADAPTATIONS:
        adapt()
