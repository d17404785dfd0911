"""One handler for all six tasks; the name of the invoked function says which is meant.

For many runs at once on the local cloud: six functions with this handler share their workers, so that none
has to be started only because another function is wanted now. Not used on AWS.
"""

import inventory
import orders
import payments

HANDLERS = {
    "new-order": orders.new_order,
    "update-order": orders.update_order,
    "debit-payment": payments.debit,
    "credit-payment": payments.credit,
    "reserve-inventory": inventory.reserve,
    "release-inventory": inventory.release,
}


def handler(event, context):
    """Run the task whose function was invoked: its name ends like one of HANDLERS."""
    suffix = "-".join(context.invoked_function_arn.rsplit("-", 2)[1:])
    return HANDLERS[suffix](event, context)
