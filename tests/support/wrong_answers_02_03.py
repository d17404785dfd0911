"""Wrong answers to the exercises of notebooks 02 and 03."""

from wrong_answer import WRONG, state, wrong

BUSINESS = ["ErrProcessPayment"]
TRANSIENT = "Lambda.ServiceException"
HOLDS_ITSELF: dict = {"waits": [3, 6]}
HOLDS_ITSELF["itself"] = HOLDS_ITSELF


# --- output -----------------------------------------------------------------------------------


@wrong("output", "the output is the whole answer of the Lambda call")
def whole_result(machine):
    state(machine, "ProcessOrder")["Output"] = "{% $states.result %}"


@wrong("output", "the output is the whole answer of the Lambda call")
def no_output(machine):
    del state(machine, "ProcessOrder")["Output"]


@wrong("output", "the output is the input, not what the task made of it")
def the_input_as_output(machine):
    state(machine, "ProcessOrder")["Output"] = "{% $states.input %}"


@wrong("output", "the output is a text, and not the value of an expression")
def no_braces(machine):
    state(machine, "ProcessOrder")["Output"] = "$states.result.Payload"


@wrong("output", "the execution fails in ProcessOrder")
def payload_in_small_letters(machine):
    state(machine, "ProcessOrder")["Output"] = "{% $states.result.payload %}"


@wrong("output", "Step Functions refuses the machine")
def output_path_of_jsonpath(machine):
    del state(machine, "ProcessOrder")["Output"]
    state(machine, "ProcessOrder")["OutputPath"] = "$.Payload"


@wrong("output", "the output is not the order")
def only_a_part(machine):
    state(machine, "ProcessOrder")["Output"] = {"status": "{% $states.result.Payload.order_status %}"}


@wrong("output", "no order was placed")
def a_lone_pass(machine):
    answer = "{% $merge([$states.input, {'order_status': 'New'}]) %}"
    machine["States"] = {"ProcessOrder": {"Type": "Pass", "Output": answer, "End": True}}


@wrong("output", "the output is not the order as the service gave it back")
def a_constant_beside_the_call(machine):
    state(machine, "ProcessOrder")["Output"] = {
        "order_id": "{% $states.input.order_id %}", "order_status": "New",
    }  # fmt: skip


@wrong("output", "the output is not the order as the service gave it back")
def something_around_the_order(machine):
    state(machine, "ProcessOrder")["Output"] = "{% $merge([$states.result.Payload, {'ok': true}]) %}"


@wrong("output", "the execution fails in ProcessOrder")
def a_function_that_is_none_of_the_saga(machine):
    state(machine, "ProcessOrder")["Arguments"]["FunctionName"] = "NewOrder"


@wrong("output", "Step Functions refuses the machine")
def a_name_of_ninety_characters(machine):
    machine["StartAt"] = "P" * 90
    machine["States"] = {machine["StartAt"]: state(machine, "ProcessOrder")}


@wrong("output", "your machine waits in ProcessOrder for a task token")
def it_waits_for_a_token(machine):
    state(machine, "ProcessOrder")["Resource"] += ".waitForTaskToken"
    payload = "{% $merge([$states.input, {'token': $states.context.Task.Token}]) %}"
    state(machine, "ProcessOrder")["Arguments"]["Payload"] = payload


@wrong("output", "your machine does not come to an end")
def it_goes_round_in_circles(machine):
    del state(machine, "ProcessOrder")["End"], state(machine, "ProcessOrder")["Output"]
    state(machine, "ProcessOrder")["Next"] = "Again"
    never = {"Condition": "{% 1 = 2 %}", "Next": "Done"}
    machine["States"]["Again"] = {"Type": "Choice", "Choices": [never], "Default": "Later"}
    machine["States"]["Later"] = {"Type": "Wait", "Seconds": 86400, "Next": "Again"}
    machine["States"]["Done"] = {"Type": "Succeed"}


# --- assign -----------------------------------------------------------------------------------


@wrong("assign", "ProcessPayment reads $order, and nothing has assigned it")
def missing_assign(machine):
    del state(machine, "ProcessOrder")["Assign"]


@wrong("assign", "ProcessPayment is given the whole answer of the Lambda call before it")
def whole_result_assigned(machine):
    state(machine, "ProcessOrder")["Assign"] = {"order": "{% $states.result %}"}


@wrong("assign", "ProcessPayment is given the whole answer of the Lambda call before it")
def input_in_place_of_order(machine):
    state(machine, "ProcessPayment")["Arguments"]["Payload"] = "{% $states.input %}"


@wrong("assign", "Step Functions refuses the machine")
def next_is_misspelt(machine):
    state(machine, "ProcessOrder")["Next"] = "ProcesPayment"


@wrong("assign", "ProcessPayment is not given the order")
def payload_without_braces(machine):
    state(machine, "ProcessPayment")["Arguments"]["Payload"] = "$order"


