"""The closing quiz of notebook 04: what a Catch takes, where it leads, and what an undo may do."""

from sagalab.course.question import Question

QUESTIONS = (
    Question(
        "ProcessOrder has a Catch. ProcessPayment, after it, fails. Does that Catch take the error?",
        {
            "yes, if it names States.ALL": "However wide its net: it hangs under its own state.",
            "yes, as long as the execution runs": "ProcessOrder is over. Its Catch is over with it.",
            "no": "A Catch belongs to one state, and to no other.",
        },
        answer="no",
    ),
    Question(
        "A catcher says Assign: {order: $states.errorOutput}. What does the undo get?",
        {
            "the error in place of the order": "So it does not know what to undo. Keep the error in $error.",
            "the order, with the error in it": "Assign puts a new value into $order. The old one is gone.",
            "nothing: that is refused when it is created": "It is allowed. It is only wrong.",
        },
        answer="the error in place of the order",
    ),
    Question(
        "ReserveInventory failed, perhaps after its commit. Where must its Catch lead?",
        {
            "to ProcessRefund: the reservation failed, so there is none": "A failed step may have committed. Undo it "
            "as if it had.",
            "to ReleaseInventory": "Its undo comes first, then those before it. Of nothing, it does nothing.",
            "to UpdateOrderStatus": "Then the money stays taken and the items reserved.",
        },
        answer="to ReleaseInventory",
    ),
    Question(
        "ReleaseInventory fails for good. What should the saga do?",
        {
            "stop, and tell somebody": "Then the refund behind it never runs: scenario 33.",
            "start the order again from its beginning": "Nobody wants the goods any more. The customer wants the money.",
            "tell somebody, and go on": "The refund does not need the shelf. What is owed is told by name.",
        },
        answer="tell somebody, and go on",
    ),
)
