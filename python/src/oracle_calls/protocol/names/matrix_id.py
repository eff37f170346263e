"""Matrix user ids, and the URIs in which DID documents write them."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote, unquote_to_bytes

MATRIX_ID_MAX_LENGTH: Final = 255

#: Matrix spec, "User identifiers": printable ASCII before the colon (historical ids included), a server name behind it.
_MATRIX_USER_ID = re.compile(r"@[\x21-\x39\x3b-\x7e]+:[A-Za-z0-9.:\[\]-]+")

#: `matrix:u/user:server` (Matrix spec, "matrix: URI scheme"); `user` is its older spelling.
_MATRIX_URI = re.compile(r"matrix:(?:u|user)/([^/?#]+)(?:\?[^#]*)?")
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


def is_matrix_user_id(value: object) -> bool:
    return (
        isinstance(value, str) and len(value) <= MATRIX_ID_MAX_LENGTH and _MATRIX_USER_ID.fullmatch(value) is not None
    )


def try_read_matrix_uri(uri: str) -> str | None:
    """The Matrix id of a `matrix:` URI of a user; `None` when it is anything else."""
    match = _MATRIX_URI.fullmatch(uri)
    if match is None or _BROKEN_ESCAPE.search(match[1]):
        return None
    try:
        user_id = f"@{unquote_to_bytes(match[1]).decode()}"
    except UnicodeError:
        return None
    return user_id if is_matrix_user_id(user_id) else None


def matrix_uri_of(user_id: str) -> str:
    return "matrix:u/" + quote(user_id[1:], safe=":!'()*~")
