"""X25519 keys to which something is sealed."""

from __future__ import annotations

from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from .errors import OracleCallError
from .secret_bytes import SecretBytes

X25519_KEY_BYTES: Final = 32

#: Any scalar shows a point of small order: it multiplies such a point to zero (RFC 7748, section 6.1).
_ANY_SCALAR = b"\x01" * X25519_KEY_BYTES


def private_key_of(private_key: SecretBytes) -> X25519PrivateKey:
    """Raises `ERR_ENVELOPE_UNSUPPORTED` when it has not 32 bytes."""
    if len(private_key) != X25519_KEY_BYTES:
        raise OracleCallError("ERR_ENVELOPE_UNSUPPORTED", "An X25519 key has 32 bytes.")
    return X25519PrivateKey.from_private_bytes(private_key.expose())


def public_key_of(private_key: SecretBytes) -> bytes:
    """The public half of a private key. Raises `ERR_ENVELOPE_UNSUPPORTED`."""
    return private_key_of(private_key).public_key().public_bytes_raw()


def parse_public_key(data: bytes) -> bytes:
    """Checks that something can be sealed to a key. Raises `ERR_ENVELOPE_UNSUPPORTED`."""
    if len(data) != X25519_KEY_BYTES:
        raise OracleCallError("ERR_ENVELOPE_UNSUPPORTED", "An X25519 key has 32 bytes.")
    try:
        X25519PrivateKey.from_private_bytes(_ANY_SCALAR).exchange(X25519PublicKey.from_public_bytes(data))
    except ValueError:
        raise OracleCallError("ERR_ENVELOPE_UNSUPPORTED", "The X25519 key is of small order.") from None
    return bytes(data)
