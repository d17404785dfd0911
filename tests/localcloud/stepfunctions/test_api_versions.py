"""Versions and aliases: published, routed to, listed, deleted.

Source: API_PublishStateMachineVersion, API_CreateStateMachineAlias and their kin.
"""

import json

import pytest
from api_asked import PREFIX, ROLE, WAIT, changed


def publish(ask, arn, comment):
    """Make another revision of a machine and publish it; return the version's ARN."""
    return ask("UpdateStateMachine", stateMachineArn=arn, definition=changed(Comment=comment), publish=True)[
        "stateMachineVersionArn"
    ]


def routes(*weighed):
    return [{"stateMachineVersionArn": arn, "weight": weight} for arn, weight in weighed]


def test_a_version_is_published_once_a_revision(ask):
    arn = ask.machine()
    first = ask("PublishStateMachineVersion", stateMachineArn=arn, description="the first")
    assert first["stateMachineVersionArn"] == f"{arn}:1"
    assert ask("PublishStateMachineVersion", stateMachineArn=arn) == first
    assert ask("PublishStateMachineVersion", stateMachineArn=arn, revisionId="INITIAL") == first
    assert publish(ask, arn, "second") == f"{arn}:2"
    told = ask("DescribeStateMachine", stateMachineArn=f"{arn}:1")
    assert (told["stateMachineArn"], told["description"], told["creationDate"]) == (
        f"{arn}:1",
        "the first",
        first["creationDate"],
    )
    assert "revisionId" not in told and "description" not in ask("DescribeStateMachine", stateMachineArn=arn)
    assert ask("DescribeStateMachine", stateMachineArn=f"{arn}:2")["definition"] == changed(Comment="second")


def test_a_machine_may_be_published_when_it_is_created(ask):
    given = {
        "name": "m",
        "definition": changed(),
        "roleArn": ROLE,
        "publish": True,
        "versionDescription": "v",
    }
    first = ask("CreateStateMachine", **given)
    assert first["stateMachineVersionArn"] == f"{first['stateMachineArn']}:1"
    assert ask("CreateStateMachine", **given) == first
    assert (
        ask.code("CreateStateMachine", **given | {"versionDescription": "w"}) == "StateMachineAlreadyExists"
    )


def test_another_revision_is_not_published(ask):
    arn = ask.machine()
    revision = ask("UpdateStateMachine", stateMachineArn=arn, definition=changed(Comment="x"))["revisionId"]
    assert ask.refusal("PublishStateMachineVersion", stateMachineArn=arn, revisionId="INITIAL") == (
        "ConflictException",
        "Failed to publish the State Machine version for revision INITIAL. "
        f"The current State Machine revision is {revision}.",
    )
    assert ask("PublishStateMachineVersion", stateMachineArn=arn, revisionId=revision)


def test_versions_are_listed_youngest_first_and_numbers_are_used_once(ask):
    arn = ask.machine()
    ask("PublishStateMachineVersion", stateMachineArn=arn)
    publish(ask, arn, "2")
    publish(ask, arn, "3")

    def numbers(**given):
        page = ask("ListStateMachineVersions", stateMachineArn=arn, **given)
        return [one["stateMachineVersionArn"][-1] for one in page["stateMachineVersions"]], page.get(
            "nextToken"
        )

    first, token = numbers(maxResults=2)
    assert (first, numbers(nextToken=token)[0]) == (["3", "2"], ["1"])
    ask("DeleteStateMachineVersion", stateMachineVersionArn=f"{arn}:3")
    ask("DeleteStateMachineVersion", stateMachineVersionArn=f"{arn}:3")
    assert ask("PublishStateMachineVersion", stateMachineArn=arn)["stateMachineVersionArn"] == f"{arn}:4"
    assert numbers()[0] == ["4", "2", "1"]
    assert ask.code("ListStateMachineVersions", stateMachineArn=f"{arn}x") == "InvalidArn"


def test_a_version_that_an_alias_names_stays(ask):
    arn = ask.machine()
    version = ask("PublishStateMachineVersion", stateMachineArn=arn)["stateMachineVersionArn"]
    ask("CreateStateMachineAlias", name="PROD", routingConfiguration=routes((version, 100)))
    assert ask.refusal("DeleteStateMachineVersion", stateMachineVersionArn=version) == (
        "ConflictException",
        "Version to be deleted must not be referenced by an alias. "
        "Current list of aliases referencing this version: [PROD]",
    )
    ask("DeleteStateMachineAlias", stateMachineAliasArn=f"{arn}:PROD")
    assert ask("DeleteStateMachineVersion", stateMachineVersionArn=version) == {}
    assert ask.code("DescribeStateMachine", stateMachineArn=version) == "StateMachineDoesNotExist"


