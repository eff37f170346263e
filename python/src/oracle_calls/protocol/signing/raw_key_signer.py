"""A signer over a raw private key that the application holds."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from .. import secp256k1
from ..errors import OracleCallError
from ..secret_bytes import SecretBytes
from .signing_key import SigningAlgorithm, SigningKey, Verifier

_ED25519_PRIVATE_KEY_BYTES = 32


def _ed25519_of(private_key: SecretBytes) -> Ed25519PrivateKey:
    if len(private_key) != _ED25519_PRIVATE_KEY_BYTES:
        raise OracleCallError("ERR_ENVELOPE_UNSUPPORTED", "An Ed25519 private key has 32 bytes.")
    return Ed25519PrivateKey.from_private_bytes(private_key.expose())


def signing_public_key_of(algorithm: SigningAlgorithm, private_key: SecretBytes) -> bytes:
    """The public half of a raw signing key. Raises `ERR_ENVELOPE_UNSUPPORTED`."""
    if algorithm == "ES256K":
        return secp256k1.public_key_of(private_key)
    return _ed25519_of(private_key).public_key().public_bytes_raw()


class RawKeySigner:
    """Signs with a private key that stays the caller's, who destroys it; then signing fails."""

    __slots__ = ("_private_key", "algorithm", "public_key")

    def __init__(self, algorithm: SigningAlgorithm, private_key: SecretBytes) -> None:
        self.algorithm: SigningAlgorithm = algorithm
        self.public_key = signing_public_key_of(algorithm, private_key)
        self._private_key = private_key

    @property
    def verifier(self) -> Verifier:
        return Verifier(self.algorithm, self.public_key)

    def named(self, method_id: str) -> SigningKey:
        """The public half under its name in a DID document."""
        return SigningKey(method_id, self.algorithm, self.public_key)

    def sign(self, message: bytes) -> bytes:
        if self.algorithm == "ES256K":
            return secp256k1.sign(self._private_key, message)
        return _ed25519_of(self._private_key).sign(message)
