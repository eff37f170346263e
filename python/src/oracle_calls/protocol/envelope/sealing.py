"""The suites: sealing the call key to the oracle's envelope key, bound to the hash of its context."""

from __future__ import annotations

import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from .. import secp256k1, x25519
from ..secret_bytes import SecretBytes
from .ecies import POINT_BYTES, seal_with_ecies, try_open_with_ecies
from .signed_envelope import SealedKey
from .suites import CALL_KEY_BYTES, SUITE_SIZES, EnvelopeKey, EnvelopeSuite

_HPKE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_HPKE_INFO_LABEL = b"oracle-calls v3 envelope hpke\n"


def envelope_public_key_of(suite: EnvelopeSuite, private_key: SecretBytes) -> bytes:
    """The public half of an envelope key. Raises `ERR_ENVELOPE_UNSUPPORTED`."""
    return x25519.public_key_of(private_key) if suite == "hpke-x25519" else secp256k1.public_key_of(private_key)


def seal_call_key(call_key: SecretBytes, recipient: EnvelopeKey, context_hash: bytes) -> SealedKey:
    """Raises `ERR_ENVELOPE_UNSUPPORTED` when nothing can be sealed to the key."""
    if recipient.suite == "ecies-secp256k1":
        # ECIES authenticates no associated data: the context stands inside.
        both = seal_with_ecies(recipient.public_key, bytes(call_key.expose()) + context_hash)
        return SealedKey(both[:POINT_BYTES], both[POINT_BYTES:])
    public_key = X25519PublicKey.from_public_bytes(x25519.parse_public_key(recipient.public_key))
    both = _HPKE.encrypt(call_key.expose(), public_key, info=_HPKE_INFO_LABEL + context_hash)
    length = SUITE_SIZES["hpke-x25519"].encapsulated_key
    return SealedKey(both[:length], both[length:])


def try_open_call_key(
    suite: EnvelopeSuite, sealed: SealedKey, private_key: SecretBytes, context_hash: bytes
) -> SecretBytes | None:
    """`None` when it does not open, whatever the cause."""
    both = sealed.encapsulated_key + sealed.ciphertext
    if suite == "ecies-secp256k1":
        opened = try_open_with_ecies(private_key, both)
        if opened is None or not hmac.compare_digest(opened[CALL_KEY_BYTES:], context_hash):
            return None
        return SecretBytes(opened[:CALL_KEY_BYTES], "call key")
    try:
        opened = _HPKE.decrypt(both, x25519.private_key_of(private_key), info=_HPKE_INFO_LABEL + context_hash)
    except (InvalidTag, ValueError):
        return None
    return SecretBytes(opened, "call key") if len(opened) == CALL_KEY_BYTES else None
