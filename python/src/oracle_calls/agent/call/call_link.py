"""One call's key exchange and data, in whatever protocol the user speaks, and what it tells."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, Protocol, TypeAlias

from oracle_calls.protocol import OracleCallError, SecretBytes
from oracle_calls.protocol.data import DataPayload
from oracle_calls.protocol.envelope import SignedEnvelope
from oracle_calls.protocol.envelope.verify import ENVELOPE_CLOCK_SKEW_MS
from oracle_calls.protocol.handshake import CallBinding
from oracle_calls.protocol.hearing import CallHearing
from oracle_calls.protocol.signing import Verifier

from ..clock import Clock, Timer
from ..identity import OwnIdentity
from ..link import AgentLink, ConfirmedAttempt, LinkParties
from ..seat import Seat
from ..trust import AttemptNumbers
from ..turns import Background

log = logging.getLogger("oracle_calls.agent")

#: The user's first frame under the new keys comes within a round trip; the greeting does not wait longer, in ms.
PEER_READY_MAX_MS: Final = 500
#: What only somebody with the call key can bring about: its seal opened, and what is inside is not the user's.
_FORGERIES: Final = ("ERR_HANDSHAKE_SIGNATURE", "ERR_HANDSHAKE_COMMITMENT", "ERR_HANDSHAKE_CONFIRMATION")
#: After an offer of this process that nobody answered: the user may know higher numbers, from an agent on another machine.
_BLIND_STEP: Final = 16
#: Refused frames that are logged one by one; whoever sends more is not to fill the log.
_REFUSALS_LOGGED: Final = 20

#: `confirmed`: both ends are who they should be, the user may be admitted. `peer-ready`: the user has proven to have the keys, or
#: should have long since. `stalled`: a new attempt is the way on. `failed`: the keys can be neither used nor replaced.
LinkNotice: TypeAlias = Literal["confirmed", "peer-ready", "stalled", "failed"]


class LinkOwner(Protocol):
    """Who is told. Returns at once, does not raise."""

    def on_link(self, notice: LinkNotice) -> None: ...
    def on_payload(self, payload: DataPayload) -> None: ...


class CallLink(Protocol):
    @property
    def is_forged(self) -> bool:
        """Somebody who knows the call key answered, and is not who signed the call."""
        ...

    @property
    def comparison_code(self) -> str | None:
        """Of the attempt that is confirmed now."""
        ...

    def begin(self) -> None:
        """Begins an attempt with the user, who is in the room."""
        ...

    def rekey(self) -> None:
        """The own connection was mended: time for other keys."""
        ...

    def receive(self, frame: bytes, participant_identity: str | None) -> None: ...

    def send(self, payload: DataPayload) -> None:
        """Sends to the user alone; where there is no way to, the payload is dropped."""
        ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkOptions:
    call_id: str
    user_identity: str
    seat: Seat
    identity: OwnIdentity
    attempts: AttemptNumbers
    hearing: CallHearing
    clock: Clock
    rekey_interval_ms: float


class StrictLink:
    """The secure link of a signed call: numbers its attempts, and tells the job how far it is."""

    def __init__(self, options: LinkOptions, envelope: SignedEnvelope, call_key: SecretBytes, owner: LinkOwner) -> None:
        """Takes the call key: it is wiped once the link has its own copy."""
        self._options = options
        self._owner = owner
        self._forget_at = envelope.context.not_after + ENVELOPE_CLOCK_SKEW_MS
        self._background = Background(self._begin_failed)
        self._ready_timer: Timer | None = None
        self._has_offered = self._was_confirmed = self._is_forged = False
        self._refusals = 0
        with call_key:
            parties = LinkParties(
                binding=CallBinding(envelope.context_hash, envelope.signature, options.call_id),
                call_key=call_key,
                user_commitment=envelope.context.comparison_commitment,
                identity_signer=options.identity.keys.identity_signer,
                call_verifier=Verifier("Ed25519", envelope.context.call_public_key),
                hearing=options.hearing,
            )
            self._link = AgentLink(
                parties,
                clock=options.clock,
                frame_keys=options.seat.frame_keys,
                send=options.seat.send_frame,
                listener=self,
                rekey_interval_ms=options.rekey_interval_ms,
            )

    @property
    def is_forged(self) -> bool:
        return self._is_forged

    @property
    def comparison_code(self) -> str | None:
        attempt = self._link.attempt
        return attempt.comparison_code if attempt is not None else None

    def begin(self) -> None:
        self._stop_waiting()
        options = self._options
        step = _BLIND_STEP if self._has_offered and not self._was_confirmed else 1
        now = options.clock.now()
        try:
            attempt = options.attempts.next(options.call_id, until=self._forget_at, now=now, step=step)
        except OracleCallError as error:
            self._begin_failed(error)
            return
        self._has_offered = True
        log.info("handshake offered", extra={"attempt": attempt})
        offer = self._link.begin(
            attempt=attempt, user_identity=options.user_identity, agent_identity=options.seat.identity
        )
        self._background.start(offer)

    def rekey(self) -> None:
        self._background.start(self._link.rekey())

    def receive(self, frame: bytes, participant_identity: str | None) -> None:
        self._link.receive(frame, participant_identity)

    def send(self, payload: DataPayload) -> None:
        try:
            self._link.send(payload)
        except OracleCallError as error:
            log.warning("data not sent", extra={"kind": payload.kind, "code": error.code})

    def close(self) -> None:
        self._stop_waiting()
        self._link.close()

    # What the link below tells.

    def confirmed(self, attempt: ConfirmedAttempt) -> None:
        self._was_confirmed = True
        log.info("handshake confirmed", extra={"attempt": attempt.attempt})
        self._owner.on_link("confirmed")
        self._ready_timer = self._options.clock.after(PEER_READY_MAX_MS, self.peer_ready)

    def superseded(self) -> None:
        self._stop_waiting()

    def peer_ready(self) -> None:
        self._stop_waiting()
        self._owner.on_link("peer-ready")

    def rekeyed(self, epoch: int) -> None:
        log.info("keys renewed", extra={"epoch": epoch})

    def payload(self, payload: DataPayload) -> None:
        self._owner.on_payload(payload)

    def refused(self, error: OracleCallError, participant_identity: str | None) -> None:
        if error.code in _FORGERIES:
            self._is_forged = True
        self._refusals += 1
        if self._refusals <= _REFUSALS_LOGGED:
            is_from_user = participant_identity == self._options.user_identity
            log.warning("frame refused", extra={"code": error.code, "is_from_user": is_from_user})

    def failed(self, error: OracleCallError) -> None:
        log.error("the keys of the call failed", extra={"code": error.code})
        self._owner.on_link("failed")

    def stalled(self) -> None:
        log.warning("the key exchange stalled")
        self._owner.on_link("stalled")

    def _begin_failed(self, error: BaseException) -> None:
        self.failed(error if isinstance(error, OracleCallError) else OracleCallError("ERR_INTERNAL"))

    def _stop_waiting(self) -> None:
        if self._ready_timer is not None:
            self._ready_timer.cancel()
            self._ready_timer = None


class OlderLink:
    """What stands in the link's place in a call of the older protocol: one shared key, set when the user is there.

    No handshake, so nobody is proven to be anybody, and no data.
    """

    is_forged = False
    comparison_code: str | None = None

    def __init__(self, seat: Seat, user_identity: str, call_key: SecretBytes, owner: LinkOwner) -> None:
        self._seat, self._user_identity, self._call_key, self._owner = seat, user_identity, call_key, owner
        self._background = Background(self._failed)

    def begin(self) -> None:
        self._background.start(self._share())

    def rekey(self) -> None:
        """The key of such a call is never renewed."""

    def receive(self, frame: bytes, participant_identity: str | None) -> None:
        """Its protocol has no data; what arrives is nobody's."""

    def send(self, payload: DataPayload) -> None:
        """Data would go out in the clear."""

    def close(self) -> None:
        self._call_key.destroy()

    async def _share(self) -> None:
        await self._seat.share_key(self._user_identity, self._call_key)
        self._owner.on_link("confirmed")
        self._owner.on_link("peer-ready")

    def _failed(self, error: BaseException) -> None:
        log.error("the key of the call failed", extra={"code": getattr(error, "code", "ERR_INTERNAL")})
        self._owner.on_link("failed")


OpenLink: TypeAlias = Callable[[LinkOptions, SignedEnvelope | None, SecretBytes, LinkOwner], CallLink]


def open_call_link(
    options: LinkOptions, envelope: SignedEnvelope | None, call_key: SecretBytes, owner: LinkOwner
) -> CallLink:
    """The link of the protocol that the call speaks."""
    if envelope is None:
        return OlderLink(options.seat, options.user_identity, call_key, owner)
    return StrictLink(options, envelope, call_key, owner)
