"""The room's heat map as a table for the projected page: letters that the last row reads, a sign in each cell."""

from itertools import groupby
from pathlib import Path

from sagalab.course.exercises import exercises
from sagalab.errors import SagaLabError
from sagalab.instructor.room import DONE, Room, read_room
from sagalab.instructor.room_picture import KEY, LOOKS
from sagalab.markup import escape

FULL = 32  # rows of 16 px that fit a window of 768 px, below the names of the exercises


def heat_table(folder: Path, turn: int = 0) -> str:
    """Return the heat map of a room's folder as HTML, or what is wrong with the folder. `turn` as for `room_table`."""
    try:
        return room_table(read_room(folder), turn)
    except SagaLabError as problem:
        return f"<p role='status'>{escape(str(problem))}</p>"


def room_table(room: Room, turn: int = 0) -> str:
    """Return a room as a table: a row each participant, a column each exercise. Its letters fit the count of rows.

    On top stands how many have done each. A full room is higher than a window of 768 pixels: there the upper half
    of the rows is shown at an even `turn`, the lower half at an odd one (page.css).
    """
    known = exercises()
    notebooks = "".join(
        f"<th colspan='{len(list(group))}' class='begins'>{escape(notebook.partition('_')[0])}</th>"
        for notebook, group in groupby(known.values(), key=lambda each: each.notebook)
    )
    first = [next(group).name for _, group in groupby(known.values(), key=lambda each: each.notebook)]
    begins = {name: " begins" if name in first else "" for name in known}
    names = "".join(
        f"<th scope='col' class='name{begins[name]}'><span>{escape(name)}</span></th>" for name in known
    )
    count = len(room.participants)
    half = (count + 1) // 2 if count > FULL else count
    rows = "".join(
        f"<tr class='{'upper' if number < half else 'lower'}'><th scope='row'>{escape(each.name)}</th><td>{each.done}/{len(known)}</td>"
        + "".join(_cell(each.sign(name), each.state(name), begins[name]) for name in known)
        + "</tr>"
        for number, each in enumerate(room.participants)
    )
    counts = "".join(
        f"<td class='count{begins[name]}'>{sum(each.state(name) == DONE for each in room.participants)}</td>"
        for name in known
    )
    shown = ("upper", "lower")[turn % 2] if half < count else "all"
    which = {"upper": f"1 to {half}, then the others", "lower": f"{half + 1} to {count}, then the first"}
    in_turn = f" <span class='in-turn'>{which[shown]}</span>" if shown in which else ""
    return (
        f"<table class='room {shown}' style='--rows:{count + 1};--half:{half + 1}'><caption><strong>The room: {count} participants</strong>"
        f"{in_turn} {escape(KEY)}</caption><thead><tr><th></th><td></td>{notebooks}</tr><tr><th></th><td></td>{names}</tr>"
        f"<tr class='counts'><th scope='row'>done by</th><td></td>{counts}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _cell(sign: str, state: str, begins: str) -> str:
    look = LOOKS[state]
    return f"<td class='cell{begins}' style='background:{look.fill};color:{look.text}'>{escape(sign)}</td>"
