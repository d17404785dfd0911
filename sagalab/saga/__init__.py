"""What in a state machine is a saga: its steps, their undos, and which belongs to which."""

from sagalab.saga.roles import Saga, sagas
from sagalab.saga.rollbacks import rollbacks
from sagalab.saga.shape import SagaShape

__all__ = [
    "Saga",
    "SagaShape",
    "rollbacks",
    "sagas",
]
