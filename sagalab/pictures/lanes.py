"""The saga's shape by the nodes of a picture; what is in no definition finds its lane by its edges."""

from sagalab.pictures.graph import MachineGraph, Node, Scope
from sagalab.saga.shape import SagaShape, shapes


def scope_shape(graph: MachineGraph, scope: Scope) -> SagaShape[Node]:
    """Return the shape of one scope of a picture (the machine, a branch, a processor)."""
    shape = shapes(graph.machine).get(scope.part) if scope.part is not None else None
    if shape is None:
        return SagaShape(forward=list(scope.nodes.values()))
    node_of = {node.part: node for node in graph.nodes if node.part is not None}
    made = SagaShape(
        forward=[node_of[state] for state in shape.forward],
        undo=[node_of[state] for state in shape.undo],
        handlers=[node_of[state] for state in shape.handlers],
        lane=[node_of[state] for state in shape.lane],
        compensations=[node_of[state] for state in shape.compensations],
        beside={node_of[undo]: node_of[step] for undo, step in shape.beside.items()},
    )
    for node in scope.nodes.values():
        if node.part is None:  # a missing state, or one that only the history knows
            _lane_of(made, scope, node).append(node)
    return made


def _lane_of(shape: SagaShape[Node], scope: Scope, node: Node) -> list[Node]:
    ways = [edge for edge in scope.edges if edge.target is node]
    if not ways or any(edge.source in shape.forward and edge.kind != "catch" for edge in ways):
        return shape.forward
    if any((edge.source in shape.forward) == (edge.kind == "catch") for edge in ways):
        return shape.undo
    return shape.handlers


def undos(graph: MachineGraph) -> frozenset[Node]:
    """Return the nodes of the machine's undos, in whatever scope they stand."""
    found = {undo for shape in shapes(graph.machine).values() for undo in shape.compensations}
    return frozenset(node for node in graph.nodes if node.part in found)
