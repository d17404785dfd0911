"""Wrong answers to the exercise of notebook 01."""

from wrong_answer import wrong


@wrong("permission", "dynamodb:GetItem is missing: the refund reads the payment with it")
def as_the_debit_has_it(statement):
    statement["Action"].remove("dynamodb:GetItem")


@wrong("permission", "dynamodb:ConditionCheckItem is missing")
def without_the_check(statement):
    statement["Action"].remove("dynamodb:ConditionCheckItem")


@wrong("permission", "dynamodb:PutItem is missing")
def only_reading(statement):
    statement["Action"] = "dynamodb:GetItem"


@wrong("permission", "dynamodb:* allows more than is needed")
def everything_on_the_table(statement):
    statement["Action"] = "dynamodb:*"


@wrong("permission", "dynamodb:DeleteItem is too much: neither debit nor refund makes this call")
def one_too_many(statement):
    statement["Action"].append("dynamodb:DeleteItem")


@wrong("permission", "the resource * is more than the one table")
def every_table(statement):
    statement["Resource"] = "*"


@wrong("permission", "the resource is no ARN of a table")
def the_name_of_the_table(statement):
    statement["Resource"] = "saga-hand-payments"


@wrong("permission", "the statement allows nothing")
def deny(statement):
    statement["Effect"] = "Deny"


@wrong("permission", "this is a whole policy")
def a_policy(statement):
    return {"Version": "2012-10-17", "Statement": [statement]}


@wrong("permission", "the answer is no statement")
def a_list(statement):
    return [statement]


@wrong("permission", "Action is no text and no list of texts")
def no_action(statement):
    del statement["Action"]


@wrong("permission", "Principal is no field of such a statement")
def with_a_principal(statement):
    statement["Principal"] = "*"
