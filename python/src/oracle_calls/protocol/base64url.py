"""Base64url without padding, in the one encoding of its bytes (RFC 4648, section 5)."""

from __future__ import annotations

import base64
import re

_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")


def encode_base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode_base64url(text: str) -> bytes:
    """Raises `ValueError`, also for a second encoding of the same bytes."""
    if _BASE64URL.fullmatch(text) is None:
        raise ValueError("no base64url")
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if encode_base64url(data) != text:
        raise ValueError("no canonical base64url")
    return data
