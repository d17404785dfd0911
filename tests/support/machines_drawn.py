"""Machines that hypothesis draws: all states, nested, both languages, variables, faults, Retry and Catch."""

from typing import Any

from hypothesis import strategies as st

INPUT = {"a": {"b": 1, "t": "x"}, "list": [1, 2, 3], "empty": [], "n": 5, "flag": True, "no": None}

_PATHS = ["$", "$", "$", "$.a", "$.list", "$.n", "$.no", "$.missing", None]
_RESULT_PATHS = ["$", "$.r", "$.a.r", None]
_ERRORS = ["E", "F", "States.TaskFailed", "States.ALL"]
_JSONATA = [
    "{% $states.input %}",
    "{% $exists($states.input.n) ? $states.input.n : 0 %}",
    "{% $states.input.a %}",
    "{% $count($states.input.list) %}",
    "{% $string($states.input) %}",
    "{% $states.context.State.Name %}",
    "{% $states.input.missing %}",
    {"x": "{% $states.input.n %}", "y": [1, "{% 'text' %}"]},
]


@st.composite
def machines(draw: Any) -> dict[str, Any]:
    """Draw a machine; each state has a name of its own in all of it."""
    maker = _Maker(draw)
    language = draw(st.sampled_from(["JSONPath", "JSONata"]))
    return maker.scope(language, 0) | ({"QueryLanguage": language} if language == "JSONata" else {})


