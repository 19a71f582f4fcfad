"""`tracker.values.dataclass`: the same as the standard library's, for all that the program uses of it."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
from collections.abc import Mapping
from dataclasses import FrozenInstanceError, field

import pytest

from tracker.values import dataclass


@dataclass(frozen=True, slots=True)
class Frozen:
    """A value with every kind of field."""

    name: str
    size: int = 1
    notes: Mapping[str, str] = field(default_factory=dict, hash=False)
    secret: str = field(default="", repr=False)
    place: int = field(default=0, compare=False)


@dataclasses.dataclass(frozen=True, slots=True)
class Standard:
    """The same, made by the standard library."""

    name: str
    size: int = 1
    notes: Mapping[str, str] = field(default_factory=dict, hash=False)
    secret: str = field(default="", repr=False)
    place: int = field(default=0, compare=False)


@dataclass(slots=True)
class Open:
    """One that is filled step by step."""

    length: int = field(init=False)
    parts: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Know the length."""
        self.length = len(self.parts)


@dataclass(frozen=True, slots=True)
class Below(Frozen):
    """A value of a class below."""

    last: str = ""


class Wider(Frozen):
    """A class below that is no dataclass itself, and of another layout."""

    __slots__ = ("more",)


@dataclass
class Empty:
    """Nothing at all."""


def test_values_are_told_and_compared_as_those_of_the_standard_library() -> None:
    mine, standard = Frozen("a", notes={"x": "y"}, secret="s"), Standard("a", notes={"x": "y"}, secret="s")
    assert repr(mine) == repr(standard).replace("Standard", "Frozen")
    assert hash(mine) == hash(standard)
    assert dataclasses.asdict(mine) == dataclasses.asdict(standard)
    assert Frozen.__match_args__ == Standard.__match_args__
    assert Frozen("a") == Frozen("a", place=7)
    assert Frozen("a") != Frozen("a", 2)
    assert Frozen("a").__eq__(standard) is NotImplemented
    assert Frozen("a").notes is not Frozen("a").notes


@pytest.mark.parametrize("wrong", [(), ("a", 1, {}, "", 0, "more")])
def test_wrong_arguments_are_refused(wrong: tuple[object, ...]) -> None:
    with pytest.raises(TypeError, match=r"Frozen\.__init__\(\)"):
        Frozen(*wrong)  # type: ignore[arg-type]


def test_a_frozen_value_cannot_be_changed() -> None:
    value = Frozen("a")
    with pytest.raises(FrozenInstanceError, match="name"):
        value.name = "b"  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError, match="name"):
        del value.name
    assert not hasattr(value, "__dict__")


def test_a_frozen_value_goes_through_copies_and_processes() -> None:
    value = Below("a", 2, {"x": "y"}, last="z")
    assert pickle.loads(pickle.dumps(value)) == value  # noqa: S301 -- our own bytes
    assert copy.deepcopy(value) == value
    assert dataclasses.replace(value, last="") == Below("a", 2, {"x": "y"})
    assert value != Frozen("a", 2, {"x": "y"})


def test_a_value_is_of_the_class_it_was_made_of_and_of_no_other() -> None:
    assert type(Frozen("a")) is Frozen
    below, wider = Below("a", last="z"), Wider("a", 2)
    assert (type(below), below.last, type(wider), wider.size) == (Below, "z", Wider, 2)
    with pytest.raises(FrozenInstanceError, match="size"):
        wider.size = 3  # type: ignore[misc]


def test_an_open_value_is_changed_and_has_no_hash() -> None:
    value = Open(["a", "b"])
    assert (value.length, Open().parts) == (2, [])
    value.parts = []
    assert (value.length, value != Open()) == (2, True)
    with pytest.raises(TypeError, match="unhashable"):
        hash(value)


def test_a_value_without_fields_equals_another() -> None:
    assert Empty() == Empty()
    assert repr(Empty()) == "Empty()"


def test_the_signature_is_known_once_there_is_a_value() -> None:
    Frozen("a")
    assert list(inspect.signature(Frozen).parameters) == ["name", "size", "notes", "secret", "place"]
