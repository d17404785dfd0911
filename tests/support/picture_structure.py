"""Reads a picture back: the states, transitions and boxes that an SVG shows."""

import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field

_SVG = "{http://www.w3.org/2000/svg}"


@dataclass
class Structure:
    """`states`: name → classes; `edges`: (from, to) → classes; `labels`: (from, to) → its texts;
    `arrows`: (from, to) → the tip of the arrow in points, y downwards."""

    states: dict[str, set[str]] = field(default_factory=dict)
    edges: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    labels: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    arrows: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)
    ids: list[str] = field(default_factory=list)
    texts: dict[str, list[str]] = field(default_factory=dict)
    tooltips: dict[str, str] = field(default_factory=dict)
    clusters: int = 0


def structure(svg: str) -> Structure:
    """Return what the SVG shows; fails if it is no XML."""
    found = Structure()
    for group in ElementTree.fromstring(svg).iter(f"{_SVG}g"):
        classes = set(group.get("class", "").split())
        title = group.findtext(f"{_SVG}title", "").replace("\xa0", " ")  # the second of two blanks
        texts = [text.text or "" for text in group.iter(f"{_SVG}text")]
        if "state" in classes:
            name = title.splitlines()[0].rsplit(" (", 1)[0]
            found.ids.append(group.get("id"))
            found.states[name] = classes - {"node", "state"}
            found.texts[name] = texts
            found.tooltips[name] = title
        elif "edge" in classes and " → " in title:
            ends = tuple(title.splitlines()[0].split(" → "))
            tip = group.find(f"{_SVG}polygon").get("points").split()[1].split(",")
            found.arrows[ends] = (float(tip[0]), float(tip[1]))
            found.edges.setdefault(ends, set()).update(classes - {"edge"})
            found.labels.setdefault(ends, []).extend(text.replace("\xa0", " ").strip() for text in texts)
        elif "cluster" in classes:
            found.clusters += 1
    return found
