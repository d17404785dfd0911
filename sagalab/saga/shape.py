"""The saga's shape: which states go forward, which compensate, which handle a failed compensation.

Read from the transitions alone, never from names:
- forward: reached from StartAt without any Catch;
- error path: reached only through a Catch. Of it, the `undo` states are those that a Catch of a
  forward state leads to, and all that follows them without a further Catch; the rest handles what
  went wrong on the way back (`handlers`);
- a compensation is an undo state that does work (Task, Parallel, Map), is no mere notification,
  cannot get back to the forward path (that would be a fallback), and leads to a Fail state or is
  one of several in a row.
"""

from dataclasses import dataclass, field

from sagalab.pictures.graph import Edge, MachineGraph, Node, Scope

_NOTIFIES = (":sns:", ":sqs:", ":events:", "sns:publish", "sqs:sendMessage", "events:putEvents")


@dataclass
class SagaShape:
    """The states of one scope by their part in the saga (lists in the order of the definition).

    `beside` maps an undo state to the forward state whose failure it answers, where the undo chain
    runs against the forward order: these two are drawn side by side.
    """

    forward: list[Node] = field(default_factory=list)
    undo: list[Node] = field(default_factory=list)
    handlers: list[Node] = field(default_factory=list)
    compensations: list[Node] = field(default_factory=list)
    beside: dict[Node, Node] = field(default_factory=dict)


def _reach(starts: list[Node], edges: list[Edge]) -> dict[Node, int]:
    """Return what is reached from `starts` over `edges`, with the order of a depth-first walk."""
    following: dict[Node, list[Node]] = {}
    for edge in edges:
        following.setdefault(edge.source, []).append(edge.target)
    seen: dict[Node, int] = {}
    stack = list(reversed(starts))
    while stack:
        node = stack.pop()
        if node not in seen:
            seen[node] = len(seen)
            stack += reversed(following.get(node, []))
    return seen


def notifies(node: Node) -> bool:
    """Tell whether a Task only sends a message (SNS, SQS, EventBridge)."""
    resource = str(node.state.get("Resource", ""))
    return node.type == "Task" and any(part in resource for part in _NOTIFIES)


def scope_shape(scope: Scope) -> SagaShape:
    """Return the saga's shape of one scope (the machine, a branch, a processor)."""
    plain = [edge for edge in scope.edges if edge.kind != "catch"]
    catches = [edge for edge in scope.edges if edge.kind == "catch"]
    row = _reach([scope.start] if scope.start else [], plain)
    nodes = list(scope.nodes.values())
    entries = [edge.target for edge in catches if edge.source in row and edge.target not in row]
    undo = {node for node in _reach(entries, plain) if node not in row}
    shape = SagaShape(
        forward=[node for node in nodes if node in row],
        undo=[node for node in nodes if node in undo],
        handlers=[node for node in nodes if node not in row and node not in undo],
    )
    work = []
    for node in shape.undo:
        ahead = _reach([node], plain)
        if node.type in ("Task", "Parallel", "Map") and not notifies(node) and not set(ahead) & set(row):
            work.append((node, ahead))
    names = {node for node, _ in work}
    for node, ahead in work:
        row_of_undo = len(names & set(ahead)) > 1 or any(
            node in after for other, after in work if other != node
        )
        if row_of_undo or any(other.type == "Fail" for other in ahead):
            shape.compensations.append(node)
    _lay_beside(shape, row, plain, catches)
    return shape


def _lay_beside(shape: SagaShape, row: dict[Node, int], plain: list[Edge], catches: list[Edge]) -> None:
    """Pair undo states with forward states so that rows fall along each undo chain."""
    undo = set(shape.undo)
    limit: dict[Node, int] = {}
    order = _reach([edge.target for edge in reversed(catches) if edge.source in row], plain)
    for node in sorted(shape.undo, key=lambda node: (-len(_reach([node], plain)), order.get(node, 0))):
        ceiling = limit.get(node, len(row))
        sources = [edge.source for edge in catches if edge.target is node and edge.source in row]
        fitting = [source for source in sources if row[source] < ceiling]
        if fitting:
            shape.beside[node] = max(fitting, key=row.__getitem__)
            ceiling = row[shape.beside[node]]
        for edge in plain:
            if edge.source is node and edge.target in undo:
                limit[edge.target] = min(limit.get(edge.target, len(row)), ceiling)


def saga_shape(definition: dict) -> SagaShape:
    """Return the shape of a whole machine (an ASL document as a dict), its outermost level.

    Nodes carry `.name`, `.type` and `.state`.
    """
    return scope_shape(MachineGraph.from_definition(definition).top)
