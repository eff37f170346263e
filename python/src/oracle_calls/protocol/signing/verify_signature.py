"""The strict check of signatures."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from .. import secp256k1
from .edwards import ORDER, is_strict_public_key

_SIGNATURE_BYTES = 64


def is_signature_valid(algorithm: str, public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether a signature is valid, strictly; anything malformed is just not valid.

    Ed25519 with canonical encodings, S below the order and no key of small order; ES256K with s in the lower half.
    """
    if len(signature) != _SIGNATURE_BYTES:
        return False
    if algorithm == "ES256K":
        return secp256k1.verify(public_key, message, signature)
    # OpenSSL compares R byte by byte, so that only its canonical encoding passes.
    if not is_strict_public_key(public_key) or int.from_bytes(signature[32:], "little") >= ORDER:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
