"""Sections as Parquet columns.

A section is a frozen dataclass; its Arrow type follows from its annotations, so that pandas and DuckDB open the
columns as what they are: structs, lists and numbers. Allowed are int, float, str, bool, enums of str, `tuple[X, ...]`
and tuples of one type with a fixed length, `X | None`, dataclasses of these, and `Annotated[X, arrow type]` to choose
a narrower one.
"""

import types
from collections.abc import Callable
from dataclasses import Field, fields, is_dataclass
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import pyarrow as pa

F32 = Annotated[float, pa.float32()]

_SCALARS = {int: pa.int64(), float: pa.float64(), str: pa.string(), bool: pa.bool_(), bytes: pa.binary()}


def arrow_type(hint: Any) -> pa.DataType:
    """Return the Arrow type of an annotation. Raises TypeError for one that has none."""
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return args[1]
    if hint in _SCALARS:
        return _SCALARS[hint]
    if origin in (Union, types.UnionType):
        return arrow_type(_without_none(args))
    if origin is Literal or (isinstance(hint, type) and issubclass(hint, StrEnum)):
        return pa.string()
    if origin is tuple:
        return pa.list_(arrow_type(_element(args)))
    if isinstance(hint, type) and is_dataclass(hint):
        return pa.struct([pa.field(name, arrow_type(kind)) for name, kind in _stored(hint)])
    raise TypeError(f"no column type for {hint!r}")


def to_column(value: Any) -> Any:
    """Turn a section (or a part of one) into what pyarrow stores."""
    if is_dataclass(value) and not isinstance(value, type):
        return {name: to_column(getattr(value, name)) for name, _ in _stored(type(value))}
    if isinstance(value, tuple | list):
        return [to_column(item) for item in value]
    return value


def from_column(hint: Any, value: Any) -> Any:
    """Turn what pyarrow read back into the section that `hint` names: the inverse of `to_column`."""
    if value is None:
        return None
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return value
    if origin in (Union, types.UnionType):
        return from_column(_without_none(args), value)
    if origin is tuple:
        element = _element(args)
        if element is float or get_origin(element) is Annotated:
            return tuple(value)
        return tuple(from_column(element, item) for item in value)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint(value)
    if isinstance(hint, type) and is_dataclass(hint):
        return hint(**{name: from_column(kind, value[name]) for name, kind in _stored(hint)})
    return value


def section_column(section: type) -> str:
    """Return the column of a section: its class name in snake_case."""
    name = section.__name__
    return "".join(f"_{c.lower()}" if c.isupper() and i else c.lower() for i, c in enumerate(name))


def map_parts(value: Any, kind: type, change: Callable[[Any, str], Any], path: str = "") -> Any:
    """Return `value` with every instance of `kind` inside it replaced by `change(instance, path)`.

    `path` names the instance's place by fields and positions, such as `closeups.left.mask`.
    """
    if isinstance(value, kind):
        return change(value, path)
    if is_dataclass(value) and not isinstance(value, type):
        changed = {f.name: map_parts(getattr(value, f.name), kind, change, f"{path}.{f.name}") for f in fields(value)}
        same = all(changed[name] is getattr(value, name) for name in changed)
        return value if same else type(value)(**changed)
    if isinstance(value, tuple) and not (value and isinstance(value[0], float)):
        new = tuple(map_parts(item, kind, change, f"{path}.{i}") for i, item in enumerate(value))
        return value if all(a is b for a, b in zip(new, value, strict=True)) else new
    return value


@cache
def _stored(section: Any) -> tuple[tuple[str, Any], ...]:
    hints = get_type_hints(section, include_extras=True)
    return tuple((f.name, hints[f.name]) for f in fields(section) if _is_stored(f))


def _is_stored(field: Field) -> bool:
    return field.metadata.get("stored", True)


def _without_none(args: tuple[Any, ...]) -> Any:
    kinds = [a for a in args if a is not type(None)]
    if len(kinds) != 1:
        raise TypeError(f"a column has one type, not {args!r}")
    return kinds[0]


def _element(args: tuple[Any, ...]) -> Any:
    kinds = {a for a in args if a is not Ellipsis}
    if len(kinds) != 1:
        raise TypeError(f"a tuple in a column has one element type, not {args!r}")
    return kinds.pop()
