"""Wrong answers to the exercise of notebook 03 on timeouts and heartbeats; the others stand in wrong_answers_02_03."""

from wrong_answer import state, wrong


def deliver(machine):
    return state(machine, "Deliver")


@wrong("heartbeat", "a lost courier is noticed only after 7200 s")
def no_heartbeat(machine):
    del deliver(machine)["HeartbeatSeconds"]


@wrong("heartbeat", "says so every 30 s is given up")
def heartbeats_too_close(machine):
    deliver(machine)["HeartbeatSeconds"] = 20


@wrong("heartbeat", "a lost courier is noticed only after 120 s")
def heartbeats_too_far(machine):
    deliver(machine)["HeartbeatSeconds"] = 120


@wrong("heartbeat", "noticed, and nobody else is asked")
def no_retry(machine):
    del deliver(machine)["Retry"]


@wrong("heartbeat", "noticed, and nobody else is asked")
def no_retries(machine):
    deliver(machine)["Retry"][0]["MaxAttempts"] = 0


@wrong("heartbeat", "noticed, and nobody else is asked")
def a_retrier_for_what_a_lambda_says(machine):
    deliver(machine)["Retry"][0]["ErrorEquals"] = ["Lambda.ServiceException"]


@wrong("heartbeat", "after two hours another courier is sent")
def a_retrier_for_every_timeout(machine):
    deliver(machine)["Retry"][0]["ErrorEquals"] = ["States.Timeout"]


@wrong("heartbeat", "after two hours another courier is sent")
def a_retrier_for_everything(machine):
    deliver(machine)["Retry"][0]["ErrorEquals"] = ["States.ALL"]


@wrong("heartbeat", "4 couriers are asked")
def the_default_of_three_retries(machine):
    del deliver(machine)["Retry"][0]["MaxAttempts"]


@wrong("heartbeat", "only after 960 s")
def a_long_wait_before_the_second(machine):
    deliver(machine)["Retry"][0]["IntervalSeconds"] = 900


@wrong("heartbeat", "nothing catches it when the courier shows signs of life for ever")
def no_catch(machine):
    del deliver(machine)["Catch"]
    del machine["States"]["NotDelivered"]


@wrong("heartbeat", "nothing catches it when the courier shows signs of life for ever")
def only_the_silence_is_caught(machine):
    deliver(machine)["Catch"][0]["ErrorEquals"] = ["States.HeartbeatTimeout"]


@wrong("heartbeat", "a lost courier is noticed only after 65 s")
def heartbeats_a_little_too_far(machine):
    deliver(machine)["HeartbeatSeconds"] = 65


@wrong("heartbeat", "the message of Deliver has no task token")
def a_message_without_the_token(machine):
    deliver(machine)["Arguments"]["Message"] = "{% $states.input.order_id %}"


@wrong("heartbeat", "no courier is asked, and so nobody is waited for")
def a_function_is_called(machine):
    deliver(machine).update(
        Resource="arn:aws:states:::lambda:invoke",
        Arguments={"FunctionName": "${DebitPaymentFunction}", "Payload": {}},
    )


@wrong("heartbeat", "says so every 30 s is given up")
def an_hour_and_a_half_is_too_short(machine):
    deliver(machine)["TimeoutSeconds"] = 5400


@wrong("heartbeat", "says so every 30 s is given up")
def an_hour_is_too_short(machine):
    deliver(machine)["TimeoutSeconds"] = 3600


@wrong("heartbeat", "is given up only after 86399 s")
def a_day_is_too_long(machine):
    deliver(machine)["TimeoutSeconds"] = 86_399


@wrong("heartbeat", "is never given up")
def no_timeout(machine):
    del deliver(machine)["TimeoutSeconds"]


@wrong("heartbeat", "what was not delivered counts as delivered")
def the_way_out_is_the_happy_end(machine):
    deliver(machine)["Catch"][0]["Next"] = "Delivered"
    del machine["States"]["NotDelivered"]


@wrong("heartbeat", "nobody is waited for")
def no_token(machine):
    deliver(machine)["Resource"] = "arn:aws:states:::sns:publish"
    deliver(machine)["Arguments"]["Message"] = "{% $states.input.order_id %}"


@wrong("heartbeat", "Step Functions refuses the machine")
def the_silence_is_longer_than_the_way(machine):
    deliver(machine)["HeartbeatSeconds"] = 7_300
