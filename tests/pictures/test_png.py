"""PNG: our own signs are shown, and a script that no font here has is said in words, never as empty boxes."""

import pytest

from sagalab.errors import SagaLabError
from sagalab.pictures.diagram import diagram
from sagalab.pictures.png import has_font, png

SIGNS = "✓✗↷◔→≤·"


def machine(name: str) -> dict:
    return {"StartAt": name, "States": {name: {"Type": "Succeed"}}}


def test_the_signs_of_our_pictures_have_a_font():
    assert [sign for sign in SIGNS if not has_font(sign)] == []


def test_a_sign_without_a_font_is_said():
    with pytest.raises(SagaLabError, match="no font on this computer") as raised:
        png(
            '<svg xmlns="http://www.w3.org/2000/svg" width="9pt" height="9pt"><text>\U000f0001</text></svg>',
            96,
        )
    assert ".svg" in raised.value.cure


@pytest.mark.parametrize("name", ["注文を受ける", "결제 ✓", "تم"])
def test_any_script_is_shown_or_said(name):
    picture = diagram(machine(name))
    assert name in picture.svg()
    if all(has_font(sign) for sign in name):
        assert picture.png().startswith(b"\x89PNG")
    else:
        with pytest.raises(SagaLabError, match="cannot show"):
            picture.png()


def test_dots_an_inch_scale_the_picture():
    picture = diagram(machine("Done"))
    small, large = (int.from_bytes(picture.png(dpi)[16:20], "big") for dpi in (72, 144))
    assert abs(large - 2 * small) <= 2
