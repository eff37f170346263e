"""Keys and randomness that follow from a label, and the frames of the key exchange taken apart so that each part can be wrong."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from oracle_calls.protocol import SecretBytes
from oracle_calls.protocol.byte_layout import sized, text
from oracle_calls.protocol.comparison_code import commitment_to
from oracle_calls.protocol.frame import FrameHeader, FrameKind
from oracle_calls.protocol.handshake.messages import (
    Accept,
    Confirm,
    Offer,
    encode_accept,
    encode_confirm,
    encode_offer,
)
from oracle_calls.protocol.handshake.sealing import seal_message
from oracle_calls.protocol.handshake.transcript import CallBinding, OfferBinding, offer_hash, transcript_hash
from oracle_calls.protocol.hearing import CallHearing, encode_hearing
from oracle_calls.protocol.key_schedule import Epoch, confirmation_tag, derive_epoch
from oracle_calls.protocol.signing import RawKeySigner, SigningAlgorithm, sign_hash
from oracle_calls.protocol.x_wing import Encapsulation, x_wing_public_key_of

USER, AGENT = "participant-user", "participant-agent"


def fixed(label: str) -> bytes:
    """32 bytes that everybody can make again."""
    return hashlib.sha256(f"oracle-calls vectors of Python: {label}".encode()).digest()


def secret(label: str) -> SecretBytes:
    return SecretBytes(fixed(label), "published test vector")


def flip(data: bytes, byte: int) -> bytes:
    changed = bytearray(data)
    changed[byte] ^= 1
    return bytes(changed)


def seal(key: SecretBytes, kind: FrameKind, attempt: int, epoch: int, salt: bytes, body: bytes) -> bytes:
    return seal_message(key, FrameHeader(kind, attempt, epoch), body, lambda _length: salt)


def epoch_hex(epoch: Epoch) -> dict[str, Any]:
    """An epoch as the vectors write it."""
    secrets = {
        "masterHex": epoch.master,
        "userConfirmHex": epoch.user_confirm,
        "agentConfirmHex": epoch.agent_confirm,
        "rekeySealHex": epoch.rekey_seal,
        "mediaUserToOracleHex": epoch.keys.media["user-to-oracle"],
        "mediaOracleToUserHex": epoch.keys.media["oracle-to-user"],
        "dataUserToOracleHex": epoch.keys.data["user-to-oracle"],
        "dataOracleToUserHex": epoch.keys.data["oracle-to-user"],
    }
    return {
        **{name: value.expose().hex() for name, value in secrets.items()},
        "userTagHex": confirmation_tag(epoch.user_confirm, epoch.transcript).hex(),
        "agentTagHex": confirmation_tag(epoch.agent_confirm, epoch.transcript).hex(),
        "mediaKeyIndex": epoch.keys.media_key_index,
    }


@dataclass(frozen=True)
class FixedCall:
    """A call whose every secret follows from its name, but for the encapsulation, which is given."""

    name: str
    algorithm: SigningAlgorithm
    attempt: int
    hearing: CallHearing
    encapsulation: Encapsulation

    def of(self, role: str) -> bytes:
        return fixed(f"{self.name} {role}")

    @property
    def call_key(self) -> SecretBytes:
        return secret(f"{self.name} call key")

    @property
    def identity(self) -> RawKeySigner:
        return RawKeySigner(self.algorithm, secret(f"{self.name} identity"))

    @property
    def per_call(self) -> RawKeySigner:
        return RawKeySigner("Ed25519", secret(f"{self.name} per-call"))

    @property
    def call_id(self) -> str:
        return f"$event@lk-{self.of('room').hex()[:32]}"

    @property
    def binding(self) -> CallBinding:
        return CallBinding(self.of("context"), self.of("signature") * 2, self.call_id)

    def offer_binding(self, **change: Any) -> OfferBinding:
        values: dict[str, Any] = {
            "call": self.binding,
            "attempt": self.attempt,
            "user_identity": USER,
            "agent_identity": AGENT,
            "hearing": self.hearing,
            "agent_commitment": commitment_to(self.of("agent nonce")),
            "ephemeral_public_key": x_wing_public_key_of(secret(f"{self.name} seed")),
        }
        return OfferBinding(**{**values, **change})

    def offer(
        self,
        *,
        signer: RawKeySigner | None = None,
        epoch: int = 1,
        more: bytes = b"",
        is_signed: bool = True,
        declared: CallHearing | None = None,
        hearing_bytes: bytes | None = None,
        **change: Any,
    ) -> bytes:
        binding = self.offer_binding(**change)
        signature = sign_hash(signer or self.identity, "offer signature", offer_hash(binding))
        offer = Offer(
            binding.user_identity,
            binding.agent_identity,
            declared or binding.hearing,
            binding.agent_commitment,
            binding.ephemeral_public_key,
            signature if is_signed else flip(signature, 40),
        )
        body = encode_offer(offer)
        if hearing_bytes is not None:
            before = len(text(binding.user_identity) + text(binding.agent_identity))
            behind = before + len(sized(encode_hearing(offer.hearing)))
            body = body[:before] + sized(hearing_bytes) + body[behind:]
        return seal(self.call_key, "offer", binding.attempt, epoch, self.of("offer salt"), body + more)

    def transcript(self, encapsulation: bytes | None = None, user_nonce: bytes | None = None) -> bytes:
        return transcript_hash(
            self.offer_binding(), encapsulation or self.encapsulation.encapsulation, user_nonce or self.of("user nonce")
        )

    def epoch(self, transcript: bytes | None = None) -> Epoch:
        return derive_epoch(
            chain_key=self.call_key,
            shared_secret=self.encapsulation.shared_secret,
            transcript=transcript or self.transcript(),
            attempt=self.attempt,
            epoch=1,
        )

    def accept(
        self,
        *,
        encapsulation: bytes | None = None,
        user_nonce: bytes | None = None,
        is_signed: bool = True,
        is_tagged: bool = True,
        attempt: int | None = None,
        epoch: int = 1,
        more: bytes = b"",
    ) -> bytes:
        transcript = self.transcript(encapsulation, user_nonce)
        signature = sign_hash(self.per_call, "accept signature", transcript)
        tag = confirmation_tag(self.epoch(transcript).user_confirm, transcript)
        accept = Accept(
            encapsulation or self.encapsulation.encapsulation,
            user_nonce or self.of("user nonce"),
            signature if is_signed else flip(signature, 40),
            tag if is_tagged else flip(tag, 0),
        )
        body = encode_accept(accept) + more
        return seal(self.call_key, "accept", attempt or self.attempt, epoch, self.of("accept salt"), body)

    def confirm(
        self,
        *,
        encapsulation: bytes | None = None,
        is_signed: bool = True,
        attempt: int | None = None,
        epoch: int = 1,
        more: bytes = b"",
    ) -> bytes:
        transcript = self.transcript(encapsulation)
        made = self.epoch(transcript)
        signature = sign_hash(self.identity, "confirm signature", transcript)
        confirm = Confirm(
            self.of("agent nonce"),
            signature if is_signed else flip(signature, 40),
            confirmation_tag(made.agent_confirm, transcript),
        )
        body = encode_confirm(confirm) + more
        return seal(self.call_key, "confirm", attempt or self.attempt, epoch, self.of("confirm salt"), body)