@wrong("assign", "ProcessPayment is not given the order")
def a_text_is_assigned(machine):
    state(machine, "ProcessOrder")["Assign"] = {"order": "$states.result.Payload"}


@wrong("assign", "no payment was taken")
def the_order_function_twice(machine):
    state(machine, "ProcessPayment")["Arguments"]["FunctionName"] = "${NewOrderFunction}"


@wrong("assign", "ProcessPayment never runs")
def ends_after_the_first(machine):
    del machine["States"]["ProcessPayment"]
    del state(machine, "ProcessOrder")["Next"]
    state(machine, "ProcessOrder")["End"] = True


def swap_functions(machine, one, other):
    first, second = state(machine, one)["Arguments"], state(machine, other)["Arguments"]
    first["FunctionName"], second["FunctionName"] = second["FunctionName"], first["FunctionName"]


@wrong("assign", "ProcessOrder calls DebitPaymentFunction, the function of another step")
def assign_functions_swapped(machine):
    swap_functions(machine, "ProcessOrder", "ProcessPayment")


@wrong("assign", "Step Functions refuses the machine")
def a_placeholder_that_is_none(machine):
    state(machine, "ProcessPayment")["Arguments"]["FunctionName"] = "${PayFunction}"


# --- happy_path -------------------------------------------------------------------------------


@wrong("happy_path", "the order has lost its payment")
def payment_not_assigned(machine):
    del state(machine, "ProcessPayment")["Assign"]


@wrong("happy_path", "the output is not the order")
def output_forgotten(machine):
    del state(machine, "ReserveInventory")["Output"]


@wrong("happy_path", "ReserveInventory is given the whole answer of the Lambda call before it")
def reservation_gets_the_input(machine):
    state(machine, "ReserveInventory")["Arguments"]["Payload"] = "{% $states.input %}"


@wrong("happy_path", "not every step was done")
def the_payment_function_twice(machine):
    state(machine, "ReserveInventory")["Arguments"]["FunctionName"] = "${DebitPaymentFunction}"


@wrong("happy_path", "the steps run in another order")
def reservation_before_payment(machine):
    state(machine, "ProcessOrder")["Next"] = "ReserveInventory"
    pay, reserve = state(machine, "ProcessPayment"), state(machine, "ReserveInventory")
    del pay["Next"], reserve["End"], reserve["Output"]
    reserve.update(Next="ProcessPayment", Assign={"order": "{% $states.result.Payload %}"})
    pay.update(End=True, Output="{% $states.result.Payload %}")


@wrong("happy_path", "ReserveInventory never runs")
def the_payment_ends_it(machine):
    del machine["States"]["ReserveInventory"], state(machine, "ProcessPayment")["Next"]
    state(machine, "ProcessPayment")["End"] = True


@wrong("happy_path", "Step Functions refuses the machine")
def neither_next_nor_end(machine):
    del state(machine, "ReserveInventory")["End"]


@wrong("happy_path", "ProcessPayment calls ReserveInventoryFunction, the function of another step")
def happy_path_functions_swapped(machine):
    swap_functions(machine, "ProcessPayment", "ReserveInventory")


@wrong("happy_path", "ProcessOrder calls ReserveInventoryFunction, the function of another step")
def first_and_last_function_swapped(machine):
    swap_functions(machine, "ProcessOrder", "ReserveInventory")


# --- waits ------------------------------------------------------------------------------------

for _words, _answer in {
    "no wait may be above MaxDelaySeconds": [3, 6, 12, 24, 48],
    "BackoffRate makes each wait longer": [3, 3, 3, 3, 3],
    "the first call is not one of them": [3, 6, 12, 20],
    "there is no wait after the last": [3, 6, 12, 20, 20, 20],
    "the first wait is IntervalSeconds itself": [6, 12, 20, 20, 20],
    "BackoffRate multiplies, it does not add": [3, 5, 7, 9, 11],
    "MaxDelaySeconds is the most, and not every wait": [20, 20, 20, 20, 20],
    "the call before it is no wait": [0, 3, 6, 12, 20],
    "wait number 3 is not 13 s": [3, 6, 13, 20, 20],
    "there are 5 retries, and so 5 waits": [3, 6],
    "the answer is not a list of numbers": "3, 6, 12, 20, 20",
    "and so 5 waits": [10**400],
    "wait number 1 is not inf s": [10**400] * 5,
    "not a list of number": HOLDS_ITSELF,
    "is not a list of numbers": [True] * 5,
    "not a list": (number for number in (3, 6)),
}.items():
    WRONG.append(("waits", _words, lambda _reference, answer=_answer: answer, _words))


# --- retry ------------------------------------------------------------------------------------


def retriers(machine: dict) -> list:
    return state(machine, "ProcessPayment")["Retry"]


