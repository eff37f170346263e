"""The agent's side of the handshake. Beginning an attempt under a higher number wipes the one before.

    idle ──begin──► offered ──accept──► confirmed             any ──close──► closed
                    ▲     │begin          │begin
                    └─────┴───────────────┘

What fails verification is no input at all: a forged message changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final, Literal, TypeAlias

from ..byte_layout import fixed
from ..comparison_code import check_commitment, commitment_to, comparison_code, create_comparison_nonce
from ..entropy import SYSTEM_ENTROPY, Entropy
from ..envelope.suites import CALL_KEY_BYTES
from ..errors import OracleCallError
from ..frame import FIRST_EPOCH, FrameHeader
from ..hearing import CallHearing
from ..key_schedule import confirmation_tag, derive_epoch, is_confirmation_tag
from ..labelled_hash import HASH_BYTES
from ..secret_bytes import SecretBytes
from ..signing import Signer, Verifier, check_signed_hash, sign_hash
from ..x_wing import create_x_wing_key_pair, decapsulate_x_wing
from .messages import Confirm, Offer, check_identity, decode_accept, encode_confirm, encode_offer
from .outcome import Decision, Refused, Resend, refusal_of
from .sealing import ClaimedFrame, claim_frame, open_message, seal_message
from .session import CallSession
from .transcript import CallBinding, OfferBinding, offer_hash, transcript_hash

AgentStateName: TypeAlias = Literal["idle", "offered", "confirmed", "closed"]
#: An accept by how its number relates to the current attempt.
AgentCell: TypeAlias = Literal["accept-current", "accept-again", "accept-earlier", "accept-later"]

#: Every state and every message; pairs that cannot come about are refused as well.
AGENT_TABLE: Final[dict[AgentStateName, dict[AgentCell, Decision]]] = {
    "idle": {
        "accept-current": "ERR_HANDSHAKE_ORDER",
        "accept-again": "ERR_HANDSHAKE_ORDER",
        "accept-earlier": "ERR_HANDSHAKE_STALE",
        "accept-later": "ERR_HANDSHAKE_ORDER",
    },
    "offered": {
        "accept-current": "verify",
        "accept-again": "ERR_HANDSHAKE_ORDER",
        "accept-earlier": "ERR_HANDSHAKE_STALE",
        "accept-later": "ERR_HANDSHAKE_ORDER",
    },
    "confirmed": {
        "accept-current": "ERR_HANDSHAKE_STALE",
        "accept-again": "resend",
        "accept-earlier": "ERR_HANDSHAKE_STALE",
        "accept-later": "ERR_HANDSHAKE_ORDER",
    },
    "closed": {
        "accept-current": "ERR_HANDSHAKE_CLOSED",
        "accept-again": "ERR_HANDSHAKE_CLOSED",
        "accept-earlier": "ERR_HANDSHAKE_CLOSED",
        "accept-later": "ERR_HANDSHAKE_CLOSED",
    },
}


@dataclass(frozen=True, slots=True)
class Idle:
    name: ClassVar[AgentStateName] = "idle"
    #: Attempts count from 1, so before the first every number is later.
    attempt: int = 0


@dataclass(frozen=True, slots=True)
class Offered:
    """An offer that was sent, with everything that the accept is checked against."""

    name: ClassVar[AgentStateName] = "offered"
    attempt: int
    binding: OfferBinding
    #: The offer, for when it got lost.
    frame: bytes
    seed: SecretBytes
    agent_nonce: SecretBytes


@dataclass(frozen=True, slots=True)
class Confirmed:
    name: ClassVar[AgentStateName] = "confirmed"
    attempt: int
    accept_digest: bytes
    #: The confirm, for when it got lost.
    frame: bytes
    session: CallSession


@dataclass(frozen=True, slots=True)
class Closed:
    name: ClassVar[AgentStateName] = "closed"
    attempt: int = 0


AgentState: TypeAlias = Idle | Offered | Confirmed | Closed


def agent_cell(state: AgentState, attempt: int, digest: bytes) -> AgentCell:
    """Which column of the table an accept is. Its number is a claim until verified."""
    if attempt != state.attempt:
        return "accept-later" if attempt > state.attempt else "accept-earlier"
    return "accept-again" if isinstance(state, Confirmed) and digest == state.accept_digest else "accept-current"


@dataclass(frozen=True, slots=True)
class AgentConfirmed:
    """Send the frame; the user has the keys as soon as it arrives."""

    session: CallSession
    frame: bytes


AgentOutcome: TypeAlias = AgentConfirmed | Resend | Refused


class AgentHandshake:
    """The agent's side of the handshake of one call, over all its attempts. A message that is refused changes nothing."""

    def __init__(
        self,
        call: CallBinding,
        *,
        call_key: SecretBytes,
        user_commitment: bytes,
        identity_signer: Signer,
        call_verifier: Verifier,
        hearing: CallHearing,
        entropy: Entropy = SYSTEM_ENTROPY,
    ) -> None:
        """A copy of the call key is kept until `close`. Commitment and per-call key are those of the envelope's context.

        `hearing`, who hears the call, is declared in every offer.
        """
        if len(call_key) != CALL_KEY_BYTES:
            raise ValueError("A call key of 32 bytes expected.")
        self._call = call
        self._call_key = call_key.copy()
        self._user_commitment = fixed(user_commitment, HASH_BYTES)
        self._identity_signer = identity_signer
        self._call_verifier = call_verifier
        self._hearing = hearing
        self._entropy = entropy
        self._state: AgentState = Idle()

    @property
    def state(self) -> AgentStateName:
        return self._state.name

    @property
    def unanswered(self) -> bytes | None:
        """The offer that no accept has answered, to send again after a while."""
        return self._state.frame if isinstance(self._state, Offered) else None

    def begin(self, *, attempt: int, user_identity: str, agent_identity: str) -> bytes:
        """Begins an attempt and returns the offer to send. The attempt before is wiped.

        Raises `ERR_HANDSHAKE_STALE` when the number does not rise, `ERR_HANDSHAKE_CLOSED`, `ERR_HANDSHAKE_SIGNATURE` when the
        signer fails; `ValueError` for a number or identity out of bounds.
        """
        if isinstance(self._state, Closed):
            raise OracleCallError("ERR_HANDSHAKE_CLOSED")
        for identity in (user_identity, agent_identity):
            check_identity(identity)
        if attempt <= self._state.attempt:
            raise OracleCallError("ERR_HANDSHAKE_STALE")
        offered = self._make_offer(attempt, user_identity, agent_identity)
        self._move(offered)
        return offered.frame

    def receive(self, frame: bytes, sender_identity: str) -> AgentOutcome:
        """Takes an accept. `sender_identity` is who sent it, as the SFU says. Never raises `OracleCallError`."""
        try:
            return self._take(claim_frame(frame, ("accept",)), sender_identity)
        except OracleCallError as error:
            return Refused(error)

    def close(self) -> None:
        """Wipes everything, the session included. Idempotent."""
        self._move(Closed())
        self._call_key.destroy()

    def _move(self, state: AgentState) -> None:
        before, self._state = self._state, state
        if isinstance(before, Offered):
            before.seed.destroy()
            before.agent_nonce.destroy()
        if isinstance(before, Confirmed):
            before.session.destroy()

    def _make_offer(self, attempt: int, user_identity: str, agent_identity: str) -> Offered:
        ephemeral_public_key, seed = create_x_wing_key_pair(self._entropy)
        agent_nonce = create_comparison_nonce(self._entropy)
        commitment = commitment_to(agent_nonce.expose())
        offered = (user_identity, agent_identity, self._hearing, commitment, ephemeral_public_key)
        binding = OfferBinding(self._call, attempt, *offered)
        signature = sign_hash(self._identity_signer, "offer signature", offer_hash(binding))
        body = encode_offer(Offer(*offered, signature))
        frame = seal_message(self._call_key, FrameHeader("offer", attempt, FIRST_EPOCH), body, self._entropy)
        return Offered(attempt, binding, frame, seed, agent_nonce)

    def _take(self, claimed: ClaimedFrame, sender_identity: str) -> AgentOutcome:
        decision = AGENT_TABLE[self._state.name][agent_cell(self._state, claimed.header.attempt, claimed.digest)]
        if decision == "resend" and isinstance(self._state, Confirmed):
            return Resend(self._state.frame)
        if decision == "verify" and isinstance(self._state, Offered):
            confirmed = self._verify_accept(self._state, claimed, sender_identity)
            self._move(confirmed)
            return AgentConfirmed(confirmed.session, confirmed.frame)
        raise refusal_of(decision)

    def _verify_accept(self, offered: Offered, claimed: ClaimedFrame, sender_identity: str) -> Confirmed:
        """In the order of the text: the sender, the seal, the signature, the commitment, the tag."""
        binding = offered.binding
        if claimed.header.epoch != FIRST_EPOCH:
            raise OracleCallError("ERR_HANDSHAKE_MALFORMED")
        if sender_identity != binding.user_identity:
            raise OracleCallError("ERR_HANDSHAKE_IDENTITY")
        accept = decode_accept(open_message(self._call_key, claimed))
        transcript = transcript_hash(binding, accept.encapsulation, accept.user_nonce)
        check_signed_hash(self._call_verifier, "accept signature", transcript, accept.signature)
        check_commitment(accept.user_nonce, self._user_commitment)
        with decapsulate_x_wing(accept.encapsulation, offered.seed) as shared_secret:
            epoch = derive_epoch(
                chain_key=self._call_key,
                shared_secret=shared_secret,
                transcript=transcript,
                attempt=offered.attempt,
                epoch=FIRST_EPOCH,
            )
        if not is_confirmation_tag(accept.tag, epoch.user_confirm, transcript):
            epoch.destroy()
            raise OracleCallError("ERR_HANDSHAKE_CONFIRMATION")
        agent_nonce = bytes(offered.agent_nonce.expose())
        try:
            signature = sign_hash(self._identity_signer, "confirm signature", transcript)
        except OracleCallError:
            epoch.destroy()
            raise
        body = encode_confirm(Confirm(agent_nonce, signature, confirmation_tag(epoch.agent_confirm, transcript)))
        header = FrameHeader("confirm", offered.attempt, FIRST_EPOCH)
        frame = seal_message(self._call_key, header, body, self._entropy)
        session = CallSession(
            epoch,
            user_identity=binding.user_identity,
            agent_identity=binding.agent_identity,
            comparison_code=comparison_code(transcript, accept.user_nonce, agent_nonce),
            hearing=binding.hearing,
        )
        return Confirmed(offered.attempt, claimed.digest, frame, session)
