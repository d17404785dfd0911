"""A failure lab's panel without a browser: its widgets are clicked, its HTML is read."""

import asyncio
import re
from html import unescape

from sagalab.failurelab.panel import Panel

ASKS = {
    "QueryLanguage": "JSONata",
    "StartAt": "Ask",
    "States": {
        "Ask": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sns:publish.waitForTaskToken",
            "Arguments": {
                "TopicArn": "${SagaTopic}",
                "Message": {
                    "order_id": "{% $states.context.Execution.Input.order_id %}",
                    "token": "{% $states.context.Task.Token %}",
                },
            },
            "Assign": {"answer": "{% $states.result %}"},
            "Next": "Which",
        },
        "Which": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $answer.go = 'on' %}", "Next": "Done"}],
            "Default": "Ask",
        },
        "Done": {"Type": "Succeed"},
    },
}
"""A machine that waits for a human until the answer is {"go": "on"}. It undoes nothing: it is no saga."""


def text(widget) -> str:
    """Return what an HTML widget says, without its tags."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", widget.value)))


def words(picture: str) -> str:
    """Return the text alternative of a picture."""
    found = re.search(r"<desc>(.*?)</desc>", picture, re.DOTALL)
    return found[1] if found else ""


def played(panel: Panel, *clicks) -> list[str]:
    """Click Run, then call the `clicks` in the loop, wait for the end; return the pictures that were shown."""
    pictures: list[str] = []
    panel.picture.observe(lambda change: pictures.append(change["new"]), names="value")

    async def play() -> None:
        panel.run_button.click()
        for click in clicks:
            click()
        await panel.task

    asyncio.run(play())
    return pictures


async def until(true) -> None:
    """Wait until `true()`, at most a minute."""

    async def wait() -> None:
        while not true():
            await asyncio.sleep(0.02)

    await asyncio.wait_for(wait(), 60)
