"""The closing quiz of notebook 01: what a Lambda function needs, and what its answer says."""

from sagalab.course.question import Question

QUESTIONS = (
    Question(
        "`invoke` answers with status 200. Did the function succeed?",
        {
            "yes: 200 means that it went well": "It means that Lambda was reached, and that the function ran.",
            "only if there is no FunctionError": "A function that raised has status 200 too; FunctionError says it.",
            "only if its log says so": "The log is for people. The answer itself says it, in FunctionError.",
        },
        answer="only if there is no FunctionError",
    ),
    Question(
        "By which name will a state machine catch the function's error?",
        {
            "the name of its Python exception": "It is the errorType of the answer: ErrProcessPayment, say.",
            "the name of the function, and its status code": "Neither is looked at. A Catch compares the error's name.",
            "the error's message": "The message becomes the Cause. Nothing is caught by it.",
        },
        answer="the name of its Python exception",
    ),
    Question(
        "The call is AccessDenied: dynamodb:PutItem. What helps?",
        {
            "a retry, with a longer wait": "IAM will say the same again. Nothing was written, and nothing will be.",
            "a role that may do everything on every table": "It helps, and it opens all else. Least privilege is one "
            "action on one table.",
            "that action, in the function's role": "The role needs each action that its function makes, and no other.",
        },
        answer="that action, in the function's role",
    ),
    Question(
        "The debit is called twice for the same order. Why is there one row?",
        {
            "Lambda drops a second call with the same payload": "It runs the function again. Lambda compares nothing.",
            "DynamoDB refuses a second payment of the same amount": "It looks at keys, and at no amount.",
            "the row's key is made of the order's id": "The second call finds the row of the first. It is idempotent.",
        },
        answer="the row's key is made of the order's id",
    ),
)
