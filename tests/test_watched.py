"""Containers that say when they change."""

from __future__ import annotations

import copy
import gc
import operator
import pickle
import weakref
from collections import defaultdict

import pytest

from quaff.watched import NotifyingDict, WatchedDefaultDict, WatchedDict, WatchedList


class Counter:
    """Counts changes."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        self.count += 1


@pytest.fixture
def counter():
    return Counter()


LIST_CHANGES = {
    "setitem": lambda items: operator.setitem(items, 0, 9),
    "set slice": lambda items: operator.setitem(items, slice(0, 2), [7, 8, 9]),
    "delitem": lambda items: operator.delitem(items, 0),
    "del slice": lambda items: operator.delitem(items, slice(None)),
    "iadd": lambda items: operator.iadd(items, [4]),
    "imul": lambda items: operator.imul(items, 2),
    "append": lambda items: items.append(4),
    "extend": lambda items: items.extend([4, 5]),
    "insert": lambda items: items.insert(0, 4),
    "pop": lambda items: items.pop(),
    "pop index": lambda items: items.pop(0),
    "remove": lambda items: items.remove(1),
    "clear": lambda items: items.clear(),
    "reverse": lambda items: items.reverse(),
    "sort": lambda items: items.sort(key=lambda item: -item, reverse=False),
}

DICT_CHANGES = {
    "setitem": lambda items: operator.setitem(items, "a", 9),
    "delitem": lambda items: operator.delitem(items, "a"),
    "ior": lambda items: operator.ior(items, {"c": 3}),
    "update": lambda items: items.update({"c": 3}),
    "update pairs": lambda items: items.update([("c", 3)], d=4),
    "setdefault": lambda items: items.setdefault("c", 3),
    "pop": lambda items: items.pop("a"),
    "pop default": lambda items: items.pop("a", 0),
    "popitem": lambda items: items.popitem(),
    "clear": lambda items: items.clear(),
}

DICT_NON_CHANGES = {
    "setdefault": lambda items: items.setdefault("a", 3),
    "pop default": lambda items: items.pop("c", 0),
    "get": lambda items: items.get("c"),
    "getitem": lambda items: items["a"],
    "contains": lambda items: "c" in items,
    "or": lambda items: items | {"c": 3},
    "copy": lambda items: items.copy(),
}


@pytest.mark.parametrize("change", LIST_CHANGES.values(), ids=LIST_CHANGES)
def test_every_change_of_a_list_is_reported_once(change, counter):
    plain, watched = [3, 1, 2], WatchedList([3, 1, 2], on_change=counter)
    assert change(watched) == change(plain)
    assert watched == plain
    assert counter.count == 1


@pytest.mark.parametrize("cls", [NotifyingDict, WatchedDict, WatchedDefaultDict])
@pytest.mark.parametrize("change", DICT_CHANGES.values(), ids=DICT_CHANGES)
def test_every_change_of_a_dict_is_reported_once(cls, change, counter):
    watched = cls()
    watched.update({"a": 1, "b": 2})
    watched.on_change = counter
    plain = {"a": 1, "b": 2}
    assert change(watched) == change(plain)
    assert watched == plain
    assert counter.count == 1


@pytest.mark.parametrize("change", DICT_NON_CHANGES.values(), ids=DICT_NON_CHANGES)
def test_what_changes_nothing_is_not_reported(change, counter):
    watched = WatchedDict({"a": 1}, on_change=counter)
    assert change(watched) == change({"a": 1})
    assert counter.count == 0


def test_every_changing_method_is_covered():
    """A method that a new Python adds to list or dict must not slip through."""
    reading = {
        list: {"__contains__", "__getitem__", "__iter__", "__len__", "__add__", "__mul__"}
        | {"__rmul__", "__reversed__", "copy", "count", "index"},
        dict: {"__contains__", "__getitem__", "__iter__", "__len__", "__or__", "__ror__"}
        | {"__reversed__", "copy", "fromkeys", "get", "items", "keys", "values"},
    }
    for plain, watched in ((list, WatchedList), (dict, NotifyingDict)):
        methods = {name for name in vars(plain) if name not in vars(object)}
        methods -= reading[plain] | {"__class_getitem__"}
        assert methods == {name for name in methods if name in vars(watched)}


def test_a_failed_change_is_not_reported(counter):
    watched = WatchedList([1], on_change=counter)
    with pytest.raises(ValueError, match="not in list"):
        watched.remove(5)
    table = WatchedDict({}, on_change=counter)
    with pytest.raises(KeyError):
        del table["missing"]
    with pytest.raises(KeyError):
        table.pop("missing")
    with pytest.raises(KeyError):
        table.popitem()
    assert counter.count == 0


def test_without_listener_they_are_plain_containers():
    watched = WatchedList([1])
    watched.append(2)
    table = WatchedDict({"a": 1})
    table["b"] = 2
    assert watched == [1, 2]
    assert table == {"a": 1, "b": 2}


def test_containers_put_into_a_dict_are_watched(counter):
    table = WatchedDict({"first": [1]}, on_change=counter)
    table["second"] = {"deep": [1]}
    table.update(third=[], fourth=defaultdict(list))
    counter.count = 0
    table["first"].append(2)
    table["second"]["deep"].append(2)
    table["third"].append(2)
    table["fourth"]["new"].append(2)
    table.setdefault("fifth", []).append(2)
    assert counter.count == 6
    assert table["second"] == {"deep": [1, 2]}
    assert isinstance(table["fourth"], defaultdict)


def test_other_values_stay_the_same_objects(counter):
    class Special(list):
        pass

    special, function = Special(), len
    table = WatchedDict({"a": special, "b": function}, on_change=counter)
    assert table["a"] is special
    assert table["b"] is function


def test_a_container_of_the_same_listener_is_moved_and_one_of_another_is_copied(counter):
    table = WatchedDict({"a": [1]}, on_change=counter)
    table["b"] = table["a"]
    assert table["b"] is table["a"]
    other = WatchedDict({"a": table["a"]}, on_change=Counter())
    other["a"].append(2)
    assert table["a"] == [1]
    assert counter.count == 1


def test_missing_values_are_made_and_watched(counter):
    table = WatchedDefaultDict(list, on_change=counter)
    table[None].append(len)
    assert counter.count == 1
    assert table == {None: [len]}


def test_missing_values_of_missing_values_are_watched(counter):
    table = WatchedDefaultDict(lambda: defaultdict(dict), on_change=counter)
    table["blueprint"][404][KeyError] = len
    assert counter.count == 1
    assert table == {"blueprint": {404: {KeyError: len}}}


def test_looking_up_an_empty_default_is_no_change_but_a_filled_one_is(counter):
    empty = WatchedDefaultDict(list, on_change=counter)
    assert empty["a"] == []
    assert counter.count == 0
    filled = WatchedDefaultDict(lambda: [1], on_change=counter)
    assert filled["a"] == [1]
    assert counter.count == 1


def test_without_factory_a_missing_key_is_an_error():
    with pytest.raises(KeyError):
        WatchedDefaultDict(None, {"a": 1})["b"]


def test_they_are_instances_of_the_plain_types_and_equal_them():
    assert isinstance(WatchedList(), list)
    assert isinstance(WatchedDict(), dict)
    assert isinstance(WatchedDefaultDict(list), defaultdict)
    assert WatchedDefaultDict(list, {"a": [1]}) == defaultdict(list, {"a": [1]})
    assert WatchedDefaultDict(list).default_factory is list


@pytest.mark.parametrize(
    "duplicate", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))]
)
@pytest.mark.parametrize(
    ("watched", "plain"),
    [
        (WatchedList([1, 2]), list),
        (WatchedDict({"a": 1}), dict),
        (WatchedDefaultDict(list, {"a": [1]}), defaultdict),
    ],
)
def test_a_copy_is_a_plain_container(duplicate, watched, plain):
    watched.on_change = Counter()
    copied = duplicate(watched)
    assert type(copied) is plain
    assert copied == watched
    if plain is defaultdict:
        assert copied.default_factory is list


def test_combined_with_others_they_give_plain_containers():
    table = WatchedDefaultDict(list, {"a": [1]}, on_change=Counter())
    assert type(table.copy()) is defaultdict
    assert type(table | {"b": []}) is defaultdict
    assert type({"b": []} | table) is defaultdict
    assert table | {"b": [2]} == {"a": [1], "b": [2]}
    assert type(WatchedList([1]) * 2) is list
    assert type(WatchedList([1])[:]) is list


def test_reading_methods_are_those_of_the_plain_types():
    for watched, plain in ((WatchedList, list), (WatchedDict, dict), (WatchedDefaultDict, dict)):
        for name in ("__getitem__", "__iter__", "__contains__", "__len__"):
            assert getattr(watched, name) is getattr(plain, name)


def test_an_owner_is_not_kept_alive_by_what_it_watches():
    class Owner:
        def __init__(self):
            self.changes = 0
            self.table = WatchedDefaultDict(list, on_change=self.changed)

        def changed(self):
            self.changes += 1

    owner = Owner()
    owner.table["a"].append(1)
    assert owner.changes == 1
    table, gone = owner.table, weakref.ref(owner)
    gc.disable()
    try:
        del owner
        assert gone() is None
    finally:
        gc.enable()
    table["a"].append(2)
    assert table == {"a": [1, 2]}


def test_a_notifying_dict_leaves_its_values_alone(counter):
    value = [1]
    table = NotifyingDict(a=value)
    table.on_change = counter
    table["b"] = value
    assert table["a"] is value
    assert table["b"] is value
    assert counter.count == 1


def test_a_pickled_notifying_dict_has_no_listener():
    table = NotifyingDict(a=1)
    table.note = "kept"
    table.on_change = Counter()
    copied = pickle.loads(pickle.dumps(table))
    assert copied == {"a": 1}
    assert copied.note == "kept"
    assert copied.on_change is None
