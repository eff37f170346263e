"""What both ends must know to be the same before a word is said."""

from __future__ import annotations

from dataclasses import dataclass

from ..byte_layout import fixed, u32
from ..hearing import CallHearing, encode_hearing
from ..labelled_hash import HASH_BYTES, HashFields, labelled_hash
from ..signing import SIGNATURE_BYTES


@dataclass(frozen=True, slots=True)
class CallBinding:
    """Where the envelope was accepted, and for which call."""

    #: SHA-256 that stands for the envelope's context.
    context_hash: bytes
    #: The user's signature in the envelope.
    envelope_signature: bytes
    call_id: str

    def __post_init__(self) -> None:
        fixed(self.context_hash, HASH_BYTES)
        fixed(self.envelope_signature, SIGNATURE_BYTES)


@dataclass(frozen=True, slots=True)
class OfferBinding:
    """What the offer adds."""

    call: CallBinding
    attempt: int
    #: Identities of the two participants of the SFU room.
    user_identity: str
    agent_identity: str
    #: Who hears the call.
    hearing: CallHearing
    agent_commitment: bytes
    ephemeral_public_key: bytes


def _offer_fields(offer: OfferBinding) -> HashFields:
    return [
        ("contextHash", offer.call.context_hash),
        ("envelopeSignature", offer.call.envelope_signature),
        ("callId", offer.call.call_id.encode()),
        ("attempt", u32(offer.attempt)),
        ("userIdentity", offer.user_identity.encode()),
        ("agentIdentity", offer.agent_identity.encode()),
        ("hearing", encode_hearing(offer.hearing)),
        ("agentCommitment", offer.agent_commitment),
        ("ephemeralPublicKey", offer.ephemeral_public_key),
    ]


def offer_hash(offer: OfferBinding) -> bytes:
    """What the oracle's identity key signs in an offer."""
    return labelled_hash("offer", _offer_fields(offer))


def transcript_hash(offer: OfferBinding, encapsulation: bytes, user_nonce: bytes) -> bytes:
    """All that both ends said: what the accept and the confirm sign, and what the keys are made from."""
    return labelled_hash(
        "transcript", [*_offer_fields(offer), ("encapsulation", encapsulation), ("userNonce", user_nonce)]
    )
