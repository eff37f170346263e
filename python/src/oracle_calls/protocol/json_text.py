"""JSON as every implementation writes and reads it: compact UTF-8 out, and nothing in that is Python's alone."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")


def compact_json(value: object) -> str:
    """Without spaces, and no more escaped than JSON needs. Raises `ValueError` for what is no JSON."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except (TypeError, RecursionError) as error:
        raise ValueError("no JSON") from error
    # Two halves of a pair may stand apart in a Python text; half of one has no UTF-8, but JSON can escape it.
    joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return _LONE_SURROGATE.sub(lambda half: f"\\u{ord(half[0]):04x}", joined)


def parse_json(data: bytes) -> Any:
    """Raises `ValueError` for what is no JSON in UTF-8: `NaN` and its like are Python's, and there is no byte order mark."""
    try:
        return json.loads(data.decode(), parse_constant=_refuse_constant)
    except RecursionError as error:
        raise ValueError("too deep") from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)
