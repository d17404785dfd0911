"""Wrong answers to the exercises of notebook 11."""

from wrong_answer import WRONG

from sagalab import fails, never_answers

STEPS = ("ProcessOrder", "ProcessPayment", "ReserveInventory")


def without(name: str):
    """Take out the runs in which this state, and no other one after it, fails."""
    return lambda runs: [mocks for mocks in runs if not mocks or list(mocks)[-1] != name]


COVER = {
    "the answer is no list of runs": lambda runs: runs[1],
    "these are more runs than anybody would read": lambda runs: runs * 5,
    "there is no run": lambda runs: [],
    "no run comes to a catcher of ProcessOrder: ErrProcessOrder is never caught": lambda runs: runs[:1],
    "no run goes well": lambda runs: runs[1:],
    "ErrProcessPayment is never caught": without("ProcessPayment"),
    "ErrReleaseInventory is never caught": without("ReleaseInventory"),
    "ErrUpdateOrderStatus is never caught": without("UpdateOrderStatus"),
    "run 3: nothing catches PaymentFailed of ProcessPayment": lambda runs: [
        *runs[:2], {"ProcessPayment": fails("PaymentFailed")}, *runs[3:]
    ],
    "run 2 mocks ReleaseInventory, and never comes there": lambda runs: [
        {}, {"ReleaseInventory": fails("ErrReleaseInventory")}
    ],
    "run 1: The state machine has no state, resource or function 'ProcessPaymnt'": lambda runs: [
        {"ProcessPaymnt": fails("ErrProcessPayment")}
    ],
    "the mock of ProcessPayment is a text, so the task succeeds": lambda runs: [
        {"ProcessPayment": "ErrProcessPayment"}
    ],
    "run 1: its mocks are no dict of states": lambda runs: ["ProcessPayment"],
    "run 1: a mock is no JSON value": lambda runs: [{"ProcessPayment": {1, 2}}],
}  # fmt: skip
REVEAL = {
    "its mocks are no dict of states": lambda mocks: ["ProcessPayment"],
    "the order goes well: nothing fails": lambda mocks: {},
    "the mock of ProcessPayment is a text": lambda mocks: {"ProcessPayment": "States.Timeout"},
    "the run never comes to ProcessPayment": lambda mocks: {"ProcessOrder": fails("ErrProcessOrder")},
    "the payment succeeds, so its catchers are not asked": lambda mocks: {
        "ReserveInventory": fails("ErrReserveInventory")
    },
    "no catcher of ProcessPayment takes Lambda.Unknown": lambda mocks: {
        "ProcessPayment": fails("Lambda.Unknown")
    },
    "ErrProcessPayment is taken by the catcher that the other tests come to": lambda mocks: {
        "ProcessPayment": fails("ErrProcessPayment")
    },
    "it leaks on the mended machine too": lambda mocks: {**mocks, "ProcessRefund": fails("ErrProcessRefund")},
    "has no state, resource or function 'Payment'": lambda mocks: {"Payment": never_answers()},
    "a mock is no JSON value": lambda mocks: {"ProcessPayment": {1, 2}},
}
for _exercise, _answers in (("cover", COVER), ("reveal", REVEAL)):
    for _words, _change in _answers.items():
        WRONG.append((_exercise, _words.partition(":")[0].replace(" ", "_"), _change, _words))
