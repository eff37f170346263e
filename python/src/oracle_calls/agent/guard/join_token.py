"""Whom a join token was made for. Its signature is the SFU's to check."""

from __future__ import annotations

import base64
import json

from oracle_calls.protocol import OracleCallError


def identity_of(join_token: str) -> str:
    """The SFU identity of a join token, its `sub` (RFC 7519, 4.1.2). Raises `ERR_MEDIA_CONNECT` when it names nobody."""
    parts = join_token.split(".")
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        identity = claims["sub"]
    except (ValueError, LookupError, TypeError, RecursionError):
        identity = None
    # Raised here, without the cause: that may quote the token.
    if not isinstance(identity, str) or identity == "":
        raise OracleCallError("ERR_MEDIA_CONNECT", "The join token names no participant.")
    return identity
