"""Keys that sign, and who holds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, Protocol, TypeAlias, get_args

from .. import secp256k1
from ..errors import OracleCallError
from .edwards import is_strict_public_key
from .verify_signature import is_signature_valid

#: By their JOSE names.
SigningAlgorithm: TypeAlias = Literal["Ed25519", "ES256K"]
SIGNING_ALGORITHMS: Final[tuple[SigningAlgorithm, ...]] = get_args(SigningAlgorithm)

#: R ‖ S (RFC 8032), r ‖ s (RFC 8812).
SIGNATURE_BYTES: Final = 64


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A public key that signs, with its name in a DID document."""

    #: Absolute DID URL of the verification method.
    method_id: str
    algorithm: SigningAlgorithm
    #: Raw: 32 bytes for Ed25519, 33 (compressed) for ES256K.
    public_key: bytes


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key that was pinned or verified."""

    algorithm: SigningAlgorithm
    public_key: bytes

    def verify(self, message: bytes, signature: bytes) -> bool:
        return is_signature_valid(self.algorithm, self.public_key, message, signature)


class Signer(Protocol):
    """Holds a private key and signs; the key may live where no code can read it."""

    def sign(self, message: bytes) -> bytes:
        """The signature of 64 bytes. Messages begin with a label of this protocol, so that it means nothing elsewhere."""
        ...


def parse_signing_public_key(algorithm: SigningAlgorithm, data: bytes) -> bytes:
    """The one form in which a key is hashed: raw, compressed for ES256K. Raises `ERR_ENVELOPE_UNSUPPORTED`."""
    if algorithm == "ES256K":
        return secp256k1.parse_public_key(data)
    if is_strict_public_key(data):
        return bytes(data)
    raise OracleCallError("ERR_ENVELOPE_UNSUPPORTED", "The public key is not one of Ed25519.")
