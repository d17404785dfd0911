"""Sagas of two to six steps, with and without what handles the failure of an undo."""


def made_saga(steps: int, handled: bool) -> dict:
    """Return a saga of `steps` steps; `handled`: a failing undo is caught, and a human is asked."""
    states: dict[str, dict] = {}
    last = "AnythingOwed" if handled else "Failed"
    for step in range(1, steps + 1):
        after = f"Step{step + 1}" if step < steps else "Done"
        before = f"UndoStep{step - 1}" if step > 1 else last
        caught = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": f"UndoStep{step}"}]
        states[f"Step{step}"] = _task(f"step-{step}", after) | {"Catch": caught}
        states[f"UndoStep{step}"] = _task(f"undo-{step}", before)
        if handled:
            states[f"UndoStep{step}"]["Catch"] = [{"ErrorEquals": ["States.ALL"], "Next": before}]
    states |= {"Done": {"Type": "Succeed"}, "Failed": {"Type": "Fail", "Error": "SagaFailed"}}
    if handled:
        owed = [{"Variable": "$.owed", "IsPresent": True, "Next": "AskHuman"}]
        retry = [{"Variable": "$.answer", "StringEquals": "retry", "Next": f"UndoStep{steps}"}]
        states["AnythingOwed"] = {"Type": "Choice", "Choices": owed, "Default": "Failed"}
        states["AskHuman"] = _task("ask-human", "Answer") | {
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Owes"}]
        }
        states["Answer"] = {"Type": "Choice", "Choices": retry, "Default": "AskHuman"}
        states["Owes"] = {"Type": "Fail", "Error": "SagaOwes"}
    return {"StartAt": "Step1", "States": states}


def _task(function: str, after: str) -> dict:
    parameters = {"FunctionName": function, "Payload.$": "$"}
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": parameters,
        "ResultPath": "$.result",
        "Next": after,
    }
