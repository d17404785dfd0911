"""Moves the labels of a laid-out picture to where no edge runs through them.

dot keeps labels clear of boxes, but not of edges that it draws within a row, nor clusters' labels of
any edge. A label that an edge crosses slides along its own edge to the nearest free place; one that
is free stays where dot put it. Only a Choice's rule in the middle of a long way goes back to its Choice:
"otherwise" says nothing where one does not see what else there was.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import ceil, dist, hypot, inf
from typing import NamedTuple

_GROUP = re.compile(r'<g id="[^"]*" class="(node|edge|cluster)\b([^"]*)">\n.*?</g>\n', re.DOTALL)
_SHAPE = re.compile(r"<(path|polygon)\b[^>]*?\b(?:d|points)=\"([^\"]*)\"[^>]*/>")
_TEXT = re.compile(r'<text\b[^>]*?text-anchor="(\w+)" x="([-\d.]+)" y="([-\d.]+)"[^>]*>')
_SIZE = re.compile(r'font-size="([\d.]+)"')
_LENGTH = re.compile(r'textLength="([\d.]+)"')
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_PAIR = re.compile(r"(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)")
_CELL = 12.0  # points: how fine the map of edges is
_STEP = 5.0  # points between two places that are tried
_ROOM = 1.5  # points around a label that stay free
_GAP = 4.0  # points between a moved label and its own edge
_FAR = 70.0  # points from a Choice to its rule: farther, one does not see whose rule it is
_CLEAR = 8.0  # points around a rule in which another edge may be taken for its own
_NEAR, _APART = 6.0, 14.0  # points: edges as near as this lie on each other; one then moves so far

Point = tuple[float, float]
_Taken = dict[tuple[int, int], list[tuple[float, float, int]]]  # cell -> points, and whose edge's they are


class Box(NamedTuple):
    """A rectangle in points, y downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def moved(self, x: float, y: float) -> "Box":
        return Box(self.left + x, self.top + y, self.right + x, self.bottom + y)

    def grown(self, room: float) -> "Box":
        """Return the box with `room` points around it."""
        return Box(self.left - room, self.top - room, self.right + room, self.bottom + room)

    def meets(self, other: "Box") -> bool:
        """Tell whether two boxes overlap."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def within(self, other: "Box") -> bool:
        """Tell whether nothing of it is outside of `other`."""
        return (
            self.left >= other.left
            and self.right <= other.right
            and self.top >= other.top
            and self.bottom <= other.bottom
        )

    def gap(self, point: Point) -> float:
        """Return how far a point is from the box; 0 for one in it."""
        x, y = point
        return hypot(max(self.left - x, 0.0, x - self.right), max(self.top - y, 0.0, y - self.bottom))


@dataclass
class Part:
    """A node, an edge or a cluster of a laid-out SVG: where it stands in the text, and its geometry.

    `points` of an edge are its curve (the first `shaft` of them) and arrowhead, some 2 points apart; `frame` bounds the shape of
    a node or a cluster; `label` bounds its texts (None: it has none); `rule`: an edge out of a Choice.
    """

    kind: str
    start: int
    end: int
    points: list[Point] = field(default_factory=list)
    frame: Box | None = None
    label: Box | None = None
    shaft: int = 0
    rule: bool = False

    @property
    def tail(self) -> Point:
        """Where an edge begins: the end of its curve that has no arrowhead."""
        first, last, tip = self.points[0], self.points[self.shaft - 1], self.points[-1]
        return first if dist(first, tip) >= dist(last, tip) else last


def parts(svg: str) -> list[Part]:
    """Read the nodes, edges and clusters of an SVG that finish_svg (drawing.py) made."""
    found = []
    for match in _GROUP.finditer(svg):
        part = Part(match[1], match.start(), match.end())
        part.rule = not {"choice", "default"}.isdisjoint(match[2].split())
        shapes = _SHAPE.findall(match[0])
        boxes = [_text_box(text) for text in _TEXT.finditer(match[0])]
        for name, numbers in shapes:
            corners = _corners(numbers)
            if part.kind == "edge":
                if name == "polygon" and _is_background(corners):
                    boxes.append(_bounds(corners))
                else:
                    part.points += list(_curve(corners)) if name == "path" else corners
                    part.shaft = part.shaft or len(part.points)
            elif part.frame is None:
                part.frame = _bounds(corners)
        if boxes and part.kind != "node":
            part.label = _bounds([corner for box in boxes for corner in (box[:2], box[2:])])
        found.append(part)
    return found


def crossed(found: list[Part]) -> list[tuple[Part, Part]]:
    """Return each label with the other edge, node or label that runs through it."""
    edges = [part for part in found if part.kind == "edge"]
    labelled = [part for part in found if part.label is not None]
    pairs = []
    for part in labelled:
        box = part.label
        assert box is not None
        pairs += [
            (part, edge)
            for edge in edges
            if edge is not part and any(_inside(box, point) for point in edge.points)
        ]
        pairs += [
            (part, node) for node in found if node.kind == "node" and node.frame and node.frame.meets(box)
        ]
        pairs += [
            (part, other)
            for other in labelled
            if other is not part and other.label and other.label.meets(box)
        ]
    return pairs


def coincident(found: list[Part]) -> list[tuple[Part, Part]]:
    """Return the pairs of edges that lie on each other: begin, middle and end less than 6 points apart."""
    edges = [(part, _three(part)) for part in found if part.kind == "edge" and part.points]
    return [
        (one, other)
        for index, (one, here) in enumerate(edges)
        for other, there in edges[index + 1 :]
        if dist(here[1], there[1]) < _NEAR
        and dist(here[0], there[0]) < _NEAR
        and dist(here[2], there[2]) < _NEAR
    ]


def apart(svg: str) -> str:
    """Return the SVG with edges that lie on each other side by side, such as Next and Catch to one state.

    dot draws them so where the rows of a saga leave it no choice. Boxes are wide, so an edge that moves
    aside still begins and ends at its boxes.
    """
    moved: dict[int, tuple[Part, Point]] = {}
    for _, other in coincident(found := parts(svg)):
        (ax, ay), (bx, by) = other.points[0], other.points[other.shaft - 1]
        moved[id(other)] = (other, (_APART, 0.0) if abs(by - ay) >= abs(bx - ax) else (0.0, _APART))
    for part in reversed(found):
        if id(part) in moved:
            group = _shift(svg[part.start : part.end], *moved[id(part)][1], True, whole=True)
            svg = svg[: part.start] + group + svg[part.end :]
    return svg


def free_labels(svg: str) -> str:
    """Return the SVG with each label that something crosses in a free place, or in the best there is."""
    found = parts(svg)
    taken: _Taken = defaultdict(list)
    for part in found:
        for x, y in part.points:
            taken[int(x // _CELL), int(y // _CELL)].append((x, y, id(part)))
    frames = [part.frame.grown(_ROOM) for part in found if part.kind == "node" and part.frame is not None]
    if not frames:
        return svg
    whole = _bounds([corner for box in _drawn(found) for corner in (box[:2], box[2:])])
    lanes = [part.frame for part in found if part.kind == "cluster" and part.frame is not None]
    labels = {id(part): part.label.grown(_ROOM) for part in found if part.label}
    moves: dict[int, Point] = {}
    for part in found:
        home = part.label
        if home is None:
            continue
        solid = [*frames, *(box for other, box in labels.items() if other != id(part))]

        def cost(box: Box, most: float, own: int = id(part), solid: list[Box] = solid) -> float:
            """What stands against a place; where that reaches `most`, not all of it is counted."""
            price = 0.0 if box.within(whole) else 1000.0
            left, top, right, bottom = box
            for from_left, from_top, to_right, to_bottom in solid:
                if left < to_right and from_left < right and top < to_bottom and from_top < bottom:
                    price += 1000.0
            if price >= most:
                return price
            owners = _owners(taken, box)
            return price + 1000.0 * len(owners - {own}) + 400.0 * (own in owners)

        lost = part.rule and home.gap(part.tail) > _FAR
        best, place = cost(home, inf) + (_FAR if lost else 0.0), home
        if best == 0:
            continue
        for away, box in sorted((_away(part, home, box, lost), box) for box in _places(part, home)):
            if away >= best:
                break
            price = cost(box, best - away) + away
            if lost and price < best:
                price += 10.0 * len(_owners(taken, box.grown(_CLEAR)) - {id(part)})
                price += 20.0 * sum(box.meets(frame) and not box.within(frame) for frame in lanes)
            if price < best:
                best, place = price, box
        if place is not home:
            part.label = place
            labels[id(part)] = place.grown(_ROOM)
            moves[id(part)] = (place.left - home.left, place.top - home.top)
    for part in reversed(found):
        if id(part) in moves:
            group = _shift(svg[part.start : part.end], *moves[id(part)], part.kind == "edge")
            svg = svg[: part.start] + group + svg[part.end :]
    return svg


def _away(part: Part, home: Box, box: Box, lost: bool) -> float:
    """Tell how far a place is from where the label should be: where dot put it, or at its Choice."""
    return 0.1 * (box.gap(part.tail) if lost else dist(home[:2], box[:2]))


def _places(part: Part, home: Box) -> Iterator[Box]:
    """Yield where a label may stand: beside, over and under its own edge; along the foot of its cluster."""
    width, height = home.right - home.left, home.bottom - home.top
    if part.kind == "cluster":
        if part.frame is not None:
            x, last = part.frame.left + 6, part.frame.right - 6 - width
            while x <= last:
                yield home.moved(x - home.left, 0)
                x += _STEP
        return
    before: Point | None = None
    for x, y in part.points:
        if before is not None and dist(before, (x, y)) < _STEP:
            continue
        before = (x, y)
        for left in (x + _GAP, x - _GAP - width):
            for top in (y - height / 2, y - height, y):
                yield home.moved(left - home.left, top - home.top)
        for top in (y - _GAP - height, y + _GAP):
            yield home.moved(x - width / 2 - home.left, top - home.top)


def _owners(taken: _Taken, box: Box) -> set[int]:
    """Return the edges that come into a box with the room around it; the cells only make it quick."""
    left, top, right, bottom = box.grown(_ROOM)
    return {
        owner
        for column in range(int(left // _CELL), int(right // _CELL) + 1)
        for row in range(int(top // _CELL), int(bottom // _CELL) + 1)
        for x, y, owner in taken.get((column, row), ())
        if left < x < right and top < y < bottom
    }


def _drawn(found: list[Part]) -> list[Box]:
    """The boxes of all that is drawn: what bounds the picture."""
    return [
        box
        for part in found
        for box in (part.label, part.frame, _bounds(part.points) if part.points else None)
        if box is not None
    ]


def _shift(group: str, x: float, y: float, boxes: bool, whole: bool = False) -> str:
    """Move the texts of a group, the boxes behind them too (not a cluster's frame), or a whole edge."""

    def text(match: re.Match[str]) -> str:
        old = f'x="{match[2]}" y="{match[3]}"'
        return match[0].replace(old, f'x="{float(match[2]) + x:.2f}" y="{float(match[3]) + y:.2f}"', 1)

    def shape(match: re.Match[str]) -> str:
        if not whole and (not boxes or match[1] != "polygon" or not _is_background(_corners(match[2]))):
            return match[0]
        return match[0].replace(match[2], _PAIR.sub(shifted, match[2]), 1)

    def shifted(pair: re.Match[str]) -> str:
        return f"{float(pair[1]) + x:.2f},{float(pair[2]) + y:.2f}"

    return _SHAPE.sub(shape, _TEXT.sub(text, group))


def _three(edge: Part) -> list[Point]:
    """The begin, middle and end of an edge's curve, from top left on, whichever way it was drawn."""
    points, shaft = edge.points, edge.shaft
    first, last = sorted([points[0], points[shaft - 1]], key=lambda point: (round(point[1] / 4), point[0]))
    return [first, points[shaft // 2], last]


def _text_box(match: re.Match[str]) -> Box:
    size, length = _SIZE.search(match[0]), _LENGTH.search(match[0])
    high = float(size[1]) if size else 14.0
    wide = float(length[1]) if length else 0.0
    x, y = float(match[2]), float(match[3])
    left = x - {"start": 0.0, "middle": wide / 2, "end": wide}.get(match[1], 0.0)
    return Box(left, y - 0.78 * high, left + wide, y + 0.22 * high)


def _corners(numbers: str) -> list[Point]:
    values = [float(value) for value in _NUMBER.findall(numbers)]
    return list(zip(values[::2], values[1::2], strict=False))


def _is_background(corners: list[Point]) -> bool:
    """Tell the box behind a step's number from an arrowhead, which has a point."""
    return len({x for x, _ in corners}) == 2 and len({y for _, y in corners}) == 2


def _bounds(corners: list[Point]) -> Box:
    across, down = [x for x, _ in corners], [y for _, y in corners]
    return Box(min(across), min(down), max(across), max(down))


def _inside(box: Box, point: Point) -> bool:
    return box.left < point[0] < box.right and box.top < point[1] < box.bottom


def _curve(corners: list[Point]) -> Iterator[Point]:
    """Yield points along the cubic Bézier curves of a path, some 2 points apart."""
    yield corners[0]
    for index in range(1, len(corners) - 2, 3):
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = corners[index - 1 : index + 3]
        length = dist((ax, ay), (bx, by)) + dist((bx, by), (cx, cy)) + dist((cx, cy), (dx, dy))
        steps = max(2, ceil(length / 2))
        for step in range(1, steps + 1):
            t = step / steps
            u = 1 - t
            a, b, c, d = u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t
            yield a * ax + b * bx + c * cx + d * dx, a * ay + b * by + c * cy + d * dy
