"""What the tables and the queue say of an order: what is done, undone and owed, and the verdict."""

from sagalab.ledger.inbox import notifications
from sagalab.ledger.ledger import Ledger
from sagalab.ledger.parked import parked, parked_panel, resume
from sagalab.ledger.tables import tables
from sagalab.ledger.verdict import Verdict, verdict

__all__ = [
    "Ledger",
    "Verdict",
    "notifications",
    "parked",
    "parked_panel",
    "resume",
    "tables",
    "verdict",
]
