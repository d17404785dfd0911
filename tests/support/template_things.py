"""What setup/template.yaml would make: translated by AWS's own translator, its references resolved.

Each thing is one entry {(kind, name): description}, as made_things.py describes what `sagalab deploy` made.
"""

import json
import re
from pathlib import Path
from typing import Any

import boto3

from sagalab.deploying.names import Arns, Names
from sagalab.project import ROOT

TEMPLATE = ROOT / "setup" / "template.yaml"
_BY_SAM = {"lambda:createdBy", "stateMachine:createdBy"}  # tags that the translator adds
_ARNS = {
    "AWS::DynamoDB::Table": ("TableName", "arn:aws:dynamodb:{r}:{a}:table/{n}"),
    "AWS::IAM::Role": ("RoleName", "arn:aws:iam::{a}:role/{n}"),
    "AWS::Lambda::Function": ("FunctionName", "arn:aws:lambda:{r}:{a}:function:{n}"),
    "AWS::Logs::LogGroup": ("LogGroupName", "arn:aws:logs:{r}:{a}:log-group:{n}:*"),
    "AWS::SNS::Topic": ("TopicName", "arn:aws:sns:{r}:{a}:{n}"),
    "AWS::SQS::Queue": ("QueueName", "arn:aws:sqs:{r}:{a}:{n}"),
    "AWS::StepFunctions::StateMachine": ("StateMachineName", "arn:aws:states:{r}:{a}:stateMachine:{n}"),
}
_REF_IS_ARN = ("AWS::SNS::Topic", "AWS::StepFunctions::StateMachine")


def translated(region: str) -> tuple[dict[str, Any], Path, Path]:
    """Return the template as CloudFormation, the folder of the code and the file of the definition.

    `sam package` uploads these two; the translator takes only what is uploaded.
    """
    # imported here: every worker collects all tests, and one runs these
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator
    from samtranslator.yaml_helper import yaml_parse

    source = yaml_parse(TEMPLATE.read_text(encoding="utf-8"))
    code = source["Globals"]["Function"]["CodeUri"]
    machine = source["Resources"]["SagaMachine"]["Properties"]
    definition = machine["DefinitionUri"]
    source["Globals"]["Function"]["CodeUri"] = "s3://bucket/code"
    machine["DefinitionUri"] = "s3://bucket/definition"
    translator = Translator(None, Parser(), boto_session=boto3.session.Session(region_name=region))
    made = translator.translate(source, {}, get_managed_policy_map=dict)
    return made, (TEMPLATE.parent / code).resolve(), (TEMPLATE.parent / definition).resolve()


class Template:
    """The translated template, resolved for one prefix, region and account."""

    def __init__(self, prefix: str, region: str, account: str):
        cloudformation, self.code, self._definition = translated(region)
        self._resources = cloudformation["Resources"]
        self._place = {"r": region, "a": account}
        self._known = {"Prefix": prefix, "AWS::Region": region, "AWS::AccountId": account}
        self.arns = Arns(Names(prefix), region, account)

    def things(self) -> dict[tuple[str, str], dict[str, Any]]:
        """Return what the template would make."""
        made: dict[tuple[str, str], dict[str, Any]] = {}
        for kind, describe in (
            ("AWS::DynamoDB::Table", self._table),
            ("AWS::IAM::Role", self._role),
            ("AWS::Lambda::Function", self._function),
            ("AWS::Logs::LogGroup", self._log_group),
            ("AWS::SNS::Topic", self._topic),
            ("AWS::SQS::Queue", self._queue),
            ("AWS::StepFunctions::StateMachine", self._machine),
        ):
            for properties in self._all(kind):
                name = properties[_ARNS[kind][0]]
                tags = properties.get("Tags", [])
                found = {tag["Key"]: tag["Value"] for tag in tags if tag["Key"] not in _BY_SAM}
                word, description = describe(properties)
                made[word, name] = description | {"tags": found}
        return made

    def kinds(self) -> set[str]:
        """Return the types of all resources."""
        return {resource["Type"] for resource in self._resources.values()}

    def _all(self, kind: str) -> list[dict[str, Any]]:
        return [
            self._resolve(resource["Properties"])
            for resource in self._resources.values()
            if resource["Type"] == kind
        ]

    def _resolve(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._resolve(item) for item in value]
        if not isinstance(value, dict):
            return value
        match value:
            case {"Ref": name} if name in self._known:
                return self._known[name]
            case {"Ref": name}:
                return self._arn(name) if self._resources[name]["Type"] in _REF_IS_ARN else self._name(name)
            case {"Fn::GetAtt": [name, "Arn"]}:
                return self._arn(name)
            case {"Fn::Sub": str(text)}:
                return re.sub(r"\$\{([\w:]+)\}", lambda match: self._known[match[1]], text)
        assert not any(key.startswith("Fn::") for key in value), value
        return {key: self._resolve(item) for key, item in value.items()}

    def _name(self, logical: str) -> str:
        resource = self._resources[logical]
        return self._resolve(resource["Properties"][_ARNS[resource["Type"]][0]])

    def _arn(self, logical: str) -> str:
        pattern = _ARNS[self._resources[logical]["Type"]][1]
        return pattern.format(n=self._name(logical), **self._place)

    def _table(self, given: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        keys = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
        return "table", {key: given.get(key, []) for key in keys}

    def _role(self, given: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        policies = {each["PolicyName"]: each["PolicyDocument"] for each in given["Policies"]}
        return "role", {"trust": given["AssumeRolePolicyDocument"], "policies": policies}

    def _function(self, given: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        keys = ("Handler", "Runtime", "Timeout", "MemorySize", "Role")
        return "function", {
            **{key: given[key] for key in keys},
            "variables": given["Environment"]["Variables"],
            "tracing": given["TracingConfig"]["Mode"],
            "durable": given.get("DurableConfig"),
        }

    def _log_group(self, given: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        return "log group", {"days": given["RetentionInDays"]}

    def _topic(self, given: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        topic = self.arns._arn("sns", given["TopicName"])
        subscribed = [
            (each["Protocol"], each["Endpoint"], str(each["RawMessageDelivery"]).lower())
            for each in self._all("AWS::SNS::Subscription")
            if each["TopicArn"] == topic
        ]
        return "topic", {"subscribed": subscribed}

    def _queue(self, given: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        policies = [
            each["PolicyDocument"]
            for each in self._all("AWS::SQS::QueuePolicy")
            if given["QueueName"] in each["Queues"]
        ]
        return "queue", {
            "policies": policies,
            "redrive": given.get("RedrivePolicy"),
            "kept": given["MessageRetentionPeriod"],
        }

    def _machine(self, given: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        text = self._definition.read_text(encoding="utf-8")
        for name, arn in given["DefinitionSubstitutions"].items():
            text = text.replace(f"${{{name}}}", arn)
        logging = given["LoggingConfiguration"]
        return "state machine", {
            "definition": json.loads(text),
            "type": given["StateMachineType"],
            "role": given["RoleArn"],
            "level": (logging["Level"], logging["IncludeExecutionData"]),
            "logs": [each["CloudWatchLogsLogGroup"]["LogGroupArn"] for each in logging["Destinations"]],
            "traced": given["TracingConfiguration"]["Enabled"],
        }
