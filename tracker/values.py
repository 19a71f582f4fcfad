"""`dataclass` for our values, as the standard library's, made in a third of its time.

The standard decorator compiles six functions for every frozen class from source text, 0.5 ms each, which was a fifth of the start of
`pmtrack check`. Here only `__init__` is compiled, for the first value of a class; comparison, hash, text and the guard against changes are written once
for all classes and read the fields through `operator.attrgetter`: making a value of six fields costs half, one of thirteen a third, comparing two costs 0.2 µs more. Type checkers, `replace`, `fields` and `asdict`
see a dataclass of the standard library.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass  # noqa: PLC0414 -- exported under the same name
else:

    def dataclass(cls=None, /, *, frozen=False, slots=False):
        """The standard decorator with these two options; fields take `dataclasses.field` with all of its own but `kw_only`."""
        if cls is None:
            return lambda cls: _finish(cls, frozen=frozen, slots=slots)
        return _finish(cls, frozen=frozen, slots=slots)


def _finish(cls: type, *, frozen: bool, slots: bool) -> Any:
    """The class with its fields told by the standard library, and the methods that it has not written itself."""
    own = set(vars(cls))
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots)(cls)
    fields = dataclasses.fields(made)
    compared = [field for field in fields if field.compare]
    methods: dict[str, Any] = {
        "__init__": _initialiser(made, fields, frozen=frozen),
        "__repr__": _text([field.name for field in fields if field.repr]),
        "__eq__": _equality(_values([field.name for field in compared])),
        "__hash__": None,
    }
    if frozen:
        hashed = [field.name for field in fields if (field.compare if field.hash is None else field.hash)]
        methods |= {
            "__hash__": _hashing(_values(hashed)),
            "__setattr__": _refuse_set,
            "__delattr__": _refuse_delete,
        }
        if slots:
            methods |= {"__getstate__": _state, "__setstate__": _restore}
    for name, method in methods.items():
        if name not in own:
            setattr(made, name, method)
    return made


def _initialiser(
    cls: Any, fields: tuple[dataclasses.Field[Any], ...], *, frozen: bool
) -> Callable[..., None]:
    """An `__init__` that compiles the real one for the first value of the class: half of the classes never have one."""

    def initialise(self: Any, *args: Any, **named: Any) -> None:
        made = _compiled(cls, fields, frozen=frozen)
        cls.__init__ = made
        made(self, *args, **named)

    return initialise


def _compiled(cls: type, fields: tuple[dataclasses.Field[Any], ...], *, frozen: bool) -> Callable[..., None]:
    """`__init__`, compiled in the class's module as the standard library does it."""
    known: dict[str, Any] = {"_unset": dataclasses.MISSING}
    head, body, names = ["self"], list[str](), list[str]()
    for field in fields:
        name = field.name
        if field.default_factory is not dataclasses.MISSING:
            known[f"_new_{name}"] = field.default_factory
            made = f"{name} = _new_{name}()"
            body.append(f"if {name} is _unset: {made}" if field.init else made)
            default = "=_unset"
        elif field.default is not dataclasses.MISSING:
            known[f"_default_{name}"] = field.default
            default = f"=_default_{name}"
        else:
            default = ""
        if field.init:
            head.append(name + default)
        elif field.default_factory is dataclasses.MISSING:
            continue
        names.append(name)
    known |= _tools(cls, names) if frozen else {}
    body += _sealed(names) if frozen else _assigned(names)
    if hasattr(cls, "__post_init__"):
        body.append("self.__post_init__()")
    return _defined(cls, fields, known, head, body or ["pass"])


def _assigned(names: Sequence[str]) -> list[str]:
    return [f"self.{name}={name}" for name in names]


def _sealed(names: Sequence[str]) -> list[str]:
    """Fields of a frozen value: set while it is of the open twin of its class, which costs a third of a guarded setting each."""
    values = ",".join((*names, ""))
    return [
        "if self.__class__ is _cls and _open:",
        " _set(self,'__class__',_open)",
        *(f" {line}" for line in _assigned(names)),
        " self.__class__=_cls",
        f"else: _put(self,({values}))",
    ]


def _tools(cls: Any, names: Sequence[str]) -> dict[str, Any]:
    """What `_sealed` calls; a class without slots, or of few fields, has no open twin."""

    def put(self: Any, values: tuple[Any, ...]) -> None:
        for name, value in zip(names, values, strict=True):
            object.__setattr__(self, name, value)

    # The same layout as the class, so that a value can be the one and then the other; `object`'s own methods, not Python ones,
    # or setting a slot would go the long way: https://docs.python.org/3/reference/datamodel.html#object.__class__
    own = {"__slots__": (), "__setattr__": object.__setattr__, "__delattr__": object.__delattr__}
    gains = "__slots__" in vars(cls) and len(names) > _FEW
    twin = type(cls)(cls.__name__, (cls,), own) if gains else None
    return {"_cls": cls, "_open": twin, "_set": object.__setattr__, "_put": put}


_FEW = 2  # changing the class twice costs as much as setting two fields


def _defined(
    cls: type,
    fields: tuple[dataclasses.Field[Any], ...],
    known: dict[str, Any],
    head: Sequence[str],
    body: Sequence[str],
) -> Callable[..., None]:
    lines = "\n  ".join(body)
    source = f"def make({','.join(known)}):\n def __init__({','.join(head)}):\n  {lines}\n return __init__"
    place: dict[str, Any] = {}
    exec(source, vars(sys.modules[cls.__module__]), place)  # noqa: S102 -- names of fields only
    made: Callable[..., None] = place["make"](**known)
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    made.__annotations__ = {field.name: field.type for field in fields if field.init} | {"return": None}
    return made


def _values(names: list[str]) -> Callable[[Any], Any]:
    return attrgetter(*names) if names else lambda _: ()


def _equality(values: Callable[[Any], Any]) -> Callable[[Any, Any], Any]:
    def compare(self: Any, other: Any) -> Any:
        return bool(values(self) == values(other)) if other.__class__ is self.__class__ else NotImplemented

    return compare


def _hashing(values: Callable[[Any], Any]) -> Callable[[Any], int]:
    def digest(self: Any) -> int:
        return hash(values(self))

    return digest


def _text(names: list[str]) -> Callable[[Any], str]:
    def tell(self: Any) -> str:
        told = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
        return f"{type(self).__qualname__}({told})"

    return tell


def _refuse_set(self: Any, name: str, value: object) -> None:  # noqa: ARG001 -- the signature of `__setattr__`
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_delete(self: Any, name: str) -> None:  # noqa: ARG001 -- the signature of `__delattr__`
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, field.name) for field in dataclasses.fields(self)]


def _restore(self: Any, state: list[Any]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)
