"""The palette holds for colour-blind readers and on a projector: contrast, simulated vision, signs."""

import re
from itertools import combinations

import pytest
from runs_drawn import SAGA, saga_run

from sagalab.pictures import palette
from sagalab.pictures.dark import LINE, PAGE, SURFACE, TEXT, dark
from sagalab.pictures.diagram import diagram
from sagalab.pictures.palette import COMPENSATION, COVERAGE, NEUTRAL, STATUS, look

# Severity 1.0 of Machado, Oliveira, Fernandes (2009), "A Physiologically-based Model for Simulation of
# Color Vision Deficiency", linear RGB.
WHITE = "#ffffff"
VISION = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "no hue at all": ((0.2126, 0.7152, 0.0722),) * 3,
}


def linear(colour: str) -> list[float]:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    return [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]


def contrast(one: str, two: str) -> float:
    light, dark = sorted(
        (
            sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear(colour), strict=True))
            for colour in (one, two)
        ),
        reverse=True,
    )
    return (light + 0.05) / (dark + 0.05)


def lab(colour: str, vision: str) -> tuple[float, float, float]:
    seen = [
        min(1, max(0, sum(w * c for w, c in zip(row, linear(colour), strict=True)))) for row in VISION[vision]
    ]
    rows = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    xyz = [
        sum(w * c for w, c in zip(row, seen, strict=True)) / white
        for row, white in zip(rows, (0.9505, 1, 1.089), strict=True)
    ]
    f = [value ** (1 / 3) if value > 0.008856 else 7.787 * value + 16 / 116 for value in xyz]
    return 116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])


@pytest.mark.parametrize(
    "style",
    [*STATUS.values(), *COVERAGE.values(), NEUTRAL, COMPENSATION],
    ids=lambda style: style.word or "plain",
)
def test_text_can_be_read(style):
    assert contrast(style.text, style.fill) >= 4.5 and contrast(style.muted, style.fill) >= 4.3
    assert contrast(style.line, "#ffffff") >= (2.2 if style.word == "not reached" else 4.5)


@pytest.mark.parametrize("vision", VISION)
def test_statuses_differ_to_every_eye(vision):
    for one, two in combinations(STATUS, 2):
        fills = (
            sum(
                (a - b) ** 2
                for a, b in zip(lab(STATUS[one].fill, vision), lab(STATUS[two].fill, vision), strict=True)
            )
            ** 0.5
        )
        drawn_otherwise = STATUS[one].dash != STATUS[two].dash or STATUS[one].width != STATUS[two].width
        assert fills > 9 or drawn_otherwise, f"{one} and {two} look alike with {vision}"


def test_the_conventions_of_the_console():
    hues = {"succeeded": "g", "failed": "r", "timed_out": "r", "running": "b"}
    for status, strongest in hues.items():
        channels = dict(zip("rgb", linear(STATUS[status].line), strict=True))
        assert max(channels, key=channels.__getitem__) == strongest, status
    red, green, blue = linear(STATUS["caught"].fill)
    assert red > green > blue, "orange"
    assert max(linear(STATUS["not_reached"].fill)) - min(linear(STATUS["not_reached"].fill)) < 0.05, "grey"


def test_signs_and_words_are_all_different():
    assert (
        len({style.sign for style in STATUS.values()})
        == len({style.word for style in STATUS.values()})
        == len(STATUS)
    )
    assert look("something new").word == "not reached"


def test_what_is_tested_is_told_apart_by_sign_and_line_too():
    assert len({style.sign for style in COVERAGE.values()}) == len(COVERAGE)
    assert len({(style.width, style.dash) for style in COVERAGE.values()}) == len(COVERAGE)
    assert all(look(status) is style for status, style in COVERAGE.items())


def test_a_dark_page_can_be_read_too():
    """Every text on every ground that it may stand on, with the contrast that WCAG asks of texts; lines are seen."""
    for style in [*STATUS.values(), *COVERAGE.values(), NEUTRAL, COMPENSATION]:
        night = dark(style)
        assert contrast(night.text, night.fill) >= 4.5, style.word
        assert contrast(night.muted, night.fill) >= 4.5, style.word
        assert contrast(night.line, PAGE) >= (2.2 if style.word == "not reached" else 3), style.word
    grounds = [SURFACE[fill] for fill in (palette.BACKGROUND, palette.LANE_FILL, *palette.CLUSTER_FILL)]
    for ground in grounds:
        for text in (
            NEUTRAL.text,
            NEUTRAL.muted,
            COMPENSATION.muted,
            palette.CATCH_EDGE,
            palette.UNTAKEN_TEXT,
        ):
            assert contrast(TEXT[text], ground) >= 4.5, (text, ground)
        for line in (palette.TAKEN_EDGE, palette.CATCH_EDGE, palette.IDLE_EDGE, palette.MARKED):
            assert contrast(LINE[line], ground) >= 3, (line, ground)
    assert contrast(TEXT[NEUTRAL.text], SURFACE[palette.CHANGED_FILL]) >= 4.5


def test_signs_and_numbers_can_be_read_on_their_grounds():
    """White signs stand on a status's line colour, white numbers on an edge's, by day and by night."""
    badges = [
        style.line for style in (*STATUS.values(), *COVERAGE.values()) if style.sign and style.text != WHITE
    ]
    for ground in [*badges, palette.START, palette.CATCH_EDGE, palette.UNREACHED_END, STATUS["failed"].line]:
        assert contrast(WHITE, ground) >= 4.5, ground
        assert contrast(WHITE, SURFACE.get(ground, ground)) >= 4.5, ground
    failed = STATUS["failed"]
    assert contrast(failed.fill, failed.text) >= 4.5 and contrast(TEXT[failed.fill], PAGE) >= 4.5


@pytest.mark.parametrize("vision", VISION)
def test_statuses_differ_in_the_dark_to_every_eye(vision):
    for one, two in combinations(STATUS.values(), 2):
        fills = [lab(dark(style).fill, vision) for style in (one, two)]
        apart = sum((a - b) ** 2 for a, b in zip(*fills, strict=True)) ** 0.5
        assert apart > 9 or (one.dash, one.width) != (two.dash, two.width), (one.word, two.word)


def test_every_colour_of_a_picture_has_its_partner_or_is_one_for_both():
    """What a machine's picture paints is in the tables, or is meant to be the same: a new colour is not forgotten."""
    same = {
        *(STATUS[name].fill for name in ("failed", "caught", "aborted")),
        *(STATUS[name].line for name in ("succeeded", "caught", "running", "aborted")),
        *(STATUS["caught"].text, STATUS["caught"].muted, STATUS["aborted"].text, STATUS["aborted"].muted),
        *(WHITE, STATUS["failed"].muted, palette.CATCH_EDGE, palette.UNREACHED_END),
    }
    for run in (None, saga_run(["ReserveInventory", "ReleaseInventory"]), saga_run(["ProcessPayment"])):
        svg = diagram(SAGA, run).svg()
        for kind, colour in re.findall(r'\b(fill|stroke)="(#\w+)"', svg):
            known = {*LINE} if kind == "stroke" else {*SURFACE, *TEXT, *LINE, *same}
            assert colour in known, (kind, colour)
