"""How the call key is sealed, strongest suite first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

EnvelopeSuite: TypeAlias = Literal["hpke-x25519", "ecies-secp256k1"]
ENVELOPE_SUITES: Final[tuple[EnvelopeSuite, ...]] = get_args(EnvelopeSuite)

#: 256 random bits per call.
CALL_KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class SuiteSizes:
    """Sizes in bytes."""

    encapsulated_key: int
    ciphertext: int


SUITE_SIZES: Final[dict[EnvelopeSuite, SuiteSizes]] = {
    "hpke-x25519": SuiteSizes(encapsulated_key=32, ciphertext=48),
    # Nonce 16, tag 16, call key 32, context hash 32.
    "ecies-secp256k1": SuiteSizes(encapsulated_key=65, ciphertext=96),
}


@dataclass(frozen=True, slots=True)
class EnvelopeKey:
    """A public key of an oracle to which call keys are sealed."""

    #: Absolute DID URL of the verification method.
    method_id: str
    suite: EnvelopeSuite
    #: Raw: 32 bytes for X25519, 33 (compressed) for secp256k1.
    public_key: bytes


def suite_byte(suite: EnvelopeSuite) -> int:
    return ENVELOPE_SUITES.index(suite) + 1


def suite_of_byte(byte: int) -> EnvelopeSuite | None:
    return ENVELOPE_SUITES[byte - 1] if 1 <= byte <= len(ENVELOPE_SUITES) else None


def is_weaker(suite: EnvelopeSuite, than: EnvelopeSuite) -> bool:
    return ENVELOPE_SUITES.index(suite) > ENVELOPE_SUITES.index(than)
