"""A frame: one place where a run goes on - the execution itself, a branch, or an iteration of a Map."""

from typing import Any

# What a frame waits for.
READY, WAITING, TASK, RETRY, INNER, READING, WRITING, DONE, FAILED = (
    *("ready", "waiting", "task", "retry", "inner", "reading", "writing", "done", "failed"),
)


class Frame:
    """Where a branch is, and with what. Values are never changed in place, so that a copy is cheap."""

    def __init__(
        self,
        number: int,
        parent: int | None,
        scope: int,
        index: int,
        state: str,
        value: Any,
        variables: dict[str, Any],
        previous: int,
    ) -> None:
        self.id = number
        self.parent = parent
        self.scope = scope  # number of the scope in the program
        self.index = index  # of the branch or iteration in its parent
        self.state = state
        self.input = value  # of the state
        self.variables = variables
        self.outer: dict[str, Any] = {}  # the variables of the scopes around, which it may only read
        self.previous = previous  # id of the last event here
        self.phase = READY
        self.item: dict[str, Any] | None = None  # the context's Map.Item
        # since the state was entered
        self.entered = 0
        self.before_entered = 0
        self.entered_at = 0
        self.retries: dict[int, int] = {}  # attempts by each retrier
        self.retry_count = 0
        # a task that runs
        self.task: int | None = None
        self.token: str | None = None
        self.submitted = False
        self.timeout_timer: int | None = None
        self.heartbeat_timer: int | None = None
        self.heartbeat_seconds: int | None = None
        self.timer: int | None = None  # of a Wait or a retry
        # a Parallel or Map whose inner frames run
        self.inner: list[int] = []  # ids of the frames, or of the children, that run
        self.results: list[Any] = []
        self.items: list[Any] = []
        self.next_item = 0
        self.map: dict[str, Any] | None = None  # what the Map's fields said

    def copy(self) -> "Frame":
        """Return a frame that can go its own way."""
        other = Frame.__new__(Frame)
        other.__dict__.update(self.__dict__)
        if self.inner:
            other.inner = self.inner[:]
        if self.results:
            other.results = self.results[:]
        return other

    def as_json(self) -> dict[str, Any]:
        """Return the frame as JSON values."""
        return {**vars(self.copy()), "retries": {str(key): value for key, value in self.retries.items()}}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Frame":
        """Return the frame that as_json() gave."""
        frame = cls.__new__(cls)
        frame.__dict__.update(data)
        frame.retries = {int(key): value for key, value in data["retries"].items()}
        return frame

    def reset_visit(self) -> None:
        """Forget what the state before needed."""
        if self.retries:
            self.retries = {}
        self.retry_count = 0
        self.token = None
        if self.map is not None or self.results or self.items:
            self.map, self.results, self.items, self.next_item = None, [], [], 0
        self.inner = []
