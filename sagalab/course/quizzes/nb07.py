"""The closing quiz of notebook 07: ambiguous failures, idempotency, tombstones."""

from sagalab.course.question import Question

QUESTIONS = (
    Question(
        "A task ends with States.Timeout. What do you know about its work?",
        {
            "it was not done": "It may have been, and only the answer is late.",
            "it was done, or not, or will be done later": "That is what ambiguous means. So undo and repeat safely.",
            "it was stopped in the middle and rolled back": "Nobody stops the function, and nobody rolls it back.",
        },
        answer="it was done, or not, or will be done later",
    ),
    Question(
        "Which id makes a debit idempotent?",
        {
            "one made of the order's id and the word Debit": "The same order gives the same id, whenever it is called.",
            "a new uuid in each call, kept in the row": "Each call would write a row of its own.",
            "the execution's start time": "It stays with retries. A second execution for the same order has another.",
        },
        answer="one made of the order's id and the word Debit",
    ),
    Question(
        "A refund finds no debit. What should it do?",
        {
            "fail, so that somebody looks": "Then the undos stop for a payment that never was.",
            "succeed, and write nothing at all": "A debit that comes later would find nothing in its way.",
            "succeed, and leave a row of 0": "That row is the tombstone: a late debit looks for it, and is refused.",
        },
        answer="succeed, and leave a row of 0",
    ),
    Question(
        "Why must the debit check for the tombstone in the transaction of its write?",
        {
            "two calls cost more than one": "They do. But that is not what loses the money.",
            "a refund may come in between": "Checked, refunded, written: then the money is taken after its refund.",
            "DynamoDB allows no read outside a transaction": "It does. The read is only of no use by then.",
        },
        answer="a refund may come in between",
    ),
)
