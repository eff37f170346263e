"""Bodies of the three messages of a rekey, and what they bind."""

from __future__ import annotations

from dataclasses import dataclass

from ..byte_layout import ByteReader, fixed, u32
from ..key_schedule import TAG_BYTES
from ..labelled_hash import HashFields, labelled_hash
from ..signing import SIGNATURE_BYTES
from ..x_wing import X_WING_ENCAPSULATION_BYTES, X_WING_PUBLIC_KEY_BYTES


@dataclass(frozen=True, slots=True)
class RekeyBinding:
    #: Of the epoch before; it covers the call, the attempt and every earlier exchange.
    previous_transcript: bytes
    #: The epoch that the exchange makes.
    epoch: int
    ephemeral_public_key: bytes


def _offer_fields(binding: RekeyBinding) -> HashFields:
    return [
        ("previousTranscript", binding.previous_transcript),
        ("epoch", u32(binding.epoch)),
        ("ephemeralPublicKey", binding.ephemeral_public_key),
    ]


def rekey_offer_hash(binding: RekeyBinding) -> bytes:
    return labelled_hash("rekey offer", _offer_fields(binding))


def rekey_transcript_hash(binding: RekeyBinding, encapsulation: bytes) -> bytes:
    return labelled_hash("rekey transcript", [*_offer_fields(binding), ("encapsulation", encapsulation)])


@dataclass(frozen=True, slots=True)
class RekeyOffer:
    """Agent → user; signed by the oracle's identity key."""

    ephemeral_public_key: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class RekeyAccept:
    """User → agent; signed by the key of this call alone."""

    encapsulation: bytes
    signature: bytes
    tag: bytes


@dataclass(frozen=True, slots=True)
class RekeyConfirm:
    """Agent → user; signed by the oracle's identity key."""

    signature: bytes
    tag: bytes


def encode_rekey_offer(offer: RekeyOffer) -> bytes:
    return fixed(offer.ephemeral_public_key, X_WING_PUBLIC_KEY_BYTES) + fixed(offer.signature, SIGNATURE_BYTES)


def decode_rekey_offer(body: bytes) -> RekeyOffer:
    """Raises `ERR_HANDSHAKE_MALFORMED`, as the other two do."""
    reader = ByteReader(body, "ERR_HANDSHAKE_MALFORMED")
    offer = RekeyOffer(reader.fixed(X_WING_PUBLIC_KEY_BYTES), reader.fixed(SIGNATURE_BYTES))
    reader.end()
    return offer


def encode_rekey_accept(accept: RekeyAccept) -> bytes:
    return (
        fixed(accept.encapsulation, X_WING_ENCAPSULATION_BYTES)
        + fixed(accept.signature, SIGNATURE_BYTES)
        + fixed(accept.tag, TAG_BYTES)
    )


def decode_rekey_accept(body: bytes) -> RekeyAccept:
    reader = ByteReader(body, "ERR_HANDSHAKE_MALFORMED")
    accept = RekeyAccept(
        reader.fixed(X_WING_ENCAPSULATION_BYTES), reader.fixed(SIGNATURE_BYTES), reader.fixed(TAG_BYTES)
    )
    reader.end()
    return accept


def encode_rekey_confirm(confirm: RekeyConfirm) -> bytes:
    return fixed(confirm.signature, SIGNATURE_BYTES) + fixed(confirm.tag, TAG_BYTES)


def decode_rekey_confirm(body: bytes) -> RekeyConfirm:
    reader = ByteReader(body, "ERR_HANDSHAKE_MALFORMED")
    confirm = RekeyConfirm(reader.fixed(SIGNATURE_BYTES), reader.fixed(TAG_BYTES))
    reader.end()
    return confirm
