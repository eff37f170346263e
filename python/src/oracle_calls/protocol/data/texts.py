"""Ids and texts of payloads."""

from __future__ import annotations

from typing import Final

from ..schema import Kind, matching, utf16_length, where

#: Names a payload over all its resends: 128 random bits in hex.
PAYLOAD_ID: Final[Kind[str]] = matching(r"[0-9a-f]{32}", "32 hex digits")


def text_of(min_length: int, max_length: int) -> Kind[str]:
    """A text whose length in UTF-16 units lies between two."""
    expectation = f"a text of {min_length} to {max_length} characters"
    return where(lambda text: min_length <= utf16_length(str(text)) <= max_length, expectation)
