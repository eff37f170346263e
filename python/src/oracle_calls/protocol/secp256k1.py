"""secp256k1 by libsecp256k1 (coincurve): keys, ES256K, and the point that ECIES needs."""

from __future__ import annotations

from typing import Final

from coincurve import PrivateKey, PublicKey
from coincurve.ecdsa import cdata_to_der, deserialize_compact

from .errors import OracleCallError
from .secret_bytes import SecretBytes

PRIVATE_KEY_BYTES: Final = 32
#: SEC 1 version 2, section 2.3.3: lengths by the marker in front.
_LENGTH_OF_MARKER = {0x02: 33, 0x03: 33, 0x04: 65}
#: Order of the group (SEC 2 version 2, section 2.4.1).
_ORDER: Final = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def _point_of(data: bytes) -> PublicKey:
    # libsecp256k1 also takes the hybrid form of X9.62, which is a second encoding of the same key.
    if len(data) == 0 or _LENGTH_OF_MARKER.get(data[0]) != len(data):
        raise OracleCallError("ERR_ENVELOPE_UNSUPPORTED", "A secp256k1 public key has 33 or 65 bytes.")
    try:
        return PublicKey(bytes(data))
    except ValueError:
        raise OracleCallError("ERR_ENVELOPE_UNSUPPORTED", "The public key is not a point of secp256k1.") from None


def _private_key_of(private_key: SecretBytes) -> PrivateKey:
    secret = bytes(private_key.expose())
    if len(secret) != PRIVATE_KEY_BYTES or not 0 < int.from_bytes(secret, "big") < _ORDER:
        raise OracleCallError("ERR_ENVELOPE_UNSUPPORTED", "The private key is not one of secp256k1.")
    return PrivateKey(secret)


def parse_public_key(data: bytes, *, compressed: bool = True) -> bytes:
    """A public key of 33 or 65 bytes in one form. Raises `ERR_ENVELOPE_UNSUPPORTED`."""
    return _point_of(data).format(compressed)


def public_key_of(private_key: SecretBytes, *, compressed: bool = True) -> bytes:
    """The public half of a private key. Raises `ERR_ENVELOPE_UNSUPPORTED`."""
    return _private_key_of(private_key).public_key.format(compressed)


def multiply(private_key: SecretBytes, public_key: bytes) -> bytes:
    """The uncompressed product of a point and a private key. Raises `ERR_ENVELOPE_UNSUPPORTED`."""
    return _point_of(public_key).multiply(_private_key_of(private_key).secret).format(compressed=False)


def sign(private_key: SecretBytes, message: bytes) -> bytes:
    """ES256K over SHA-256 as r ‖ s, with the nonces of RFC 6979 and s in the lower half."""
    # The last byte is for recovery.
    return _private_key_of(private_key).sign_recoverable(message)[:64]


def verify(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether r ‖ s is valid and s in the lower half: libsecp256k1 refuses the other."""
    try:
        der = cdata_to_der(deserialize_compact(signature))
        return _point_of(public_key).verify(der, message)
    except (ValueError, OracleCallError):
        return False
