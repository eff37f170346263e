"""Bodies of the three messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ..byte_layout import ByteReader, fixed, sized, text
from ..comparison_code import COMPARISON_NONCE_BYTES
from ..hearing import HEARING_MAX_BYTES, CallHearing, decode_hearing, encode_hearing
from ..key_schedule import TAG_BYTES
from ..labelled_hash import HASH_BYTES
from ..signing import SIGNATURE_BYTES
from ..x_wing import X_WING_ENCAPSULATION_BYTES, X_WING_PUBLIC_KEY_BYTES

#: Longest identity of a participant in the SFU room, in bytes of UTF-8.
IDENTITY_MAX_BYTES: Final = 128


@dataclass(frozen=True, slots=True)
class Offer:
    """Agent → user: the start of an attempt."""

    user_identity: str
    agent_identity: str
    #: Who hears the call: the user knows before anything of it is captured.
    hearing: CallHearing
    agent_commitment: bytes
    ephemeral_public_key: bytes
    #: By the oracle's identity key, over the offer's hash.
    signature: bytes


@dataclass(frozen=True, slots=True)
class Accept:
    """User → agent."""

    encapsulation: bytes
    #: Opens the commitment of the envelope's context.
    user_nonce: bytes
    #: By the key of this call alone, over the transcript.
    signature: bytes
    tag: bytes


@dataclass(frozen=True, slots=True)
class Confirm:
    """Agent → user: the end of an attempt."""

    #: Opens the commitment of the offer.
    agent_nonce: bytes
    #: By the oracle's identity key, over the transcript.
    signature: bytes
    tag: bytes


def check_identity(identity: str) -> str:
    """An empty or overlong identity could never be accepted: misuse, told at once."""
    if not 0 < len(identity.encode()) <= IDENTITY_MAX_BYTES:
        raise ValueError(f"An identity of 1 to {IDENTITY_MAX_BYTES} bytes expected.")
    return identity


def encode_offer(offer: Offer) -> bytes:
    return (
        text(check_identity(offer.user_identity))
        + text(check_identity(offer.agent_identity))
        + sized(encode_hearing(offer.hearing))
        + fixed(offer.agent_commitment, HASH_BYTES)
        + fixed(offer.ephemeral_public_key, X_WING_PUBLIC_KEY_BYTES)
        + fixed(offer.signature, SIGNATURE_BYTES)
    )


def decode_offer(body: bytes) -> Offer:
    """Raises `ERR_HANDSHAKE_MALFORMED`, as the other two do."""
    reader = ByteReader(body, "ERR_HANDSHAKE_MALFORMED")
    offer = Offer(
        reader.filled_text(IDENTITY_MAX_BYTES),
        reader.filled_text(IDENTITY_MAX_BYTES),
        decode_hearing(reader.sized(HEARING_MAX_BYTES), "ERR_HANDSHAKE_MALFORMED"),
        reader.fixed(HASH_BYTES),
        reader.fixed(X_WING_PUBLIC_KEY_BYTES),
        reader.fixed(SIGNATURE_BYTES),
    )
    reader.end()
    return offer


def encode_accept(accept: Accept) -> bytes:
    return (
        fixed(accept.encapsulation, X_WING_ENCAPSULATION_BYTES)
        + fixed(accept.user_nonce, COMPARISON_NONCE_BYTES)
        + fixed(accept.signature, SIGNATURE_BYTES)
        + fixed(accept.tag, TAG_BYTES)
    )


def decode_accept(body: bytes) -> Accept:
    reader = ByteReader(body, "ERR_HANDSHAKE_MALFORMED")
    accept = Accept(
        reader.fixed(X_WING_ENCAPSULATION_BYTES),
        reader.fixed(COMPARISON_NONCE_BYTES),
        reader.fixed(SIGNATURE_BYTES),
        reader.fixed(TAG_BYTES),
    )
    reader.end()
    return accept


def encode_confirm(confirm: Confirm) -> bytes:
    return (
        fixed(confirm.agent_nonce, COMPARISON_NONCE_BYTES)
        + fixed(confirm.signature, SIGNATURE_BYTES)
        + fixed(confirm.tag, TAG_BYTES)
    )


def decode_confirm(body: bytes) -> Confirm:
    reader = ByteReader(body, "ERR_HANDSHAKE_MALFORMED")
    confirm = Confirm(reader.fixed(COMPARISON_NONCE_BYTES), reader.fixed(SIGNATURE_BYTES), reader.fixed(TAG_BYTES))
    reader.end()
    return confirm
