"""Wrong answers to the exercises of notebook 13: texts, each the reference answer with one thing spoilt."""

from collections.abc import Callable

from wrong_answer import WRONG

_FOREVER = """
from aws_durable_execution_sdk_python.config import Duration
from aws_durable_execution_sdk_python.retries import RetryDecision

def strategy(error, attempts_made):
    if type(error).__name__.startswith("Err"):
        return RetryDecision.no_retry()
    return RetryDecision.retry(Duration.from_seconds(1))
"""
_YES = """
def strategy(error, attempts_made):
    return attempts_made < 4 and not type(error).__name__.startswith("Err")
"""
_ONE_ARGUMENT = """
def strategy(error):
    raise error
"""
_DEFAULT = """
from aws_durable_execution_sdk_python.retries import RetryPresets
strategy = RetryPresets.default()
"""


def _without(old: str, new: str = "") -> Callable[[str], str]:
    def change(reference: str) -> str:
        assert old in reference, old
        return reference.replace(old, new)

    return change


TRIES = {
    "the answer is no text": lambda reference: {"max_attempts": 4},
    "the text is no Python": lambda reference: reference[:-3],
    "the text makes no `strategy`": _without("strategy = create", "my_strategy = create"),
    "the text cannot be read": _without("from tables import TransientError\n"),
    "a business error is tried 6 times": lambda reference: _DEFAULT,
    "a business error is tried 4 times": _without("    retryable_error_types=[TransientError, Throttled],\n"),
    "a business error is tried 4 times: the card": _without("[TransientError, Throttled]", "[Exception]"),
    "a business error is tried 4 times: the items cannot be reserved": lambda reference: (
        "from inventory import ErrReserveInventory\n"
        + reference.replace("[Trans", "[ErrReserveInventory, Trans")
    ),
    "the strategy waits for hours": lambda reference: reference.replace(
        "from_seconds(2)", "from_hours(20)"
    ).replace("initial_delay", "max_delay=Duration.from_days(9),\n    initial_delay"),
    "a transient error, two times: the code itself fails with AttributeError": _without(
        "Duration.from_seconds(2)", "2"
    ),
    "a transient error is not tried again": _without("[TransientError, Throttled]", "[Throttled]"),
    "a throttled service is not tried again": _without("[TransientError, Throttled]", "[TransientError]"),
    "gives up after 2 tries": _without("max_attempts=4", "max_attempts=2"),
    "a transient error is not tried again: max_attempts is the first try": _without(
        "max_attempts=4", "max_attempts=1"
    ),
    "hardly ever gives up": _without("max_attempts=4", "max_attempts=30"),
    "hardly ever gives up: a strategy of one's own": lambda reference: _FOREVER,
    "the card is refused: the code itself fails with AttributeError": lambda reference: _YES,
    "the card is refused: the code itself fails with TypeError": lambda reference: _ONE_ARGUMENT,
}
_LOOP = """    for name, undo in undos:
        try:
            do(context, name, undo, order, UNDO)
        except StepError:
            owed.append({"undo": name})
"""
SURVIVE = {
    "the answer is no text": lambda reference: ["AT_MOST_ONCE_PER_RETRY"],
    "the text is no Python": _without("    owed = []", "owed = []"),
    "the text makes no DO": lambda reference: "pass",
    "the text makes no compensate": lambda reference: reference[: reference.index("def compensate")],
    "the text cannot be read": _without("RetryStrategyConfig(", "RetryConfig("),
    "the process dies in ReserveInventory, and the saga dies with it": _without("AT_MOST_ONCE", "AT_LEAST_ONCE"),
    "the saga dies with it: the default": _without(", once)\nUNDO", ")\nUNDO"),
    "a business error is tried 4 times": _without(", retryable_error_types=[TransientError, Throttled]"),
    "the refund fails two times, and would succeed then, and a human is asked": _without(
        "max_attempts=5", "max_attempts=2"
    ),
    "the saga dies with its undo: nobody is told": _without(
        "max_attempts=5)), once)", "max_attempts=5)))"
    ),
    "the refund never works (error), and nobody is told": _without(
        'owed.append({"undo": name})', "pass"
    ),
    "nobody is told: it is only printed": _without('owed.append({"undo": name})', "print(name)"),
    "and the other undos are not done either": _without(
        'owed.append({"undo": name})', 'return [{"undo": name}]'
    ),
    "the code itself fails with StepError": _without(
        _LOOP, "    for name, undo in undos:\n        do(context, name, undo, order, UNDO)\n"
    ),
    "the undos do not come last step first": _without("in undos:", "in reversed(undos):"),
    "the undos do not come last step first: no steps": _without(
        "do(context, name, undo, order, UNDO)", "undo(order, context.lambda_context)"
    ),
    "something is left": _without("in undos:", "in undos[1:]:"),
    "the items cannot be reserved, and something is left": _without(_LOOP, ""),
    "the code itself fails with TypeError": _without("def compensate(context, undos, order)", "def compensate(undos)"),
}  # fmt: skip
for _exercise, _answers in (("tries", TRIES), ("survive", SURVIVE)):
    for _words, _change in _answers.items():
        WRONG.append(
            (
                _exercise,
                _words.replace(" ", "_"),
                _change,
                _words if "itself" in _words else _words.partition(": ")[0],
            )
        )
