"""The closing quiz of notebook 02: the fields of a Task, and what a failure leaves."""

from sagalab.course.question import Question

QUESTIONS = (
    Question(
        "An undo far down the road needs the order. What keeps it?",
        {
            "Assign": "It makes a variable, which every later state can read.",
            "Output of the first state": "It is the input of the next state, and gone when that one has another output.",
            "nothing: each state must ask the table again": "It could. A variable is there, and costs no call.",
        },
        answer="Assign",
    ),
    Question(
        "A task invokes a function. Where is what the function returned?",
        {
            "in $states.input": "That is what the state got, before the call.",
            "in $states.result, next to the status": "Almost: that is the whole answer of Lambda.",
            "in $states.result.Payload": "Lambda's answer has the function's own one as its Payload.",
        },
        answer="in $states.result.Payload",
    ),
    Question(
        "ReserveInventory fails, and the machine has no Catch. What happens to the payment?",
        {
            "it is rolled back with the execution": "An execution is no transaction. Nobody told the payment service.",
            "it stays": "It had committed, and nothing in this machine takes it back.",
            "it is held until somebody starts the execution again": "It is committed. There is nothing to hold.",
        },
        answer="it stays",
    ),
    Question(
        "A state has neither Next nor End. What does Step Functions say?",
        {
            "the machine cannot be created": "Where to go is asked before anything runs. The lint says it earlier.",
            "the execution ends there with success": "It would need End: true to end there.",
            "it goes on with the state that is written below it": "The order in the text means nothing. Next decides.",
        },
        answer="the machine cannot be created",
    ),
)