def test_an_alias_from_its_creation_to_its_end(ask):
    arn = ask.machine()
    one, two = publish(ask, arn, "1"), publish(ask, arn, "2")
    given = {"name": "PROD", "description": "d", "routingConfiguration": routes((one, 100))}
    made = ask("CreateStateMachineAlias", **given)
    assert made["stateMachineAliasArn"] == f"{arn}:PROD"
    assert ask("CreateStateMachineAlias", **given) == made
    assert ask.refusal("CreateStateMachineAlias", **given | {"routingConfiguration": routes((two, 100))}) == (
        "ConflictException",
        "Failed to create alias because an alias with the same name and a different routing configuration "
        "already exists.",
    )
    told = ask("DescribeStateMachineAlias", stateMachineAliasArn=f"{arn}:PROD")
    assert told == made | given | {"updateDate": made["creationDate"]}
    both = routes((one, 20), (two, 80))
    ask("UpdateStateMachineAlias", stateMachineAliasArn=f"{arn}:PROD", routingConfiguration=both)
    told = ask("DescribeStateMachineAlias", stateMachineAliasArn=f"{arn}:PROD")
    assert (told["routingConfiguration"], told["description"]) == (both, "d")
    assert [
        len(ask("ListStateMachineAliases", stateMachineArn=a)["stateMachineAliases"]) for a in (arn, two)
    ] == [
        1,
        1,
    ]
    assert ask("DeleteStateMachineAlias", stateMachineAliasArn=f"{arn}:PROD") == {}
    assert ask("DeleteStateMachineAlias", stateMachineAliasArn=f"{arn}:PROD") == {}
    assert ask.refusal("DescribeStateMachineAlias", stateMachineAliasArn=f"{arn}:PROD") == (
        "ResourceNotFound",
        "Request references a resource that does not exist.",
    )


def test_an_update_of_an_alias_that_is_none(ask):
    arn = ask.machine()
    version = publish(ask, arn, "1")
    ask("CreateStateMachineAlias", name="A", routingConfiguration=routes((version, 100)))
    assert ask.refusal("UpdateStateMachineAlias", stateMachineAliasArn=f"{arn}:A") == (
        "MissingRequiredParameter",
        "Either the description or the RoutingConfiguration must be specified",
    )
    assert (
        ask.code("UpdateStateMachineAlias", stateMachineAliasArn=f"{arn}:B", description="x")
        == "ResourceNotFound"
    )
    for wrong in (arn, f"{arn}:1", "A"):
        assert (
            ask.code("UpdateStateMachineAlias", stateMachineAliasArn=wrong, description="x") == "InvalidArn"
        )


def test_a_routing_that_is_none(ask):
    arn, other = ask.machine(), ask.machine(name="other")
    one, two = publish(ask, arn, "1"), publish(ask, other, "2")

    def words(*weighed):
        code, message = ask.refusal(
            "CreateStateMachineAlias", name="A", routingConfiguration=routes(*weighed)
        )
        assert code == "ValidationException"
        return message

    assert words((one, 50), (one, 50)) == (
        f"Routing configuration must contain distinct state machine version ARNs. Received: [{one}, {one}]"
    )
    assert (
        words((one, 30), (two, 50))
        == "Sum of routing configuration weights must equal 100. Received: [30, 50]"
    )
    for wrong in (arn, f"{arn}:7", f"{PREFIX}:stateMachine:none:1"):
        assert words((wrong, 100)) == (
            f"Routing configuration must contain state machine version ARNs. Received: [{wrong}]"
        )
    assert "same state machine" in words((one, 50), (two, 50))


def test_executions_run_the_version_that_is_asked_for(ask):
    arn = ask.machine()
    one = ask("PublishStateMachineVersion", stateMachineArn=arn)["stateMachineVersionArn"]
    ask("UpdateStateMachine", stateMachineArn=arn, definition=json.dumps(WAIT))
    ask("CreateStateMachineAlias", name="PROD", routingConfiguration=routes((one, 100)))
    by_version = ask.run(one, name="version")
    assert (by_version["status"], by_version["stateMachineArn"]) == ("SUCCEEDED", arn)
    assert by_version["stateMachineVersionArn"] == one and "stateMachineAliasArn" not in by_version
    by_alias = ask.run(f"{arn}:PROD", name="alias")
    assert (by_alias["stateMachineVersionArn"], by_alias["stateMachineAliasArn"]) == (one, f"{arn}:PROD")
    started = ask("GetExecutionHistory", executionArn=by_alias["executionArn"])["events"][0]
    assert started["executionStartedEventDetails"]["stateMachineAliasArn"] == f"{arn}:PROD"
    waiting = ask.start(arn, name="current")

    def names(of):
        found = ask("ListExecutions", stateMachineArn=of)["executions"]
        return sorted(item["name"] for item in found)

    assert names(one) == ["alias", "version"]
    assert (names(f"{arn}:PROD"), names(arn)) == (["alias"], ["alias", "current", "version"])
    assert ask.code("StartExecution", stateMachineArn=f"{arn}:NONE") == "StateMachineDoesNotExist"
    ask("StopExecution", executionArn=waiting)


def test_an_alias_shares_its_executions_out(ask):
    arn = ask.machine()
    one, two = publish(ask, arn, "1"), publish(ask, arn, "2")
    ask("CreateStateMachineAlias", name="A", routingConfiguration=routes((one, 50), (two, 50)))
    seen = {ask.run(f"{arn}:A")["stateMachineVersionArn"] for _ in range(60)}  # one side alone: 2 of 2**60
    assert seen == {one, two}
    ask(
        "UpdateStateMachineAlias",
        stateMachineAliasArn=f"{arn}:A",
        routingConfiguration=routes((one, 0), (two, 100)),
    )
    assert {ask.run(f"{arn}:A")["stateMachineVersionArn"] for _ in range(20)} == {two}


@pytest.mark.parametrize("operation", ["DescribeStateMachine", "ListStateMachineAliases"])
def test_an_alias_is_no_machine(ask, operation):
    arn = ask.machine()
    ask("CreateStateMachineAlias", name="A", routingConfiguration=routes((publish(ask, arn, "1"), 100)))
    assert ask.code(operation, stateMachineArn=f"{arn}:A") == "StateMachineDoesNotExist"
