"""Machines for the tests of the lint: a hardened saga, the course's stages, sagas as textbooks have them."""

from copy import deepcopy

TRANSIENT = {
    "ErrorEquals": ["Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException"],
    "IntervalSeconds": 2,
    "MaxAttempts": 3,
    "BackoffRate": 2,
    "MaxDelaySeconds": 8,
    "JitterStrategy": "FULL",
}
ANY = {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 4, "MaxDelaySeconds": 8}


def call(function, payload="{% $order %}", **fields):
    """A Lambda task in JSONata that keeps its answer in $order."""
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": f"${{{function}Function}}", "Payload": payload},
        "Assign": {"order": "{% $states.result.Payload %}"},
        "TimeoutSeconds": 10,
        **fields,
    }


def publish(status, **fields):
    """A message in JSONata."""
    message = {"order_id": "{% $order.order_id %}", "status": status}
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::sns:publish",
        "Arguments": {"TopicArn": "${SagaTopic}", "Message": message},
        **fields,
    }


def catch(target, errors=("States.ALL",), **fields):
    """A catcher in JSONata that keeps the error in $error."""
    assign = {"error": "{% $states.errorOutput %}", **fields}
    return {"ErrorEquals": list(errors), "Assign": assign, "Next": target}


def machine(states, **fields):
    """A JSONata machine that starts at its first state."""
    return {"QueryLanguage": "JSONata", "StartAt": next(iter(states)), **fields, "States": states}


def hardened():
    """The seed's business without its holes: every undo runs, a failed one is noted and waits for a human."""

    def step(function, undo, following, **assign):
        return call(function, Retry=[TRANSIENT], Catch=[catch(undo, **assign)], Next=following)

    def undo(function, name, following):
        owes = f"{{% $append($owed, '{name}') %}}"
        return call(function, Retry=[ANY], Catch=[catch(following, owed=owes)], Next=following)

    return machine(
        {
            "Begin": {
                "Type": "Pass",
                "Assign": {"order": "{% $states.input %}", "owed": []},
                "Next": "ProcessOrder",
            },
            "ProcessOrder": step("NewOrder", "UpdateOrderStatus", "ProcessPayment"),
            "ProcessPayment": step("DebitPayment", "ProcessRefund", "ReserveInventory"),
            "ReserveInventory": step("ReserveInventory", "ReleaseInventory", "sns:NotifySuccess"),
            "sns:NotifySuccess": publish(
                "success", Retry=[ANY], Catch=[catch("OrderSucceeded")], Next="OrderSucceeded"
            ),
            "OrderSucceeded": {"Type": "Succeed", "Output": "{% $order %}"},
            "ReleaseInventory": undo("ReleaseInventory", "ReleaseInventory", "ProcessRefund"),
            "ProcessRefund": undo("CreditPayment", "ProcessRefund", "UpdateOrderStatus"),
            "UpdateOrderStatus": undo("UpdateOrder", "UpdateOrderStatus", "AnythingOwed"),
            "AnythingOwed": {
                "Type": "Choice",
                "Choices": [{"Condition": "{% $count($owed) > 0 %}", "Next": "AskHuman"}],
                "Default": "sns:NotifyFail",
            },
            "AskHuman": {
                "Type": "Task",
                "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
                "Arguments": {
                    "QueueUrl": "${ParkedQueue}",
                    "MessageBody": {"owed": "{% $owed %}", "token": "{% $states.context.Task.Token %}"},
                },
                "Assign": {"owed": []},
                "Next": "ReleaseInventory",
            },
            "sns:NotifyFail": publish(
                "failed", Retry=[ANY], Catch=[catch("OrderFailed")], Next="OrderFailed"
            ),
            "OrderFailed": {"Type": "Fail", "Error": "SagaFailed", "Cause": "{% $error.Cause %}"},
        },
        TimeoutSeconds=1200,
    )


def parked():
    """The same, but each undo parks by itself and is tried again when someone has answered."""
    definition = hardened()
    states = definition["States"]
    del states["AnythingOwed"], states["AskHuman"]
    for name, following in (
        ("ReleaseInventory", "ProcessRefund"),
        ("ProcessRefund", "UpdateOrderStatus"),
        ("UpdateOrderStatus", "sns:NotifyFail"),
    ):
        states[name].update(Next=following, Catch=[catch(f"Park {name}")])
        states[f"Park {name}"] = {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
            "Arguments": {"FunctionName": "${ParkFunction}", "Payload": "{% $states.context.Task.Token %}"},
            "Next": name,
        }
    return definition


