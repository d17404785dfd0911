"""The closing quiz of notebook 14: what a race spoils, and what helps."""

from sagalab.course.question import Question

QUESTIONS = (
    Question(
        "Two orders both read 5 left, and both write 4. What is that?",
        {
            "a lost update": "The second write was made of a value that the first one had changed.",
            "a dirty read": "Nothing was undone. Both orders went through.",
            "write skew": "That takes two rows: each order decides on one and writes the other.",
        },
        answer="a lost update",
    ),
    Question(
        "A refused order could have been served a moment later: the item came back. Which countermeasure makes it rarer?",
        {
            "a condition in the write": "It keeps the count right. The order is refused all the same.",
            "commutative updates": "They let writes come in any order. A refusal is no write.",
            "a semantic lock, with a wait": "Who meets the lock asks again, and may find the item given back.",
            "a version file": "It notices what comes in the wrong order, of one order's own calls.",
        },
        answer="a semantic lock, with a wait",
    ),
    Question(
        "Every order's verdict is consistent. May the stock be wrong?",
        {
            "yes: a verdict looks at one order": "What two orders did to one row shows in the books only, over all orders.",
            "no: a verdict compares with the stock": "It compares what this order took and gave back, and nothing more.",
            "only if one of them failed": "In a lost update both go through, each of them as it should.",
        },
        answer="yes: a verdict looks at one order",
    ),
    Question(
        "A step looks whether there is enough, and a later step takes it. What is the look worth?",
        {
            "it keeps the item until the later step": "Looking takes nothing. Another order may take it in between.",
            "an early no in some schedules, and no promise": "It refuses early what is gone already. What holds is what was "
            "taken.",
            "nothing: it should be left out": "It spares some customers a payment and its refund.",
        },
        answer="an early no in some schedules, and no promise",
    ),
)
