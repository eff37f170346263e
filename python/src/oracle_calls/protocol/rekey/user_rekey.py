"""The user's side of the rekeys of one session.

    steady ──offer──► accepted ──confirm──► draining ──grace over──► steady
                         ▲                     │offer
                         └─────────────────────┘          any ──close──► closed

accepted: the new keys receive, the old ones still send. draining: the new keys send, the old ones still receive.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final, Literal, TypeAlias

from ..entropy import SYSTEM_ENTROPY, Entropy
from ..errors import OracleCallError
from ..frame import FrameHeader
from ..handshake.outcome import Decision, Ignored, Refused, refusal_of
from ..handshake.sealing import ClaimedFrame, claim_frame, open_message, seal_message
from ..handshake.session import CallSession
from ..key_schedule import Epoch, confirmation_tag, derive_epoch, is_confirmation_tag
from ..signing import Signer, Verifier, check_signed_hash, sign_hash
from ..x_wing import Encapsulate, encapsulate_x_wing
from .messages import (
    RekeyAccept,
    RekeyBinding,
    decode_rekey_confirm,
    decode_rekey_offer,
    encode_rekey_accept,
    rekey_offer_hash,
    rekey_transcript_hash,
)
from .steps import InstallReceive, RekeyOutcome, RekeyStep, Retire, Send, StartGrace, Steps, SwitchSend, check_exchange

UserRekeyStateName: TypeAlias = Literal["steady", "accepted", "draining", "closed"]
#: A message by how its epoch relates to the exchange under way.
UserRekeyCell: TypeAlias = Literal[
    "offer-next",
    "offer-again",
    "offer-earlier",
    "offer-later",
    "confirm-next",
    "confirm-again",
    "confirm-earlier",
    "confirm-later",
]

#: Every state and every message; pairs that cannot come about are refused as well.
USER_REKEY_TABLE: Final[dict[UserRekeyStateName, dict[UserRekeyCell, Decision]]] = {
    "steady": {
        "offer-next": "verify",
        "offer-again": "ERR_HANDSHAKE_ORDER",
        "offer-earlier": "ERR_HANDSHAKE_STALE",
        "offer-later": "ERR_HANDSHAKE_ORDER",
        "confirm-next": "ERR_HANDSHAKE_ORDER",
        "confirm-again": "ERR_HANDSHAKE_ORDER",
        "confirm-earlier": "ERR_HANDSHAKE_STALE",
        "confirm-later": "ERR_HANDSHAKE_ORDER",
    },
    "accepted": {
        "offer-next": "ERR_HANDSHAKE_STALE",
        "offer-again": "resend",
        "offer-earlier": "ERR_HANDSHAKE_STALE",
        "offer-later": "ERR_HANDSHAKE_ORDER",
        "confirm-next": "verify",
        "confirm-again": "ERR_HANDSHAKE_ORDER",
        "confirm-earlier": "ERR_HANDSHAKE_STALE",
        "confirm-later": "ERR_HANDSHAKE_ORDER",
    },
    "draining": {
        "offer-next": "verify",
        "offer-again": "ignore",
        "offer-earlier": "ERR_HANDSHAKE_STALE",
        "offer-later": "ERR_HANDSHAKE_ORDER",
        "confirm-next": "ERR_HANDSHAKE_ORDER",
        "confirm-again": "ignore",
        "confirm-earlier": "ERR_HANDSHAKE_STALE",
        "confirm-later": "ERR_HANDSHAKE_ORDER",
    },
    "closed": {
        "offer-next": "ERR_HANDSHAKE_CLOSED",
        "offer-again": "ERR_HANDSHAKE_CLOSED",
        "offer-earlier": "ERR_HANDSHAKE_CLOSED",
        "offer-later": "ERR_HANDSHAKE_CLOSED",
        "confirm-next": "ERR_HANDSHAKE_CLOSED",
        "confirm-again": "ERR_HANDSHAKE_CLOSED",
        "confirm-earlier": "ERR_HANDSHAKE_CLOSED",
        "confirm-later": "ERR_HANDSHAKE_CLOSED",
    },
}


@dataclass(frozen=True, slots=True)
class Steady:
    name: ClassVar[UserRekeyStateName] = "steady"
    current: Epoch


@dataclass(frozen=True, slots=True)
class Accepted:
    name: ClassVar[UserRekeyStateName] = "accepted"
    current: Epoch
    next: Epoch
    offer_digest: bytes
    #: The accept, for when it got lost.
    frame: bytes


@dataclass(frozen=True, slots=True)
class Draining:
    name: ClassVar[UserRekeyStateName] = "draining"
    current: Epoch
    previous: Epoch
    offer_digest: bytes
    confirm_digest: bytes


@dataclass(frozen=True, slots=True)
class Closed:
    name: ClassVar[UserRekeyStateName] = "closed"


UserRekeyState: TypeAlias = Steady | Accepted | Draining | Closed


def user_rekey_cell(
    state: UserRekeyState, kind: Literal["offer", "confirm"], epoch: int, digest: bytes
) -> UserRekeyCell:
    """Which column of the table a message is. Its epoch is a claim until verified."""
    seen = {
        "offer": state.offer_digest if isinstance(state, (Accepted, Draining)) else None,
        "confirm": state.confirm_digest if isinstance(state, Draining) else None,
    }
    if digest == seen[kind]:
        return "offer-again" if kind == "offer" else "confirm-again"
    # Nothing is relative to anything once all is closed; the table refuses every column alike.
    current = 0 if isinstance(state, Closed) else state.current.epoch
    if epoch == current + 1:
        return "offer-next" if kind == "offer" else "confirm-next"
    if epoch > current:
        return "offer-later" if kind == "offer" else "confirm-later"
    return "offer-earlier" if kind == "offer" else "confirm-earlier"


class UserRekey:
    """The user's side of the rekeys of a session, which owns it and closes it. A refused message changes nothing."""

    def __init__(
        self,
        session: CallSession,
        *,
        call_signer: Signer,
        oracle_verifier: Verifier,
        entropy: Entropy = SYSTEM_ENTROPY,
        encapsulate: Encapsulate = encapsulate_x_wing,
    ) -> None:
        self._session = session
        self._call_signer = call_signer
        self._oracle_verifier = oracle_verifier
        self._entropy = entropy
        self._encapsulate = encapsulate
        self._state: UserRekeyState = Steady(session.first)
        session.adopt(self)

    @property
    def state(self) -> UserRekeyStateName:
        return self._state.name

    @property
    def unanswered(self) -> bytes | None:
        """The accept that no confirm has answered, to send again after a while."""
        return self._state.frame if isinstance(self._state, Accepted) else None

    def receive(self, frame: bytes, sender_identity: str) -> RekeyOutcome:
        """Takes a rekey offer or confirm. Never raises `OracleCallError`."""
        try:
            claimed = claim_frame(frame, ("rekey-offer", "rekey-confirm"))
            if not isinstance(self._state, Closed):
                check_exchange(claimed.header, sender_identity, self._session.agent_identity, self._session)
            return self._take(claimed)
        except OracleCallError as error:
            return Refused(error)

    def grace_over(self, epoch: int) -> RekeyOutcome:
        """The grace of an epoch has passed."""
        state = self._state
        if not isinstance(state, Draining) or epoch != state.previous.epoch:
            return Ignored()
        state.previous.destroy()
        self._state = Steady(state.current)
        return Steps((Retire(epoch),))

    def close(self) -> None:
        """Wipes every epoch. Idempotent; the session does it too."""
        state, self._state = self._state, Closed()
        if not isinstance(state, Closed):
            state.current.destroy()
        if isinstance(state, Accepted):
            state.next.destroy()
        if isinstance(state, Draining):
            state.previous.destroy()

    def _take(self, claimed: ClaimedFrame) -> RekeyOutcome:
        kind: Literal["offer", "confirm"] = "offer" if claimed.header.kind == "rekey-offer" else "confirm"
        state = self._state
        decision = USER_REKEY_TABLE[state.name][user_rekey_cell(state, kind, claimed.header.epoch, claimed.digest)]
        if decision == "ignore":
            return Ignored()
        if decision == "resend" and isinstance(state, Accepted):
            return Steps((Send(state.frame),))
        if decision == "verify" and kind == "offer" and isinstance(state, (Steady, Draining)):
            return self._accept(state, claimed)
        if decision == "verify" and kind == "confirm" and isinstance(state, Accepted):
            return self._switch(state, claimed)
        raise refusal_of(decision)

    def _accept(self, state: Steady | Draining, claimed: ClaimedFrame) -> Steps:
        current, epoch = state.current, claimed.header.epoch
        offer = decode_rekey_offer(open_message(current.rekey_seal, claimed))
        binding = RekeyBinding(current.transcript, epoch, offer.ephemeral_public_key)
        check_signed_hash(self._oracle_verifier, "rekey offer signature", rekey_offer_hash(binding), offer.signature)
        made = self._encapsulate(offer.ephemeral_public_key)
        transcript = rekey_transcript_hash(binding, made.encapsulation)
        with made.shared_secret as shared_secret:
            signature = sign_hash(self._call_signer, "rekey accept signature", transcript)
            following = derive_epoch(
                chain_key=current.master,
                shared_secret=shared_secret,
                transcript=transcript,
                attempt=current.attempt,
                epoch=epoch,
            )
        tag = confirmation_tag(following.user_confirm, transcript)
        body = encode_rekey_accept(RekeyAccept(made.encapsulation, signature, tag))
        frame = seal_message(
            current.rekey_seal, FrameHeader("rekey-accept", current.attempt, epoch), body, self._entropy
        )
        self._state = Accepted(current, following, claimed.digest, frame)
        steps: tuple[RekeyStep, ...] = (InstallReceive(following.keys), Send(frame))
        if isinstance(state, Draining):
            state.previous.destroy()
            steps = (Retire(state.previous.epoch), *steps)
        return Steps(steps)

    def _switch(self, state: Accepted, claimed: ClaimedFrame) -> Steps:
        previous, following = state.current, state.next
        confirm = decode_rekey_confirm(open_message(previous.rekey_seal, claimed))
        if not is_confirmation_tag(confirm.tag, following.agent_confirm, following.transcript):
            raise OracleCallError("ERR_HANDSHAKE_CONFIRMATION")
        check_signed_hash(self._oracle_verifier, "rekey confirm signature", following.transcript, confirm.signature)
        # What led to this epoch leads nowhere else: a later thief of the old chain learns nothing new.
        previous.destroy_chain()
        self._state = Draining(following, previous, state.offer_digest, claimed.digest)
        return Steps((SwitchSend(following.keys), StartGrace(previous.epoch)))
