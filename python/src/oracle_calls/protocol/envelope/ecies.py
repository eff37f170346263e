"""ECIES over secp256k1 in the wire format of eciesjs and eciespy with their defaults.

Uncompressed ephemeral key 65 ‖ nonce 16 ‖ tag 16 ‖ AES-256-GCM ciphertext, under
`HKDF-SHA-256( ephemeral key ‖ uncompressed shared point, no salt, no info, 32 bytes )`.
"""

from __future__ import annotations

import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .. import secp256k1
from ..errors import OracleCallError
from ..secret_bytes import SecretBytes

POINT_BYTES: Final = 65
_NONCE_BYTES = 16
_TAG_BYTES = 16

#: What ECIES adds to the length of a plaintext.
ECIES_OVERHEAD_BYTES: Final = POINT_BYTES + _NONCE_BYTES + _TAG_BYTES


def _cipher(ephemeral_key: bytes, shared_point: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=b"").derive(ephemeral_key + shared_point))


def seal_with_ecies(recipient_public_key: bytes, plaintext: bytes) -> bytes:
    """Raises `ERR_ENVELOPE_UNSUPPORTED` when the recipient's key is not a point of secp256k1."""
    secp256k1.parse_public_key(recipient_public_key)
    with _random_private_key() as ephemeral:
        ephemeral_key = secp256k1.public_key_of(ephemeral, compressed=False)
        cipher = _cipher(ephemeral_key, secp256k1.multiply(ephemeral, recipient_public_key))
    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = cipher.encrypt(nonce, plaintext, None)
    return ephemeral_key + nonce + sealed[-_TAG_BYTES:] + sealed[:-_TAG_BYTES]


def try_open_with_ecies(private_key: SecretBytes, sealed: bytes) -> bytes | None:
    """Opens what `seal_with_ecies` made; `None` when it does not open, whatever the cause.

    Raises `ERR_ENVELOPE_UNSUPPORTED` when the private key itself is invalid.
    """
    secp256k1.public_key_of(private_key)
    ephemeral_key, nonce = sealed[:POINT_BYTES], sealed[POINT_BYTES : POINT_BYTES + _NONCE_BYTES]
    tag, ciphertext = sealed[POINT_BYTES + _NONCE_BYTES : ECIES_OVERHEAD_BYTES], sealed[ECIES_OVERHEAD_BYTES:]
    # Another encoding of the point would give another key, but is not this format.
    if len(sealed) < ECIES_OVERHEAD_BYTES or ephemeral_key[0] != 0x04:
        return None
    try:
        cipher = _cipher(ephemeral_key, secp256k1.multiply(private_key, ephemeral_key))
        return cipher.decrypt(nonce, ciphertext + tag, None)
    except (InvalidTag, OracleCallError):
        return None


def _random_private_key() -> SecretBytes:
    """Uniform among the valid ones: one in 2^128 draws is none."""
    while True:
        private_key = SecretBytes.random(secp256k1.PRIVATE_KEY_BYTES, "ephemeral key")
        try:
            secp256k1.public_key_of(private_key)
        except OracleCallError:
            continue
        return private_key
