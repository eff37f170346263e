"""The envelope of the older protocol: a call key sealed with ECIES and nothing else. Nobody signed it."""

from __future__ import annotations

import re

from ..errors import OracleCallError
from ..secret_bytes import SecretBytes
from .ecies import ECIES_OVERHEAD_BYTES, seal_with_ecies, try_open_with_ecies
from .suites import CALL_KEY_BYTES

_ENVELOPE_BYTES = ECIES_OVERHEAD_BYTES + CALL_KEY_BYTES
_ENVELOPE_HEX = re.compile(rf"04[0-9A-Fa-f]{{{2 * (_ENVELOPE_BYTES - 1)}}}")


def seal_bare_envelope(call_key: SecretBytes, recipient_public_key: bytes) -> str:
    """Raises `ERR_ENVELOPE_MALFORMED` when the call key has another length, `ERR_ENVELOPE_UNSUPPORTED`."""
    if len(call_key) != CALL_KEY_BYTES:
        raise OracleCallError("ERR_ENVELOPE_MALFORMED", f"A call key has {CALL_KEY_BYTES} bytes.")
    return seal_with_ecies(recipient_public_key, bytes(call_key.expose())).hex()


def open_bare_envelope(envelope_hex: str, private_key: SecretBytes) -> SecretBytes:
    """Raises `ERR_ENVELOPE_MALFORMED` for a wrong shape, `ERR_ENVELOPE_OPEN` when it does not open, whatever the cause."""
    if _ENVELOPE_HEX.fullmatch(envelope_hex) is None:
        raise OracleCallError("ERR_ENVELOPE_MALFORMED")
    opened = try_open_with_ecies(private_key, bytes.fromhex(envelope_hex))
    if opened is None or len(opened) != CALL_KEY_BYTES:
        raise OracleCallError("ERR_ENVELOPE_OPEN")
    return SecretBytes(opened, "call key")