def parallel_undo():
    """A saga whose undos run side by side in a Parallel."""
    definition = hardened()
    states = definition["States"]
    undos = {name: states.pop(name) for name in ("ReleaseInventory", "ProcessRefund", "UpdateOrderStatus")}
    branches = []
    for name, state in undos.items():
        state.pop("Next")
        state.pop("Assign", None)  # a branch may not assign to a variable of the machine
        state.update(End=True)
        state["Catch"] = [{**catch(f"{name} is owed"), "Assign": {"owed_error": "{% $states.errorOutput %}"}}]
        owed = {"Type": "Pass", "Output": name, "End": True}
        branches.append({"StartAt": name, "States": {name: state, f"{name} is owed": owed}})
    states["Undo"] = {"Type": "Parallel", "Branches": branches, "Next": "sns:NotifyFail"}
    for name in ("AnythingOwed", "AskHuman"):
        del states[name]
    for name in ("ProcessOrder", "ProcessPayment", "ReserveInventory"):
        states[name]["Catch"] = [catch("Undo")]
    return definition


def stages():
    """The course's own stages: what a participant builds before it is a saga."""
    one = machine({"ProcessOrder": call("NewOrder", "{% $states.input %}", End=True)})
    two = machine(
        {
            "ProcessOrder": call("NewOrder", "{% $states.input %}", Next="ProcessPayment"),
            "ProcessPayment": call("DebitPayment", End=True),
        }
    )
    three = deepcopy(two)
    three["States"]["ProcessPayment"].pop("End")
    three["States"]["ProcessPayment"]["Next"] = "ReserveInventory"
    three["States"]["ReserveInventory"] = call("ReserveInventory", Next="sns:NotifySuccess")
    three["States"]["sns:NotifySuccess"] = publish("success", Next="OrderSucceeded")
    three["States"]["OrderSucceeded"] = {"Type": "Succeed", "Output": "{% $order %}"}
    retried = deepcopy(three)
    for name in ("ProcessOrder", "ProcessPayment", "ReserveInventory"):
        retried["States"][name]["Retry"] = [TRANSIENT]
    told = deepcopy(retried)
    for name in ("ProcessPayment", "ReserveInventory"):
        told["States"][name]["Catch"] = [catch("sns:NotifyFail", [f"Err{name}"])]
    told["States"]["sns:NotifyFail"] = publish("failed", Next="OrderFailed")
    told["States"]["OrderFailed"] = {"Type": "Fail", "Error": "SagaFailed"}
    return {"one": one, "two": two, "three": three, "retried": retried, "told": told}