class _Maker:
    def __init__(self, draw: Any) -> None:
        self.draw = draw
        self.made = 0

    def one(self, *choices: Any) -> Any:
        return self.draw(st.sampled_from(choices))

    def scope(self, language: str, depth: int) -> dict[str, Any]:
        names = [self.name() for _ in range(self.draw(st.integers(1, 4 if depth == 0 else 2)))]
        states: dict[str, Any] = {}
        for index, name in enumerate(names):
            states[name] = self.state(names[index + 1 :], language, depth)
        reached = {names[0]}
        for name in names:  # AWS refuses a state that nothing leads to
            if name in reached:
                reached |= set(_targets(states[name]))
        return {"StartAt": names[0], "States": {name: states[name] for name in names if name in reached}}

    def name(self) -> str:
        self.made += 1
        return f"S{self.made}"

    def state(self, later: list[str], outer: str, depth: int) -> dict[str, Any]:
        kinds = ["Pass", "Pass", "Task", "Task", "Wait", "Choice"] if later else ["Pass", "Task", "Wait"]
        kinds += ["Succeed", "Fail"]
        if depth < 2:
            kinds += ["Parallel", "Map"]
        kind = self.one(*kinds)
        language = outer if outer == "JSONata" else self.one("JSONPath", "JSONPath", "JSONata")
        state: dict[str, Any] = {"Type": kind}
        if language != outer:
            state["QueryLanguage"] = language
        if kind not in ("Choice", "Succeed", "Fail"):
            state |= {"Next": self.one(*later)} if later else {"End": True}
        jsonata = language == "JSONata"
        if jsonata:
            if kind != "Fail" and self.one(True, False):
                state["Output"] = self.one(*_JSONATA)
        elif kind != "Fail":
            self.paths(state, kind)
        if kind in ("Pass", "Task", "Wait", "Map", "Parallel", "Choice") and self.one(True, False, False):
            state["Assign"] = self.one(*_JSONATA[:4]) if False else self.assign(jsonata)
        getattr(self, f"make_{kind.lower()}")(state, later, outer, jsonata, depth)
        return state

    def assign(self, jsonata: bool) -> dict[str, Any]:
        value = self.one(*_JSONATA[:4], 7) if jsonata else None
        if jsonata:
            return {"v": value}
        return self.one({"v.$": "$"}, {"v": 7}, {"v.$": "$.n"}, {"v": {"w.$": "$.missing"}})

    def paths(self, state: dict[str, Any], kind: str) -> None:
        if self.one(True, False, False):
            state["InputPath"] = self.one(*_PATHS)
        if self.one(True, False, False):
            state["OutputPath"] = self.one(*_PATHS)
        if kind in ("Pass", "Task", "Map", "Parallel") and self.one(True, False):
            state["ResultPath"] = self.one(*_RESULT_PATHS)
        if kind in ("Task", "Map", "Parallel") and self.one(True, False, False):
            state["ResultSelector"] = self.one({"all.$": "$"}, {"p.$": "$.Payload"}, {"k": 1})

    def make_pass(self, state: dict, later: list, outer: str, jsonata: bool, depth: int) -> None:
        if jsonata:
            return
        if self.one(True, False):
            state["Result"] = self.one({"n": 1, "list": [4]}, "text", [1, 2], None)
        if self.one(True, False, False):
            state["Parameters"] = self.one({"n.$": "$.n", "k": [1, {"l.$": "$.list"}]}, {"all.$": "$"})

    def make_task(self, state: dict, later: list, outer: str, jsonata: bool, depth: int) -> None:
        payload: Any = self.one(
            {"fail": "E"}, {"fail": "F", "times": 9}, {"fail": "E", "times": 3}, {"ok": 1}, {"ok": 2}
        )
        if "ok" in payload:
            payload = payload | ({"i": "{% $states.input %}"} if jsonata else {"i.$": "$"})
        state["Resource"] = "arn:aws:states:::lambda:invoke"
        state["Arguments" if jsonata else "Parameters"] = {"FunctionName": "f", "Payload": payload}
        self.faults(state, later, jsonata)

    def faults(self, state: dict, later: list, jsonata: bool) -> None:
        if self.one(True, False):
            state["Retry"] = [
                {"ErrorEquals": [self.one(*_ERRORS)], "MaxAttempts": self.one(0, 1, 2), "IntervalSeconds": 1}
            ]
        if later and self.one(True, False):
            catcher: dict[str, Any] = {"ErrorEquals": [self.one(*_ERRORS)], "Next": self.one(*later)}
            if jsonata and self.one(True, False):
                catcher["Output"] = self.one("{% $states.errorOutput %}", "{% $states.input %}", {"c": 1})
            elif not jsonata and self.one(True, False):
                catcher["ResultPath"] = self.one(*_RESULT_PATHS)
            state["Catch"] = [catcher]

    def make_wait(self, state: dict, later: list, outer: str, jsonata: bool, depth: int) -> None:
        if jsonata:
            state["Seconds"] = self.one(0, 1, "{% 1 + 1 %}")
        else:
            state |= self.one({"Seconds": 1}, {"SecondsPath": "$.n"}, {"SecondsPath": "$.missing"})

    def make_succeed(self, state: dict, later: list, outer: str, jsonata: bool, depth: int) -> None:
        pass

    def make_fail(self, state: dict, later: list, outer: str, jsonata: bool, depth: int) -> None:
        state |= self.one({"Error": "E", "Cause": "c"}, {"Error": "F"}, {"Cause": "c"}, {})
        if not jsonata and self.one(True, False, False):
            state |= self.one({"CausePath": "$.a.t"}, {"CausePath": "$.missing"})
            if "CausePath" in state:
                state.pop("Cause", None)

    def make_choice(self, state: dict, later: list, outer: str, jsonata: bool, depth: int) -> None:
        rules = []
        for _ in range(self.draw(st.integers(1, 2))):
            if jsonata:
                rule: dict[str, Any] = {
                    "Condition": self.one("{% true %}", "{% $states.input.n = 5 %}", False)
                }
            else:
                rule = self.rule()
            rules.append(rule | {"Next": self.one(*later)})
        state["Choices"] = rules
        if self.one(True, True, False):
            state["Default"] = self.one(*later)

    def rule(self, depth: int = 0) -> dict[str, Any]:
        if depth < 1 and self.one(True, False, False):
            kind = self.one("And", "Or", "Not")
            inner = self.rule(1)
            return {"Not": inner} if kind == "Not" else {kind: [inner, self.rule(1)]}
        path = self.one("$.n", "$.a.t", "$.flag", "$.no", "$")
        return {"Variable": path} | self.one(
            {"NumericEquals": 5},
            {"NumericGreaterThanPath": "$.n"},
            {"StringEquals": "x"},
            {"StringMatches": "x*"},
            {"BooleanEquals": True},
            {"IsNull": True},
            {"IsString": False},
            {"IsNumeric": True},
        )

    def make_parallel(self, state: dict, later: list, outer: str, jsonata: bool, depth: int) -> None:
        state["Branches"] = [self.scope(outer, depth + 1) for _ in range(self.draw(st.integers(1, 2)))]
        self.faults(state, later, jsonata)

    def make_map(self, state: dict, later: list, outer: str, jsonata: bool, depth: int) -> None:
        if jsonata:
            state["Items"] = self.one([1, {"n": 5}], "{% $states.input.list %}", "{% [1, 2] %}", "{% 1 %}")
        else:
            state["ItemsPath"] = self.one("$.list", "$.empty", "$.list", "$.n", "$.missing")
        state["MaxConcurrency"] = 1
        state["ItemProcessor"] = self.scope(outer, depth + 1)
        self.faults(state, later, jsonata)


def _targets(state: dict[str, Any]) -> list[str]:
    rules = [*state.get("Choices", []), *state.get("Catch", [])]
    return [
        target
        for target in (state.get("Next"), state.get("Default"), *(rule["Next"] for rule in rules))
        if target
    ]
