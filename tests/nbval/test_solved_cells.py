"""Which cells of a solved notebook run: those that a solution changes, and those that they need."""

import pytest
from solved_cells import names_in, others_and_needed

STUB = "mine = ..."


@pytest.mark.parametrize(
    ("source", "given", "read", "changed"),
    [
        ("import os.path, json as j\nfrom a import b as c", {"os", "j", "c"}, set(), set()),
        ("first, *rest = them", {"first", "rest"}, {"them"}, set()),
        ("def f(x):\n    return x + y", {"f"}, {"x", "y"}, set()),
        ("for each in m['States'].values():\n    each['Retry'] = []", {"each"}, {"m", "each"}, {"m", "each"}),
        ("del m['a'].b", set(), {"m"}, {"m"}),
        ("a = m.get('b')\nb = a[0]\nb['c'] = 1", {"a", "b"}, {"a", "b", "m"}, {"a", "b", "m"}),
        ("m['a'].append(1)", set(), {"m"}, {"m"}),
        ("%%asl one\nStartAt: A", {"one"}, {"get_ipython"}, {"get_ipython"}),
        ("print(f'{a}');", set(), {"print", "a"}, set()),
    ],
)
def test_the_names_of_a_cell(source, given, read, changed):
    found = names_in(source)
    assert (found.given, found.read, found.changed) == (given, read, changed)


@pytest.mark.parametrize(
    ("sources", "others", "needed"),
    [
        (["a = 1", STUB, "check(mine)", "print(a)"], {1, 2}, {1, 2}),
        (["a = 1", STUB, "b = mine", "c = b", "print(c, a)"], {1, 2, 3, 4}, {0, 1, 2, 3, 4}),
        (["m = {}", "m['a'] = 1", "n = 2", "mine = m"], {3}, {0, 1, 3}),
        (["m = []", "m.append(1)", "s = m[0]", "s.b = 1", "mine = s"], {4}, {0, 1, 2, 3, 4}),
        (["import m", "m.b = 1", "mine = m"], {2}, {0, 2}),
        (["m = {}", "s = m['a']\ns['b'] = 1", "s = 2", "mine = m"], {3}, {0, 1, 3}),
        (["m = {}", STUB, "m['a'] = mine", "m['b'] = 1", "print(m)"], {1, 2, 3, 4}, {0, 1, 2, 3, 4}),
    ],
)
def test_the_cells_that_run(sources, others, needed):
    solved = {at for at, source in enumerate(sources) if source.startswith("mine")}
    assert others_and_needed(sources, solved) == (others, needed)
