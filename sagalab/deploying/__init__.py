"""Deploy the saga, look at it, and remove it: names, parts, policies, machines."""

from sagalab.deploying.catalogue import CATALOGUE
from sagalab.deploying.deploy import deploy, deploy_machine
from sagalab.deploying.deployment import Deployment, deployment, status
from sagalab.deploying.destroy import destroy, destroy_all
from sagalab.deploying.machines import definition, substitute, task_state

__all__ = [
    "CATALOGUE",
    "Deployment",
    "definition",
    "deploy",
    "deploy_machine",
    "deployment",
    "destroy",
    "destroy_all",
    "status",
    "substitute",
    "task_state",
]
