"""The room's heat map as a table for the projected page: letters that the last row reads, a sign in each cell."""

from itertools import groupby
from pathlib import Path

from sagalab.course.exercises import exercises
from sagalab.errors import SagaLabError
from sagalab.instructor.room import DONE, Room, read_room
from sagalab.instructor.room_picture import KEY, LOOKS
from sagalab.markup import escape


def heat_table(folder: Path) -> str:
    """Return the heat map of a room's folder as HTML, or what is wrong with the folder."""
    try:
        return room_table(read_room(folder))
    except SagaLabError as problem:
        return f"<p role='status'>{escape(str(problem))}</p>"


def room_table(room: Room) -> str:
    """Return a room as a table: a row each participant, a column each exercise. Its letters fit the count of rows."""
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
    rows = "".join(
        f"<tr><th scope='row'>{escape(each.name)}</th><td>{each.done}/{len(known)}</td>"
        + "".join(_cell(each.sign(name), each.state(name), begins[name]) for name in known)
        + "</tr>"
        for each in room.participants
    )
    counts = "".join(
        f"<td class='count{begins[name]}'>{sum(each.state(name) == DONE for each in room.participants)}</td>"
        for name in known
    )
    count = len(room.participants)
    return (
        f"<table class='room' style='--rows:{count + 1}'><caption><strong>The room: {count} participants</strong> "
        f"{escape(KEY)}</caption><thead><tr><th></th><td></td>{notebooks}</tr><tr><th></th><td></td>{names}</tr></thead>"
        f"<tbody>{rows}<tr><th scope='row'>done by</th><td></td>{counts}</tr></tbody></table>"
    )


def _cell(sign: str, state: str, begins: str) -> str:
    look = LOOKS[state]
    return f"<td class='cell{begins}' style='background:{look.fill};color:{look.text}'>{escape(sign)}</td>"
