"""Rekeys of a session, and messages of them that are wrong in two ways at once."""

from __future__ import annotations

from typing import Any

from fixed import AGENT, USER, epoch_hex, fixed, flip, seal, secret
from oracle_calls.protocol import SecretBytes
from oracle_calls.protocol.frame import FrameKind
from oracle_calls.protocol.key_schedule import Epoch, confirmation_tag, derive_epoch
from oracle_calls.protocol.rekey.messages import (
    RekeyAccept,
    RekeyBinding,
    RekeyConfirm,
    RekeyOffer,
    encode_rekey_accept,
    encode_rekey_confirm,
    encode_rekey_offer,
    rekey_offer_hash,
    rekey_transcript_hash,
)
from oracle_calls.protocol.signing import RawKeySigner, sign_hash
from oracle_calls.protocol.x_wing import Encapsulation, encapsulate_x_wing, x_wing_public_key_of

ATTEMPT = 3
IDENTITY = RawKeySigner("ES256K", secret("rekey identity"))
PER_CALL = RawKeySigner("Ed25519", secret("rekey per-call"))
FIRST = {
    "chainKeyHex": fixed("rekey chain key").hex(),
    "sharedSecretHex": fixed("rekey shared secret").hex(),
    "transcriptHex": fixed("rekey transcript").hex(),
}


def first_epoch() -> Epoch:
    return derive_epoch(
        chain_key=secret("rekey chain key"),
        shared_secret=secret("rekey shared secret"),
        transcript=fixed("rekey transcript"),
        attempt=ATTEMPT,
        epoch=1,
    )


class Exchange:
    """One rekey, whose every secret follows from its epoch, but for the encapsulation, which is given."""

    def __init__(self, previous: Epoch, given: dict[str, Any] | None) -> None:
        self.previous = previous
        self.number = previous.epoch + 1
        self.public_key = x_wing_public_key_of(secret(f"rekey seed {self.number}"))
        if given is None:
            self.made = encapsulate_x_wing(self.public_key)
        else:
            accept = given["accept"]
            shared_secret = SecretBytes(bytes.fromhex(accept["sharedSecretHex"]), "published test vector")
            self.made = Encapsulation(bytes.fromhex(accept["encapsulationHex"]), shared_secret)

    def binding(self, public_key: bytes | None = None) -> RekeyBinding:
        return RekeyBinding(self.previous.transcript, self.number, public_key or self.public_key)

    def epoch(self, encapsulation: bytes | None = None) -> Epoch:
        transcript = rekey_transcript_hash(self.binding(), encapsulation or self.made.encapsulation)
        return derive_epoch(
            chain_key=self.previous.master,
            shared_secret=self.made.shared_secret,
            transcript=transcript,
            attempt=ATTEMPT,
            epoch=self.number,
        )

    def _seal(self, kind: FrameKind, body: bytes, attempt: int, epoch: int | None) -> bytes:
        salt = fixed(f"{kind} salt {self.number}")
        return seal(self.previous.rekey_seal, kind, attempt, epoch or self.number, salt, body)

    def offer(
        self,
        *,
        public_key: bytes | None = None,
        signer: RawKeySigner = IDENTITY,
        attempt: int = ATTEMPT,
        epoch: int | None = None,
        more: bytes = b"",
    ) -> bytes:
        binding = self.binding(public_key)
        signature = sign_hash(signer, "rekey offer signature", rekey_offer_hash(binding))
        body = encode_rekey_offer(RekeyOffer(binding.ephemeral_public_key, signature)) + more
        return self._seal("rekey-offer", body, attempt, epoch)

    def accept(
        self,
        *,
        encapsulation: bytes | None = None,
        is_signed: bool = True,
        is_tagged: bool = True,
        attempt: int = ATTEMPT,
        epoch: int | None = None,
        more: bytes = b"",
    ) -> bytes:
        made = self.epoch(encapsulation)
        signature = sign_hash(PER_CALL, "rekey accept signature", made.transcript)
        tag = confirmation_tag(made.user_confirm, made.transcript)
        accept = RekeyAccept(
            encapsulation or self.made.encapsulation,
            signature if is_signed else flip(signature, 40),
            tag if is_tagged else flip(tag, 0),
        )
        return self._seal("rekey-accept", encode_rekey_accept(accept) + more, attempt, epoch)

    def confirm(
        self,
        *,
        encapsulation: bytes | None = None,
        is_signed: bool = True,
        attempt: int = ATTEMPT,
        epoch: int | None = None,
    ) -> bytes:
        made = self.epoch(encapsulation)
        signature = sign_hash(IDENTITY, "rekey confirm signature", made.transcript)
        tag = confirmation_tag(made.agent_confirm, made.transcript)
        confirm = RekeyConfirm(signature if is_signed else flip(signature, 40), tag)
        return self._seal("rekey-confirm", encode_rekey_confirm(confirm), attempt, epoch)

    def row(self) -> dict[str, Any]:
        return {
            "epoch": self.number,
            "previousMasterHex": self.previous.master.expose().hex(),
            "previousTranscriptHex": self.previous.transcript.hex(),
            "previousRekeySealHex": self.previous.rekey_seal.expose().hex(),
            "offer": {
                "seedHex": fixed(f"rekey seed {self.number}").hex(),
                "saltHex": fixed(f"rekey-offer salt {self.number}").hex(),
                "ephemeralPublicKeyHex": self.public_key.hex(),
                "frameHex": self.offer().hex(),
            },
            "accept": {
                "saltHex": fixed(f"rekey-accept salt {self.number}").hex(),
                "encapsulationHex": self.made.encapsulation.hex(),
                "sharedSecretHex": self.made.shared_secret.expose().hex(),
                "transcriptHex": self.epoch().transcript.hex(),
                "frameHex": self.accept().hex(),
            },
            "confirm": {
                "saltHex": fixed(f"rekey-confirm salt {self.number}").hex(),
                "frameHex": self.confirm().hex(),
            },
            "keys": epoch_hex(self.epoch()),
        }


