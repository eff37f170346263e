"""Decentralised identifiers (W3C DID Core 1.0, section 3.1), without path, query or fragment."""

from __future__ import annotations

from typing import Final

from ..errors import OracleCallError
from ..schema import matching

#: Longest DID that is looked at, in characters.
DID_MAX_LENGTH: Final = 512

DID_KIND = matching(
    r"did:[a-z0-9]+:(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2}|:)*(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2})", "a DID", DID_MAX_LENGTH
)


def parse_did(value: object) -> str:
    """Checks text from outside against the grammar of DIDs. Raises `ERR_DID_MALFORMED`."""
    try:
        return DID_KIND.read(value)
    except ValueError:
        raise OracleCallError("ERR_DID_MALFORMED") from None