@wrong("retry", "not retried on Lambda.ServiceException: the Retry stands in ProcessOrder")
def retry_at_the_wrong_state(machine):
    state(machine, "ProcessOrder")["Retry"] = state(machine, "ProcessPayment").pop("Retry")


@wrong("retry", "a business error is retried")
def retry_on_the_business_error(machine):
    retriers(machine)[0]["ErrorEquals"] = [TRANSIENT, *BUSINESS]


@wrong("retry", "a business error is retried")
def retry_on_everything(machine):
    retriers(machine)[0]["ErrorEquals"] = ["States.ALL"]


@wrong("retry", "Step Functions refuses the machine")
def states_all_first(machine):
    retriers(machine).insert(0, {"ErrorEquals": ["States.ALL"], "MaxAttempts": 0})


@wrong("retry", "it gives up too early")
def one_retry(machine):
    retriers(machine)[0]["MaxAttempts"] = 1


@wrong("retry", "not retried on Lambda.ServiceException: its Retry names Lambda.ServiceExeption")
def misspelt_error(machine):
    retriers(machine)[0]["ErrorEquals"] = ["Lambda.ServiceExeption"]


@wrong("retry", "not retried on Lambda.ServiceException: its Retry names States.Timeout")
def retry_on_timeouts_only(machine):
    retriers(machine)[0]["ErrorEquals"] = ["States.Timeout"]


@wrong("retry", "the fault is hidden")
def caught_and_forgotten(machine):
    del state(machine, "ProcessPayment")["Retry"]
    state(machine, "ProcessPayment")["Catch"] = [{"ErrorEquals": [TRANSIENT], "Next": "ReserveInventory"}]


@wrong("retry", "not retried on Lambda.ServiceException: it has no Retry")
def no_retry(machine):
    del state(machine, "ProcessPayment")["Retry"]


@wrong("retry", "not retried on Lambda.ServiceException: MaxAttempts is 0, so it is tried once only")
def no_attempts(machine):
    retriers(machine)[0]["MaxAttempts"] = 0


@wrong(
    "retry",
    "it gives up too early. Of 2 retriers number 1 takes Lambda.ServiceException, as the first that names it",
)
def the_second_retrier_would_do(machine):
    retriers(machine).insert(0, {"ErrorEquals": [TRANSIENT], "MaxAttempts": 1})


@wrong(
    "retry",
    "MaxAttempts is 0, so it is tried once only. Of 2 retriers number 1 takes Lambda.ServiceException",
)
def a_wider_retrier_is_asked_first(machine):
    retriers(machine).insert(0, {"ErrorEquals": ["States.TaskFailed"], "MaxAttempts": 0})


# --- patience ---------------------------------------------------------------------------------


@wrong("patience", "the third wait is up to 4 s: MaxDelaySeconds")
def no_longest_wait(machine):
    del retriers(machine)[0]["MaxDelaySeconds"]


@wrong("patience", "MaxAttempts counts the retries")
def attempts_with_the_first_call(machine):
    retriers(machine)[0]["MaxAttempts"] = 5


@wrong("patience", "the first wait is up to 2 s")
def longer_interval(machine):
    retriers(machine)[0]["IntervalSeconds"] = 2


@wrong("patience", "the second wait is up to 1 s: BackoffRate")
def no_backoff(machine):
    retriers(machine)[0]["BackoffRate"] = 1


@wrong("patience", "there is no jitter")
def no_jitter(machine):
    del retriers(machine)[0]["JitterStrategy"]


@wrong("patience", "a throttled payment is not retried: its Retry names Lambda.ServiceException")
def another_error(machine):
    retriers(machine)[0]["ErrorEquals"] = [TRANSIENT]


@wrong("patience", "a business error is retried")
def everything_retried(machine):
    retriers(machine)[0]["ErrorEquals"] = ["States.TaskFailed"]


@wrong("patience", "a throttled payment is not retried: MaxAttempts is 0, so it is tried once only")
def patience_without_attempts(machine):
    retriers(machine)[0]["MaxAttempts"] = 0


@wrong("patience", "the second wait is up to 1 s: MaxDelaySeconds cuts it")
def the_longest_wait_is_too_short(machine):
    retriers(machine)[0]["MaxDelaySeconds"] = 1


@wrong("patience", "fewer retries than four waits")
def half_the_attempts(machine):
    retriers(machine)[0]["MaxAttempts"] = 2


@wrong("patience", "more retries than four waits")
def a_hundred_attempts(machine):
    retriers(machine)[0]["MaxAttempts"] = 100


@wrong("patience", "Of 2 retriers number 1 takes Lambda.TooManyRequestsException, as the first that names it")
def two_retriers_for_one_error(machine):
    first = {"ErrorEquals": ["Lambda.TooManyRequestsException", TRANSIENT], "MaxAttempts": 1}
    retriers(machine).insert(0, first)


@wrong("patience", "your machine does not come to an end")
def it_tries_for_ever(machine):
    retriers(machine)[0]["MaxAttempts"] = 99_999
