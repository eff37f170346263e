"""The user's side of the handshake. The agent offers, so the user waits; each verified offer of a higher number starts anew.

    waiting ──offer──► accepted ──confirm──► confirmed        any ──close──► closed
                       ▲      │offer           │offer
                       └──────┴────────────────┘  (a later attempt: the one before is wiped)

What fails verification is no input at all: a forged message changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final, Literal, TypeAlias

from ..comparison_code import COMPARISON_NONCE_BYTES, check_commitment, comparison_code
from ..entropy import SYSTEM_ENTROPY, Entropy
from ..envelope.suites import CALL_KEY_BYTES
from ..errors import OracleCallError
from ..frame import FIRST_EPOCH, FrameHeader
from ..hearing import CallHearing
from ..key_schedule import Epoch, confirmation_tag, derive_epoch, is_confirmation_tag
from ..secret_bytes import SecretBytes
from ..signing import Signer, Verifier, check_signed_hash, sign_hash
from ..x_wing import Encapsulate, encapsulate_x_wing
from .messages import Accept, decode_confirm, decode_offer, encode_accept
from .outcome import Decision, Ignored, Refused, Resend, refusal_of
from .sealing import ClaimedFrame, claim_frame, open_message, seal_message
from .session import CallSession
from .transcript import CallBinding, OfferBinding, offer_hash, transcript_hash

UserStateName: TypeAlias = Literal["waiting", "accepted", "confirmed", "closed"]
#: A message by how its number relates to the current attempt.
UserCell: TypeAlias = Literal[
    "offer-later",
    "offer-again",
    "offer-not-later",
    "confirm-current",
    "confirm-again",
    "confirm-earlier",
    "confirm-later",
]

#: Every state and every message; pairs that cannot come about are refused as well.
USER_TABLE: Final[dict[UserStateName, dict[UserCell, Decision]]] = {
    "waiting": {
        "offer-later": "verify",
        "offer-again": "ERR_HANDSHAKE_ORDER",
        "offer-not-later": "ERR_HANDSHAKE_STALE",
        "confirm-current": "ERR_HANDSHAKE_ORDER",
        "confirm-again": "ERR_HANDSHAKE_ORDER",
        "confirm-earlier": "ERR_HANDSHAKE_STALE",
        "confirm-later": "ERR_HANDSHAKE_ORDER",
    },
    "accepted": {
        "offer-later": "verify",
        "offer-again": "resend",
        "offer-not-later": "ERR_HANDSHAKE_STALE",
        "confirm-current": "verify",
        "confirm-again": "ERR_HANDSHAKE_ORDER",
        "confirm-earlier": "ERR_HANDSHAKE_STALE",
        "confirm-later": "ERR_HANDSHAKE_ORDER",
    },
    "confirmed": {
        "offer-later": "verify",
        "offer-again": "ignore",
        "offer-not-later": "ERR_HANDSHAKE_STALE",
        "confirm-current": "ERR_HANDSHAKE_STALE",
        "confirm-again": "ignore",
        "confirm-earlier": "ERR_HANDSHAKE_STALE",
        "confirm-later": "ERR_HANDSHAKE_ORDER",
    },
    "closed": {
        "offer-later": "ERR_HANDSHAKE_CLOSED",
        "offer-again": "ERR_HANDSHAKE_CLOSED",
        "offer-not-later": "ERR_HANDSHAKE_CLOSED",
        "confirm-current": "ERR_HANDSHAKE_CLOSED",
        "confirm-again": "ERR_HANDSHAKE_CLOSED",
        "confirm-earlier": "ERR_HANDSHAKE_CLOSED",
        "confirm-later": "ERR_HANDSHAKE_CLOSED",
    },
}


@dataclass(frozen=True, slots=True)
class Waiting:
    name: ClassVar[UserStateName] = "waiting"
    #: Attempts count from 1, so before the first every number is later.
    attempt: int = 0


@dataclass(frozen=True, slots=True)
class Accepted:
    """An accept that was sent, with everything that the confirm is checked against."""

    name: ClassVar[UserStateName] = "accepted"
    attempt: int
    offer_digest: bytes
    agent_identity: str
    agent_commitment: bytes
    hearing: CallHearing
    #: The accept, for when it got lost.
    frame: bytes
    pending: Epoch


@dataclass(frozen=True, slots=True)
class Confirmed:
    name: ClassVar[UserStateName] = "confirmed"
    attempt: int
    offer_digest: bytes
    confirm_digest: bytes
    session: CallSession


@dataclass(frozen=True, slots=True)
class Closed:
    name: ClassVar[UserStateName] = "closed"
    attempt: int = 0


UserState: TypeAlias = Waiting | Accepted | Confirmed | Closed


def user_cell(state: UserState, kind: Literal["offer", "confirm"], attempt: int, digest: bytes) -> UserCell:
    """Which column of the table a message is. Its number is a claim until verified."""
    if kind == "offer":
        if attempt > state.attempt:
            return "offer-later"
        is_same = isinstance(state, (Accepted, Confirmed)) and digest == state.offer_digest
        return "offer-again" if attempt == state.attempt and is_same else "offer-not-later"
    if attempt != state.attempt:
        return "confirm-later" if attempt > state.attempt else "confirm-earlier"
    return "confirm-again" if isinstance(state, Confirmed) and digest == state.confirm_digest else "confirm-current"


@dataclass(frozen=True, slots=True)
class UserAccepted:
    """Send the frame. Whatever the attempt before had is wiped: stop using it."""

    attempt: int
    agent_identity: str
    frame: bytes


@dataclass(frozen=True, slots=True)
class UserConfirmed:
    session: CallSession


UserOutcome: TypeAlias = UserAccepted | UserConfirmed | Resend | Ignored | Refused


class UserHandshake:
    """The user's side of the handshake of one call, over all its attempts. A message that is refused changes nothing."""

    def __init__(
        self,
        call: CallBinding,
        *,
        user_identity: str,
        call_key: SecretBytes,
        comparison_nonce: SecretBytes,
        call_signer: Signer,
        oracle_verifier: Verifier,
        entropy: Entropy = SYSTEM_ENTROPY,
        encapsulate: Encapsulate = encapsulate_x_wing,
    ) -> None:
        """Copies of the secrets are kept until `close`. `oracle_verifier` is of the pinned identity key."""
        if len(call_key) != CALL_KEY_BYTES or len(comparison_nonce) != COMPARISON_NONCE_BYTES:
            raise ValueError("A call key and a nonce of 32 bytes expected.")
        self._call = call
        self._user_identity = user_identity
        self._call_key = call_key.copy()
        self._comparison_nonce = comparison_nonce.copy()
        self._call_signer = call_signer
        self._oracle_verifier = oracle_verifier
        self._entropy = entropy
        self._encapsulate = encapsulate
        self._state: UserState = Waiting()

    @property
    def state(self) -> UserStateName:
        return self._state.name

    @property
    def unanswered(self) -> bytes | None:
        """The accept that no confirm has answered, to send again after a while."""
        return self._state.frame if isinstance(self._state, Accepted) else None

    def receive(self, frame: bytes, sender_identity: str) -> UserOutcome:
        """Takes an offer or a confirm. `sender_identity` is who sent it, as the SFU says. Never raises `OracleCallError`."""
        try:
            return self._take(claim_frame(frame, ("offer", "confirm")), sender_identity)
        except OracleCallError as error:
            return Refused(error)

    def close(self) -> None:
        """Wipes everything, the session included. Idempotent."""
        self._move(Closed())
        self._call_key.destroy()
        self._comparison_nonce.destroy()

    def _move(self, state: UserState) -> None:
        before, self._state = self._state, state
        if isinstance(before, Accepted) and not isinstance(state, Confirmed):
            before.pending.destroy()
        if isinstance(before, Confirmed):
            before.session.destroy()

    def _take(self, claimed: ClaimedFrame, sender_identity: str) -> UserOutcome:
        kind: Literal["offer", "confirm"] = "offer" if claimed.header.kind == "offer" else "confirm"
        decision = USER_TABLE[self._state.name][user_cell(self._state, kind, claimed.header.attempt, claimed.digest)]
        if decision == "resend" and isinstance(self._state, Accepted):
            return Resend(self._state.frame)
        if decision == "ignore":
            return Ignored()
        if decision != "verify":
            raise refusal_of(decision)
        if claimed.header.epoch != FIRST_EPOCH:
            raise OracleCallError("ERR_HANDSHAKE_MALFORMED")
        if kind == "offer":
            accepted = self._verify_offer(claimed, sender_identity)
            self._move(accepted)
            return UserAccepted(accepted.attempt, accepted.agent_identity, accepted.frame)
        confirmed = self._verify_confirm(claimed, sender_identity)
        self._move(confirmed)
        return UserConfirmed(confirmed.session)

    def _verify_offer(self, claimed: ClaimedFrame, sender_identity: str) -> Accepted:
        """In the order of the text: the seal, the signature, the identities, the ephemeral key."""
        attempt = claimed.header.attempt
        offer = decode_offer(open_message(self._call_key, claimed))
        binding = OfferBinding(
            self._call,
            attempt,
            offer.user_identity,
            offer.agent_identity,
            offer.hearing,
            offer.agent_commitment,
            offer.ephemeral_public_key,
        )
        check_signed_hash(self._oracle_verifier, "offer signature", offer_hash(binding), offer.signature)
        if offer.user_identity != self._user_identity or offer.agent_identity != sender_identity:
            raise OracleCallError("ERR_HANDSHAKE_IDENTITY")
        made = self._encapsulate(offer.ephemeral_public_key)
        user_nonce = bytes(self._comparison_nonce.expose())
        transcript = transcript_hash(binding, made.encapsulation, user_nonce)
        with made.shared_secret as shared_secret:
            signature = sign_hash(self._call_signer, "accept signature", transcript)
            pending = derive_epoch(
                chain_key=self._call_key,
                shared_secret=shared_secret,
                transcript=transcript,
                attempt=attempt,
                epoch=FIRST_EPOCH,
            )
        tag = confirmation_tag(pending.user_confirm, transcript)
        body = encode_accept(Accept(made.encapsulation, user_nonce, signature, tag))
        frame = seal_message(self._call_key, FrameHeader("accept", attempt, FIRST_EPOCH), body, self._entropy)
        said = (offer.agent_identity, offer.agent_commitment, offer.hearing)
        return Accepted(attempt, claimed.digest, *said, frame, pending)

    def _verify_confirm(self, claimed: ClaimedFrame, sender_identity: str) -> Confirmed:
        """In the order of the text: the sender, the seal, the tag, the signature, the commitment."""
        accepted = self._state
        if not isinstance(accepted, Accepted):
            raise OracleCallError("ERR_HANDSHAKE_ORDER")
        if sender_identity != accepted.agent_identity:
            raise OracleCallError("ERR_HANDSHAKE_IDENTITY")
        confirm = decode_confirm(open_message(self._call_key, claimed))
        pending, transcript = accepted.pending, accepted.pending.transcript
        if not is_confirmation_tag(confirm.tag, pending.agent_confirm, transcript):
            raise OracleCallError("ERR_HANDSHAKE_CONFIRMATION")
        check_signed_hash(self._oracle_verifier, "confirm signature", transcript, confirm.signature)
        check_commitment(confirm.agent_nonce, accepted.agent_commitment)
        session = CallSession(
            pending,
            user_identity=self._user_identity,
            agent_identity=accepted.agent_identity,
            comparison_code=comparison_code(transcript, self._comparison_nonce.expose(), confirm.agent_nonce),
            hearing=accepted.hearing,
        )
        return Confirmed(accepted.attempt, accepted.offer_digest, claimed.digest, session)