def trip():
    """The trip saga of many a talk, in JSONPath: bookings, payment, confirmations; one chain of undos."""

    def task(name, **fields):
        return {"Type": "Task", "Resource": f"arn:aws:lambda:us-east-1:{'0' * 12}:function:{name}", **fields}

    def failing(target):
        return [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": target}]

    def step(name, undo, following):
        return task(name, ResultPath=f"$.{name}", Catch=failing(undo), Next=following)

    def undo(name, following):
        return task(name, ResultPath=None, Retry=[ANY], Catch=failing(following), Next=following)

    return {
        "StartAt": "ReserveHotel",
        "States": {
            "ReserveHotel": step("reserveHotel", "CancelHotelReservation", "ReserveFlight"),
            "ReserveFlight": step("reserveFlight", "CancelFlightReservation", "TakePayment"),
            "TakePayment": step("takePayment", "RefundPayment", "ConfirmHotelBooking"),
            "ConfirmHotelBooking": step("confirmHotel", "RefundPayment", "ConfirmFlight"),
            "ConfirmFlight": step("confirmFlight", "RefundPayment", "We have made your booking!"),
            "We have made your booking!": {"Type": "Succeed"},
            "RefundPayment": undo("refundPayment", "CancelFlightReservation"),
            "CancelFlightReservation": undo("cancelFlight", "CancelHotelReservation"),
            "CancelHotelReservation": undo("cancelHotel", "Sorry, We Couldn't make the booking"),
            "Sorry, We Couldn't make the booking": {"Type": "Fail"},
        },
    }


def one_before():
    """A saga whose catchers enter the chain at the undo of the step before: the failed step did nothing."""
    steps = (("PlaceOrder", "OrderFailed"), ("UpdateStock", "RemoveOrder"), ("MakePayment", "RevertStock"))
    states = {"Begin": {"Type": "Pass", "Assign": {"order": "{% $states.input %}"}, "Next": "PlaceOrder"}}
    for index, (name, target) in enumerate(steps):
        following = steps[index + 1][0] if index + 1 < len(steps) else "Done"
        refused = [catch(target, [f"{name}Refused"]), catch("Unsure")]
        states[name] = call(name, Retry=[TRANSIENT], Catch=refused, Next=following)
    states["Done"] = {"Type": "Succeed"}
    undo = {"Retry": [ANY]}
    states["Unsure"] = call("RevertPayment", Catch=[catch("RevertStock")], Next="RevertStock", **undo)
    states["RevertStock"] = call("RevertStock", Catch=[catch("RemoveOrder")], Next="RemoveOrder", **undo)
    states["RemoveOrder"] = call("RemoveOrder", Catch=[catch("OrderFailed")], Next="OrderFailed", **undo)
    states["OrderFailed"] = {"Type": "Fail"}
    return machine(states)


def pivot():
    """Stock, then the payment as pivot, then shipping that is retried until it is done (forward recovery)."""
    states = {
        "ReserveStock": call("ReserveStock", "{% $states.input %}", Catch=[], Next="ChargeCard"),
        "ChargeCard": call("ChargeCard", Catch=[catch("ReleaseStock")], Next="ShipOrder"),
        "ShipOrder": call("ShipOrder", Catch=[catch("CallSupport")], Next="Done"),
        "CallSupport": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Arguments": {"QueueUrl": "${Queue}", "MessageBody": "{% $states.context.Task.Token %}"},
            "Next": "ShipOrder",
        },
        "Done": {"Type": "Succeed"},
        "ReleaseStock": call("ReleaseStock", Retry=[ANY], Catch=[catch("Failed")], Next="Failed"),
        "Failed": {"Type": "Fail"},
    }
    states["ReserveStock"]["Catch"] = [catch("ReleaseStock", order="{% $states.input %}")]
    return machine(states)


def approval():
    """A human says yes or no in the middle; a no is undone through a Choice and not a Catch."""
    states = {
        "ReserveStock": call("ReserveStock", "{% $states.input %}", Next="AskManager"),
        "AskManager": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Arguments": {"QueueUrl": "${Queue}", "MessageBody": "{% $states.context.Task.Token %}"},
            "Assign": {"answer": "{% $states.result %}"},
            "TimeoutSeconds": 3600,
            "Catch": [catch("ReleaseStock")],
            "Next": "Approved?",
        },
        "Approved?": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $answer.approved %}", "Next": "ChargeCard"}],
            "Default": "ReleaseStock",
        },
        "ChargeCard": call("ChargeCard", Catch=[catch("RefundCard")], End=True),
        "RefundCard": call("RefundCard", Retry=[ANY], Catch=[catch("ReleaseStock")], Next="ReleaseStock"),
        "ReleaseStock": call("ReleaseStock", Retry=[ANY], Catch=[catch("Failed")], Next="Failed"),
        "Failed": {"Type": "Fail"},
    }
    states["ReserveStock"]["Catch"] = [catch("ReleaseStock", order="{% $states.input %}")]
    return machine(states)


def logged_failure():
    """No saga: a job whose failure is written down by another function."""
    states = {
        "RunJob": call("RunJob", "{% $states.input %}", Catch=[catch("SaveFailure")], End=True),
        "SaveFailure": call("SaveFailure", "{% $error %}", Next="JobFailed"),
        "JobFailed": {"Type": "Fail"},
    }
    return machine(states)


def fallback():
    """No saga: when the card fails, a voucher pays, and the forward path goes on."""
    states = {
        "ChargeCard": call("ChargeCard", "{% $states.input %}", Next="SendParcel"),
        "ChargeVoucher": call("ChargeVoucher", "{% $states.input %}", Next="ShipParcel"),
        "SendParcel": {"Type": "Pass", "Next": "ShipParcel"},
        "ShipParcel": call("ShipParcel", End=True),
    }
    states["ChargeCard"]["Catch"] = [catch("ChargeVoucher")]
    return machine(states)