def _rejected(exchange: Exchange) -> list[dict[str, Any]]:
    mallory = RawKeySigner("ES256K", secret("mallory"))
    offer, accept, confirm = exchange.offer(), exchange.accept(), exchange.confirm()
    small_key = exchange.public_key[:-32] + bytes(32)
    other = flip(exchange.made.encapsulation, 0)
    small = exchange.made.encapsulation[:-32] + bytes(32)
    rows = {
        ("offer", "user", "nothing"): [
            ("the last bit is changed", flip(offer, len(offer) - 1), AGENT, "ERR_HANDSHAKE_OPEN"),
            ("another sender before the seal", flip(offer, len(offer) - 1), USER, "ERR_HANDSHAKE_IDENTITY"),
            ("an earlier attempt before another sender", exchange.offer(attempt=2), USER, "ERR_HANDSHAKE_STALE"),
            ("a later attempt before another sender", exchange.offer(attempt=4), USER, "ERR_HANDSHAKE_ORDER"),
            ("another sender before the epoch that is there", exchange.offer(epoch=1), USER, "ERR_HANDSHAKE_IDENTITY"),
            ("the epoch that is there", exchange.offer(epoch=1), AGENT, "ERR_HANDSHAKE_STALE"),
            ("the epoch after the next", exchange.offer(epoch=3), AGENT, "ERR_HANDSHAKE_ORDER"),
            ("a byte behind the body", exchange.offer(more=b"\0"), AGENT, "ERR_HANDSHAKE_MALFORMED"),
            (
                "somebody else's signature before X25519 of small order",
                exchange.offer(signer=mallory, public_key=small_key),
                AGENT,
                "ERR_HANDSHAKE_SIGNATURE",
            ),
            ("X25519 of small order", exchange.offer(public_key=small_key), AGENT, "ERR_HANDSHAKE_EPHEMERAL"),
            ("a confirm before the offer", confirm, AGENT, "ERR_HANDSHAKE_ORDER"),
            ("an accept", accept, AGENT, "ERR_HANDSHAKE_ORDER"),
        ],
        ("accept", "agent", "offer"): [
            ("the last bit is changed", flip(accept, len(accept) - 1), USER, "ERR_HANDSHAKE_OPEN"),
            (
                "a wrong signature before X25519 of small order",
                exchange.accept(is_signed=False, encapsulation=small),
                USER,
                "ERR_HANDSHAKE_SIGNATURE",
            ),
            (
                "X25519 of small order before a wrong tag",
                exchange.accept(encapsulation=small, is_tagged=False),
                USER,
                "ERR_HANDSHAKE_EPHEMERAL",
            ),
            ("a wrong tag", exchange.accept(is_tagged=False), USER, "ERR_HANDSHAKE_CONFIRMATION"),
            ("a byte behind the body", exchange.accept(more=b"\0"), USER, "ERR_HANDSHAKE_MALFORMED"),
            ("the epoch that is there", exchange.accept(epoch=1), USER, "ERR_HANDSHAKE_STALE"),
            ("the epoch after the next", exchange.accept(epoch=3), USER, "ERR_HANDSHAKE_ORDER"),
            ("an offer", offer, USER, "ERR_HANDSHAKE_ORDER"),
        ],
        ("confirm", "user", "offer"): [
            ("the last bit is changed", flip(confirm, len(confirm) - 1), AGENT, "ERR_HANDSHAKE_OPEN"),
            ("of another exchange", exchange.confirm(encapsulation=other), AGENT, "ERR_HANDSHAKE_CONFIRMATION"),
            (
                "of another exchange before a wrong signature",
                exchange.confirm(encapsulation=other, is_signed=False),
                AGENT,
                "ERR_HANDSHAKE_CONFIRMATION",
            ),
            ("the epoch that is there", exchange.confirm(epoch=1), AGENT, "ERR_HANDSHAKE_STALE"),
            ("another offer of the same epoch", exchange.offer(more=b"\0"), AGENT, "ERR_HANDSHAKE_STALE"),
        ],
    }
    return [
        {
            "name": f"{message}: {wrong}",
            "to": to,
            "sender": sender,
            "after": after,
            "frameHex": frame.hex(),
            "code": code,
        }
        for (message, to, after), listed in rows.items()
        for wrong, frame, sender, code in listed
    ]


def rekey_vectors(before: dict[str, Any] | None) -> dict[str, Any]:
    given = (before or {"exchanges": []})["exchanges"]
    exchanges: list[Exchange] = []
    previous = first_epoch()
    for index in range(3):
        exchange = Exchange(previous, given[index] if index < len(given) else None)
        exchanges.append(exchange)
        previous = exchange.epoch()
    return {
        "about": "Chained rekeys by the Python package; encapsulations are random, everything else follows from the names",
        "attempt": ATTEMPT,
        "userIdentity": USER,
        "agentIdentity": AGENT,
        "identityAlgorithm": "ES256K",
        "identityPrivateKeyHex": fixed("rekey identity").hex(),
        "identityPublicKeyHex": IDENTITY.public_key.hex(),
        "callPrivateKeyHex": fixed("rekey per-call").hex(),
        "callPublicKeyHex": PER_CALL.public_key.hex(),
        "first": FIRST,
        "exchanges": [exchange.row() for exchange in exchanges],
        "rejected": _rejected(exchanges[0]),
    }
