"""The agent's side of the rekeys of one session. It begins them.

    steady ──begin──► offered ──accept──► confirmed ──peer switched──► draining ──grace over──► steady
                         ▲                                                │begin
                         └────────────────────────────────────────────────┘      any ──close──► closed

confirmed: the new keys receive and send, but the confirm may have got lost and the user still sends under the old keys. Only
something of the user's under the new keys shows that it switched, and starts the end of the old ones.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Final, Literal, TypeAlias

from ..entropy import SYSTEM_ENTROPY, Entropy
from ..errors import OracleCallError
from ..frame import FrameHeader
from ..handshake.outcome import Decision, Ignored, Refused, refusal_of
from ..handshake.sealing import ClaimedFrame, claim_frame, open_message, seal_message
from ..handshake.session import CallSession
from ..key_schedule import Epoch, confirmation_tag, derive_epoch, is_confirmation_tag
from ..secret_bytes import SecretBytes
from ..signing import Signer, Verifier, check_signed_hash, sign_hash
from ..x_wing import create_x_wing_key_pair, decapsulate_x_wing
from .messages import (
    RekeyBinding,
    RekeyConfirm,
    RekeyOffer,
    decode_rekey_accept,
    encode_rekey_confirm,
    encode_rekey_offer,
    rekey_offer_hash,
    rekey_transcript_hash,
)
from .steps import InstallReceive, RekeyOutcome, RekeyStep, Retire, Send, StartGrace, Steps, SwitchSend, check_exchange

AgentRekeyStateName: TypeAlias = Literal["steady", "offered", "confirmed", "draining", "closed"]
#: An input by how its epoch relates to the exchange under way.
AgentRekeyCell: TypeAlias = Literal["begin", "accept-next", "accept-again", "accept-earlier", "accept-later"]

#: Every state and every input; pairs that cannot come about are refused as well.
AGENT_REKEY_TABLE: Final[dict[AgentRekeyStateName, dict[AgentRekeyCell, Decision]]] = {
    "steady": {
        "begin": "verify",
        "accept-next": "ERR_HANDSHAKE_ORDER",
        "accept-again": "ERR_HANDSHAKE_ORDER",
        "accept-earlier": "ERR_HANDSHAKE_STALE",
        "accept-later": "ERR_HANDSHAKE_ORDER",
    },
    "offered": {
        "begin": "ERR_HANDSHAKE_ORDER",
        "accept-next": "verify",
        "accept-again": "ERR_HANDSHAKE_ORDER",
        "accept-earlier": "ERR_HANDSHAKE_STALE",
        "accept-later": "ERR_HANDSHAKE_ORDER",
    },
    "confirmed": {
        "begin": "ERR_HANDSHAKE_ORDER",
        "accept-next": "ERR_HANDSHAKE_ORDER",
        "accept-again": "resend",
        "accept-earlier": "ERR_HANDSHAKE_STALE",
        "accept-later": "ERR_HANDSHAKE_ORDER",
    },
    "draining": {
        "begin": "verify",
        "accept-next": "ERR_HANDSHAKE_ORDER",
        "accept-again": "ignore",
        "accept-earlier": "ERR_HANDSHAKE_STALE",
        "accept-later": "ERR_HANDSHAKE_ORDER",
    },
    "closed": {
        "begin": "ERR_HANDSHAKE_CLOSED",
        "accept-next": "ERR_HANDSHAKE_CLOSED",
        "accept-again": "ERR_HANDSHAKE_CLOSED",
        "accept-earlier": "ERR_HANDSHAKE_CLOSED",
        "accept-later": "ERR_HANDSHAKE_CLOSED",
    },
}


@dataclass(frozen=True, slots=True)
class Steady:
    name: ClassVar[AgentRekeyStateName] = "steady"
    current: Epoch


@dataclass(frozen=True, slots=True)
class Offered:
    name: ClassVar[AgentRekeyStateName] = "offered"
    current: Epoch
    binding: RekeyBinding
    #: The offer, for when it got lost.
    frame: bytes
    seed: SecretBytes


@dataclass(frozen=True, slots=True)
class Replaced:
    """A new epoch: confirmed, and draining once the user was seen to have switched."""

    name: AgentRekeyStateName
    current: Epoch
    previous: Epoch
    accept_digest: bytes
    #: The confirm, for when it got lost.
    frame: bytes


@dataclass(frozen=True, slots=True)
class Closed:
    name: ClassVar[AgentRekeyStateName] = "closed"


AgentRekeyState: TypeAlias = Steady | Offered | Replaced | Closed


def agent_rekey_cell(state: AgentRekeyState, epoch: int, digest: bytes) -> AgentRekeyCell:
    """Which column of the table an accept is. Its epoch is a claim until verified."""
    if isinstance(state, Replaced) and digest == state.accept_digest:
        return "accept-again"
    # Nothing is relative to anything once all is closed; the table refuses every column alike.
    current = 0 if isinstance(state, Closed) else state.current.epoch
    if epoch == current + 1:
        return "accept-next"
    return "accept-later" if epoch > current else "accept-earlier"


class AgentRekey:
    """The agent's side of the rekeys of a session, which owns it and closes it. A refused message changes nothing."""

    def __init__(
        self,
        session: CallSession,
        *,
        identity_signer: Signer,
        call_verifier: Verifier,
        entropy: Entropy = SYSTEM_ENTROPY,
    ) -> None:
        self._session = session
        self._identity_signer = identity_signer
        self._call_verifier = call_verifier
        self._entropy = entropy
        self._state: AgentRekeyState = Steady(session.first)
        session.adopt(self)

    @property
    def state(self) -> AgentRekeyStateName:
        return self._state.name

    @property
    def unanswered(self) -> bytes | None:
        """The offer that no accept has answered, to send again after a while."""
        return self._state.frame if isinstance(self._state, Offered) else None

    def begin(self) -> RekeyOutcome:
        """Begins the next epoch. Refused with `ERR_HANDSHAKE_ORDER` while the one before is not finished.

        When that lasts, a new attempt is the way out. Never raises `OracleCallError`.
        """
        try:
            return self._offer()
        except OracleCallError as error:
            return Refused(error)

    def receive(self, frame: bytes, sender_identity: str) -> RekeyOutcome:
        """Takes a rekey accept. Never raises `OracleCallError`."""
        try:
            claimed = claim_frame(frame, ("rekey-accept",))
            if not isinstance(self._state, Closed):
                check_exchange(claimed.header, sender_identity, self._session.user_identity, self._session)
            return self._take(claimed)
        except OracleCallError as error:
            return Refused(error)

    def peer_switched(self, epoch: int) -> RekeyOutcome:
        """Something of the user's was opened under the keys of an epoch: data, or media."""
        state = self._state
        if not isinstance(state, Replaced) or state.name != "confirmed" or epoch != state.current.epoch:
            return Ignored()
        self._state = replace(state, name="draining")
        return Steps((StartGrace(state.previous.epoch),))

    def grace_over(self, epoch: int) -> RekeyOutcome:
        """The grace of an epoch has passed."""
        state = self._state
        if not isinstance(state, Replaced) or state.name != "draining" or epoch != state.previous.epoch:
            return Ignored()
        state.previous.destroy()
        self._state = Steady(state.current)
        return Steps((Retire(epoch),))

    def close(self) -> None:
        """Wipes every epoch. Idempotent; the session does it too."""
        state, self._state = self._state, Closed()
        if not isinstance(state, Closed):
            state.current.destroy()
        if isinstance(state, Offered):
            state.seed.destroy()
        if isinstance(state, Replaced):
            state.previous.destroy()

    def _offer(self) -> Steps:
        state = self._state
        decision = AGENT_REKEY_TABLE[state.name]["begin"]
        if decision != "verify" or isinstance(state, Closed):
            raise refusal_of(decision)
        current = state.current
        epoch = current.epoch + 1
        ephemeral_public_key, seed = create_x_wing_key_pair(self._entropy)
        binding = RekeyBinding(current.transcript, epoch, ephemeral_public_key)
        signature = sign_hash(self._identity_signer, "rekey offer signature", rekey_offer_hash(binding))
        body = encode_rekey_offer(RekeyOffer(ephemeral_public_key, signature))
        header = FrameHeader("rekey-offer", current.attempt, epoch)
        frame = seal_message(current.rekey_seal, header, body, self._entropy)
        self._state = Offered(current, binding, frame, seed)
        steps: tuple[RekeyStep, ...] = (Send(frame),)
        if isinstance(state, Replaced):
            state.previous.destroy()
            steps = (Retire(state.previous.epoch), *steps)
        return Steps(steps)

    def _take(self, claimed: ClaimedFrame) -> RekeyOutcome:
        state = self._state
        decision = AGENT_REKEY_TABLE[state.name][agent_rekey_cell(state, claimed.header.epoch, claimed.digest)]
        if decision == "ignore":
            return Ignored()
        if decision == "resend" and isinstance(state, Replaced):
            return Steps((Send(state.frame),))
        if decision == "verify" and isinstance(state, Offered):
            return self._confirm(state, claimed)
        raise refusal_of(decision)

    def _confirm(self, state: Offered, claimed: ClaimedFrame) -> Steps:
        previous, epoch = state.current, claimed.header.epoch
        accept = decode_rekey_accept(open_message(previous.rekey_seal, claimed))
        transcript = rekey_transcript_hash(state.binding, accept.encapsulation)
        check_signed_hash(self._call_verifier, "rekey accept signature", transcript, accept.signature)
        with decapsulate_x_wing(accept.encapsulation, state.seed) as shared_secret:
            following = derive_epoch(
                chain_key=previous.master,
                shared_secret=shared_secret,
                transcript=transcript,
                attempt=previous.attempt,
                epoch=epoch,
            )
        if not is_confirmation_tag(accept.tag, following.user_confirm, transcript):
            following.destroy()
            raise OracleCallError("ERR_HANDSHAKE_CONFIRMATION")
        try:
            signature = sign_hash(self._identity_signer, "rekey confirm signature", transcript)
        except OracleCallError:
            following.destroy()
            raise
        body = encode_rekey_confirm(RekeyConfirm(signature, confirmation_tag(following.agent_confirm, transcript)))
        header = FrameHeader("rekey-confirm", previous.attempt, epoch)
        frame = seal_message(previous.rekey_seal, header, body, self._entropy)
        state.seed.destroy()
        # What led to this epoch leads nowhere else: a later thief of the old chain learns nothing new.
        previous.destroy_chain()
        self._state = Replaced("confirmed", following, previous, claimed.digest, frame)
        return Steps((InstallReceive(following.keys), Send(frame), SwitchSend(following.keys)))
