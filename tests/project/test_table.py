"""How a table shows itself: nothing for what is missing, numbers at the right, data folded; else it is a DataFrame."""

import xml.etree.ElementTree as ElementTree
from decimal import Decimal

import pandas as pd
import pytest
from runs_drawn import NESTED, run, saga_run

from sagalab.table import Table

ITEMS = {str(number): number for number in range(12)}


def shown(table) -> list[list[str]]:
    root = ElementTree.fromstring(table._repr_html_())
    return [["".join(cell.itertext()) for cell in row] for row in root.iter("tr")]


def test_what_is_missing_is_empty_in_both_forms():
    table = run(NESTED, {"Pick": ["ok", "Gone"]}).table()
    assert table["error"].isna().any() and table["branch"].isna().any()
    for form in (repr(table), table._repr_html_()):
        assert "NA" not in form and "NaN" not in form and "None" not in form
    assert shown(table)[1][:3] == ["0", "Both", "Parallel"]


def test_numbers_stand_at_the_right_and_words_at_the_left():
    table = Table(
        {"n": [1, None], "s": [1.23456, 10.0], "m": [Decimal("9.90"), Decimal("10")], "w": ["a", "b"]}
    )
    root = ElementTree.fromstring(table._repr_html_())
    styles = [cell.get("style").split(";")[0] for cell in next(root.iter("tbody")).iter("td")][:4]
    assert styles == ["text-align:right"] * 3 + ["text-align:left"]
    assert shown(table)[1:] == [["0", "1.000", "1.235", "9.90", "a"], ["1", "", "10.000", "10", "b"]]


def test_data_is_folded_and_cut():
    table = Table({"items": [ITEMS, {"1": 2}, [], None]})
    html = table._repr_html_()
    assert (
        html.count("<details>") == 1 and "{…} 12 fields" in html and "<code>{&quot;1&quot;: 2}</code>" in html
    )
    assert max(map(len, repr(table).splitlines())) < 80 and repr(table).splitlines()[1].endswith("…")


def test_what_is_selected_shows_itself_alike_and_is_a_dataframe():
    table = saga_run().table()
    part = table[["state", "error"]].sort_values("state").head(2)
    assert isinstance(part, Table) and isinstance(part, pd.DataFrame) and "NA" not in repr(part)
    pd.testing.assert_frame_equal(pd.DataFrame(part), pd.DataFrame(table).loc[part.index, ["state", "error"]])


@pytest.mark.parametrize("rows", [0, 1, 60, 61, 500])
def test_of_too_many_rows_the_first_and_last_are_shown(rows):
    table = Table({"n": range(rows)})
    lines = shown(table)[1:]
    assert len(lines) == (rows if rows <= 60 else 11)
    if rows > 60:
        assert (
            lines[0][0] == "0" and lines[-1][0] == str(rows - 1) and f"{rows} rows × 1 columns" in repr(table)
        )


def test_names_and_values_are_no_markup():
    text = "<b>$x$</b>"
    ElementTree.fromstring(Table({text: [text, {text: text}]}, index=[text, 1])._repr_html_())
    assert "<b>" not in Table({text: [text]})._repr_html_()
