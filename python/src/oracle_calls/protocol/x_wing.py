"""X-Wing (draft-connolly-cfrg-xwing-kem): ML-KEM-768 with X25519, secure while either is.

`cryptography` has X-Wing inside its HPKE only; here are the seed and the combiner of the draft, over its ML-KEM and X25519.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final, Protocol

from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from .entropy import SYSTEM_ENTROPY, Entropy
from .errors import OracleCallError
from .secret_bytes import SecretBytes

X_WING_PUBLIC_KEY_BYTES: Final = 1216
X_WING_ENCAPSULATION_BYTES: Final = 1120
X_WING_SHARED_SECRET_BYTES: Final = 32
SEED_BYTES: Final = 32
_ML_KEM_PUBLIC_KEY_BYTES = 1184
_ML_KEM_CIPHERTEXT_BYTES = 1088
#: Section 5.3 of the draft.
_LABEL = b"\\.//^\\"


def _expand(seed: SecretBytes) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
    """Section 5.2 of the draft."""
    expanded = hashlib.shake_256(seed.expose()).digest(96)
    return MLKEM768PrivateKey.from_seed_bytes(expanded[:64]), X25519PrivateKey.from_private_bytes(expanded[64:])


def _combine(ml_kem_secret: bytes, x25519_secret: bytes, ephemeral: bytes, public_key: bytes) -> SecretBytes:
    """Section 5.3 of the draft."""
    digest = hashlib.sha3_256(ml_kem_secret + x25519_secret + ephemeral + public_key + _LABEL).digest()
    return SecretBytes(digest, "X-Wing shared secret")


def x_wing_public_key_of(seed: SecretBytes) -> bytes:
    ml_kem, x25519 = _expand(seed)
    return ml_kem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()


def create_x_wing_key_pair(entropy: Entropy = SYSTEM_ENTROPY) -> tuple[bytes, SecretBytes]:
    """A public key and the seed that is its private key, for one exchange."""
    seed = SecretBytes(entropy(SEED_BYTES), "X-Wing seed")
    return x_wing_public_key_of(seed), seed


@dataclass(frozen=True, slots=True)
class Encapsulation:
    encapsulation: bytes
    shared_secret: SecretBytes


class Encapsulate(Protocol):
    """Makes a shared secret for the holder of a public key. A port, because ML-KEM here takes no given randomness."""

    def __call__(self, public_key: bytes) -> Encapsulation: ...


def encapsulate_x_wing(public_key: bytes) -> Encapsulation:
    """Raises `ERR_HANDSHAKE_EPHEMERAL` when it is no usable key.

    That is: a wrong length, ML-KEM coefficients out of range (FIPS 203, section 7.2) or an X25519 point of small order.
    """
    if len(public_key) != X_WING_PUBLIC_KEY_BYTES:
        raise OracleCallError("ERR_HANDSHAKE_EPHEMERAL")
    ml_kem_public, x25519_public = public_key[:_ML_KEM_PUBLIC_KEY_BYTES], public_key[_ML_KEM_PUBLIC_KEY_BYTES:]
    ephemeral = X25519PrivateKey.generate()
    try:
        ml_kem_secret, ciphertext = MLKEM768PublicKey.from_public_bytes(ml_kem_public).encapsulate()
        x25519_secret = ephemeral.exchange(X25519PublicKey.from_public_bytes(x25519_public))
    except ValueError:
        raise OracleCallError("ERR_HANDSHAKE_EPHEMERAL") from None
    ephemeral_public = ephemeral.public_key().public_bytes_raw()
    secret = _combine(ml_kem_secret, x25519_secret, ephemeral_public, x25519_public)
    return Encapsulation(ciphertext + ephemeral_public, secret)


def decapsulate_x_wing(encapsulation: bytes, seed: SecretBytes) -> SecretBytes:
    """Recovers the shared secret. A changed ML-KEM part gives another secret and no error: what follows must confirm it.

    Raises `ERR_HANDSHAKE_EPHEMERAL` for a wrong length or an X25519 point of small order.
    """
    if len(encapsulation) != X_WING_ENCAPSULATION_BYTES:
        raise OracleCallError("ERR_HANDSHAKE_EPHEMERAL")
    ml_kem, x25519 = _expand(seed)
    ephemeral = encapsulation[_ML_KEM_CIPHERTEXT_BYTES:]
    try:
        ml_kem_secret = ml_kem.decapsulate(encapsulation[:_ML_KEM_CIPHERTEXT_BYTES])
        x25519_secret = x25519.exchange(X25519PublicKey.from_public_bytes(ephemeral))
    except ValueError:
        raise OracleCallError("ERR_HANDSHAKE_EPHEMERAL") from None
    return _combine(ml_kem_secret, x25519_secret, ephemeral, x25519.public_key().public_bytes_raw())
