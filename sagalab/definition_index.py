"""What reading an execution needs of a definition: where a state is, where it leads, how it fails."""

from typing import Any


class DefinitionIndex:
    """The states of a definition (ASL as a dict), nested ones included; None gives an empty index."""

    def __init__(self, definition: Any = None):
        self.states: dict[str, dict] = {}
        self.homes: dict[str, tuple[str | None, int | None]] = {}
        todo: list[tuple[Any, str | None, int | None]] = [(definition, None, None)]
        while todo:
            machine, owner, branch = todo.pop()
            states = machine.get("States") if isinstance(machine, dict) else None
            for name, state in states.items() if isinstance(states, dict) else ():
                if not isinstance(name, str) or not isinstance(state, dict) or name in self.states:
                    continue
                self.states[name] = state
                self.homes[name] = (owner, branch)
                branches = state.get("Branches")
                if isinstance(branches, list):
                    todo += [(inner, name, number) for number, inner in enumerate(branches)]
                todo += [(state[key], name, None) for key in ("ItemProcessor", "Iterator") if key in state]

    def branch_of(self, parallel: str, name: str) -> int | None:
        """Return which branch of a Parallel a state is in, from 0; None if the definition does not say."""
        owner, branch = self.homes.get(name, (None, None))
        return branch if owner == parallel else None

    def leads_by_catch_only(self, name: str, target: str) -> bool:
        """Whether a state leads to `target` by one of its catchers and not by its Next."""
        state = self.states.get(name, {})
        catchers = state.get("Catch")
        if not isinstance(catchers, list) or state.get("Next") == target:
            return False
        return any(isinstance(catcher, dict) and catcher.get("Next") == target for catcher in catchers)

    def fail_error(self, name: str) -> tuple[str | None, str | None]:
        """Return Error and Cause of a Fail state where they are plain text (no JSONata expression)."""
        state = self.states.get(name, {})
        texts = [state.get("Error"), state.get("Cause")]
        plain = [text if isinstance(text, str) and not text.startswith("{%") else None for text in texts]
        return plain[0], plain[1]
