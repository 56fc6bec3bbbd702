"""Paths into a contract ("rules.late-annex.charge"): the value at one, and a copy with another value there."""

from typing import Any

import msgspec

__all__ = ["find", "replaced"]


def _entry(parent: Any, key: str) -> Any:
    """The child `key` of a struct (by file name of the field), mapping, or list of things with ids."""
    if isinstance(parent, dict):
        return parent[key]
    if isinstance(parent, tuple):
        return next(item for item in parent if item.id == key)
    return getattr(parent, _names(type(parent))[key])


_NAMES: dict[type[msgspec.Struct], dict[str, str]] = {}


def _names(struct: type[msgspec.Struct]) -> dict[str, str]:
    """The Python name of each field by its name in a file; worked out once for each struct."""
    if struct not in _NAMES:
        _NAMES[struct] = {field.encode_name: field.name for field in msgspec.structs.fields(struct)}
    return _NAMES[struct]


def find(contract: msgspec.Struct, path: str) -> Any:
    """The value at a path such as "rules.late-annex.charge"; LookupError when there is none."""
    here: Any = contract
    try:
        for key in path.split("."):
            here = _entry(here, key)
    except (KeyError, StopIteration, TypeError, AttributeError):
        raise LookupError(path) from None
    return here


def replaced(parent: Any, path: str, value: Any) -> Any:
    """A copy of `parent` with the value at `path` replaced; LookupError when the path leads nowhere."""
    key, _, rest = path.partition(".")
    if isinstance(parent, dict) and not rest:
        return {**parent, key: value}
    try:
        here = _entry(parent, key)
    except (KeyError, StopIteration, TypeError, AttributeError):
        raise LookupError(path) from None
    new = replaced(here, rest, value) if rest else value
    if isinstance(parent, dict):
        return {**parent, key: new}
    if isinstance(parent, tuple):
        return tuple(new if item.id == key else item for item in parent)
    return msgspec.structs.replace(parent, **{_names(type(parent))[key]: new})
