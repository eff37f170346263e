"""Values from outside: all problems are reported together, by path and without values, which may be secret."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Generic, NoReturn, TypeVar

from .byte_layout import MAX_SAFE_INTEGER
from .errors import ErrorCode, OracleCallError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """What a field has to be. `read` raises `ValueError` for anything else."""

    expectation: str
    read: Callable[[object], T]


def _refuse() -> NoReturn:
    raise ValueError


def matching(pattern: str, expectation: str, max_length: int | None = None) -> Kind[str]:
    """A text that a pattern matches as a whole; lengths count UTF-16 units, as in every implementation."""
    compiled = re.compile(pattern)

    def read(value: object) -> str:
        if not isinstance(value, str) or (max_length is not None and utf16_length(value) > max_length):
            _refuse()
        return value if compiled.fullmatch(value) else _refuse()

    return Kind(expectation, read)


def where(check: Callable[[object], bool], expectation: str) -> Kind[str]:
    """A text of which a check says yes."""

    def read(value: object) -> str:
        return value if isinstance(value, str) and check(value) else _refuse()

    return Kind(expectation, read)


def one_of(*values: str) -> Kind[str]:
    expectation = " | ".join(f'"{value}"' for value in values)
    return where(lambda value: value in values, f"({expectation})" if len(values) > 1 else expectation)


def read_integer(value: object) -> int:
    """A whole number of at most 53 bits. JSON knows no integers: `1.0` is 1, and `true` is no number."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_SAFE_INTEGER:
        _refuse()
    return value


def read_flag(value: object) -> bool:
    return value if isinstance(value, bool) else _refuse()


def record_of(record: Callable[..., T], required: Mapping[str, Kind[Any]]) -> Kind[T]:
    """A closed JSON object with these fields."""

    def read(value: object) -> T:
        try:
            return record(**read_fields(value, required, is_closed=True))
        except OracleCallError:
            _refuse()

    return Kind("an object with its fields", read)


def list_of(
    kind: Kind[T],
    min_length: int,
    max_length: int,
    check: Callable[[tuple[T, ...]], bool] = lambda _items: True,
) -> Kind[tuple[T, ...]]:
    """A list of so many, of which a check says yes."""

    def read(value: object) -> tuple[T, ...]:
        if not isinstance(value, list) or not min_length <= len(value) <= max_length:
            _refuse()
        items = tuple(kind.read(item) for item in value)
        return items if check(items) else _refuse()

    return Kind(f"a list of {min_length} to {max_length}", read)


INTEGER: Kind[int] = Kind("a whole number", read_integer)
FLAG: Kind[bool] = Kind("boolean", read_flag)


def utf16_length(value: str) -> int:
    """Length as the other implementation counts it."""
    return len(value.encode("utf-16-le", "surrogatepass")) // 2


def read_fields(
    content: object,
    required: Mapping[str, Kind[Any]],
    optional: Mapping[str, Kind[Any]] | None = None,
    code: ErrorCode = "ERR_PROTOCOL_MALFORMED",
    is_closed: bool = False,
) -> dict[str, Any]:
    """Reads the fields of a JSON object, under the names that a dataclass has for them.

    Other fields are ignored, unless the object is closed. Raises `code`; `details["issues"]` lists `path: what is expected`.
    """
    if not isinstance(content, Mapping):
        raise OracleCallError(code, details={"issues": ["(root): Object expected"]})
    kinds = {**required, **(optional or {})}
    values: dict[str, Any] = {}
    issues: list[str] = []
    for name, kind in kinds.items():
        if name not in content and name not in required:
            continue
        try:
            # An absent field reads as JSON's null, which no kind takes.
            values[snake_name(name)] = kind.read(content.get(name))
        except ValueError:
            issues.append(f"{name}: {kind.expectation} expected")
    if is_closed:
        issues += [f"{name}: no such field expected" for name in content if name not in kinds]
    if issues:
        raise OracleCallError(code, details={"issues": issues})
    return values


def snake_name(wire_name: str) -> str:
    """`callStartedAt` → `call_started_at`."""
    return re.sub(r"[A-Z]", lambda match: f"_{match[0].lower()}", wire_name)


def wire_name(name: str) -> str:
    """`call_started_at` → `callStartedAt`."""
    first, *others = name.split("_")
    return first + "".join(part.title() for part in others)


class WireRecord:
    """A dataclass whose fields are those of a JSON object."""

    __slots__ = ()

    def to_content(self) -> dict[str, Any]:
        """The fields under their names on the wire, without those that are absent."""
        names = (field.name for field in fields(self))  # type: ignore[arg-type]
        values = {wire_name(name): getattr(self, name) for name in names}
        return {name: _to_wire(value) for name, value in values.items() if value is not None}


def _to_wire(value: object) -> object:
    if isinstance(value, tuple):
        return [_to_wire(item) for item in value]
    return value.to_content() if isinstance(value, WireRecord) else value
