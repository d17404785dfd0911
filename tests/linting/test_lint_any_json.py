"""Whatever JSON or text comes: lint() and read_text() answer, and raise nothing unforeseen."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sagalab.asl.text import AslSyntaxError, read_text
from sagalab.linting.lint import Finding, lint

FIELDS = st.sampled_from(
    "StartAt States Type Next End Default Choices Catch Retry ErrorEquals Resource Branches ItemProcessor "
    "Iterator Assign Output Arguments Parameters ResultPath Comment QueryLanguage TimeoutSeconds "
    "IntervalSeconds MaxAttempts BackoffRate MaxDelaySeconds Condition Variable Seconds ProcessorConfig "
    "Mode A B C FunctionName Payload.$".split()
)
WORDS = st.sampled_from(
    "A B C Task Pass Choice Wait Map Parallel Succeed Fail JSONata JSONPath States.ALL States.Timeout "
    "DISTRIBUTED arn:aws:states:::lambda:invoke arn:aws:states:::sqs:sendMessage.waitForTaskToken $.a "
    "$order.b".split()
    + ["{% $order %}", "{% $x := %}", "{%%}", "{% a ! b %}", '{% "a\\', "undoes A", "nothing to undo", ""]
)
NUMBERS = st.integers(-5, 10**9) | st.just(10**400) | st.floats(allow_nan=False)
LEAVES = st.none() | st.booleans() | NUMBERS | WORDS | st.text(max_size=6)
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(FIELDS | st.text(max_size=4), inner, max_size=6)
    ),
    max_leaves=30,
)


def nearly(**fields):
    """Objects that have these fields most of the time, and of the right type most of the time."""
    return st.fixed_dictionaries({}, optional={name: value | VALUES for name, value in fields.items()})


NAMES = st.sampled_from("ABC")
CATCHERS = st.lists(nearly(ErrorEquals=st.lists(WORDS, max_size=3), Next=NAMES, Assign=VALUES), max_size=3)
RETRIERS = st.lists(
    nearly(ErrorEquals=st.lists(WORDS, max_size=3), MaxAttempts=st.integers(0, 99)), max_size=3
)


def states(scopes):
    return nearly(
        Type=WORDS,
        Resource=WORDS,
        Next=NAMES,
        End=st.booleans(),
        Comment=WORDS,
        Assign=VALUES,
        Output=WORDS,
        Catch=CATCHERS,
        Retry=RETRIERS,
        Choices=st.lists(nearly(Condition=WORDS, Next=NAMES), max_size=3),
        Default=NAMES,
        Branches=st.lists(scopes, max_size=2),
        ItemProcessor=scopes,
    )


def scope(inner):
    members = st.dictionaries(NAMES, states(inner), min_size=1, max_size=3)
    return st.fixed_dictionaries({"StartAt": NAMES, "States": members}, optional={"QueryLanguage": WORDS})


MACHINES = scope(st.one_of(VALUES, scope(VALUES)))
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None)


@QUICK
@given(VALUES)
def test_lint_answers_to_any_json(value):
    assert all(isinstance(finding, Finding) for finding in lint(value))


@QUICK
@given(MACHINES)
def test_lint_answers_to_anything_like_a_machine(definition):
    findings = lint(definition)
    assert all(finding.what and finding.cure for finding in findings)
    assert findings.text() and findings.html()


@QUICK
@given(st.text(max_size=40) | st.text(alphabet='{}[]:,"\\ \n\taA1%$&*-', max_size=40))
def test_parse_reads_or_says_where(text):
    try:
        read_text(text)
    except AslSyntaxError as error:
        assert error.line >= 1 and error.column >= 1
        assert "^" in error.snippet
