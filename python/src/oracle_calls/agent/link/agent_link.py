"""The agent's end of a call's secure link: the pure machines of the protocol, driven by time and by what arrives."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from oracle_calls.protocol import OracleCallError, SecretBytes
from oracle_calls.protocol.data import Control, DataPayload, Delivered, Received
from oracle_calls.protocol.frame import FrameKind, read_frame_header
from oracle_calls.protocol.handshake import AgentConfirmed, AgentHandshake, CallBinding, Refused, Resend
from oracle_calls.protocol.hearing import CallHearing
from oracle_calls.protocol.rekey import AgentRekey, RekeyOutcome
from oracle_calls.protocol.rekey.steps import (
    PREVIOUS_KEY_GRACE_MS,
    REKEY_INTERVAL_MS,
    InstallReceive,
    RekeyStep,
    Retire,
    Send,
    StartGrace,
    Steps,
)
from oracle_calls.protocol.signing import Signer, Verifier

from ..clock import Clock, Timer
from ..turns import Background, Turns
from .link_keys import RECEIVES, SENDS, LinkKeys
from .ports import ConfirmedAttempt, FrameKeys, LinkListener, SendFrame
from .resender import Overdue, Resender
from .sealed_data import SealedData
from .times import HANDSHAKE_MAX_MS, PENDING_FRAMES_MAX, REKEY_MAX_MS, REKEY_REQUEST_GAP_MS

#: Control payloads that only the links of the two ends talk about.
_OWN_BUSINESS = ("epoch-switched", "rekey")


@dataclass(slots=True)
class _Live:
    """A confirmed attempt while it lasts."""

    confirmed: ConfirmedAttempt
    rekey: AgentRekey
    graces: dict[int, Timer]
    is_peer_ready: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkParties:
    """Who the two ends of a call are, by what was signed. The call key is copied."""

    binding: CallBinding
    call_key: SecretBytes
    user_commitment: bytes
    identity_signer: Signer
    call_verifier: Verifier
    #: Who hears the call: declared in every offer.
    hearing: CallHearing


class AgentLink:
    """Offers attempts, installs the media keys of each attempt and epoch, rekeys in time, carries data.

    It holds nothing of the connection: give it every frame of the topic, and it sends through `send`. Within one event loop.
    """

    def __init__(
        self,
        parties: LinkParties,
        *,
        clock: Clock,
        frame_keys: FrameKeys,
        send: SendFrame,
        listener: LinkListener,
        rekey_interval_ms: float = REKEY_INTERVAL_MS,
    ) -> None:
        """Raises `ValueError` for a part of a wrong length."""
        self._parties = parties
        self._clock = clock
        self._listener = listener
        self._send_frame = send
        self._rekey_interval_ms = rekey_interval_ms
        self._handshake = AgentHandshake(
            parties.binding,
            call_key=parties.call_key,
            user_commitment=parties.user_commitment,
            identity_signer=parties.identity_signer,
            call_verifier=parties.call_verifier,
            hearing=parties.hearing,
        )
        self._data = SealedData(clock, sends=SENDS, receives=RECEIVES, send=self._transmit)
        self._keys = LinkKeys(frame_keys, self._data)
        self._resender = Resender(
            clock,
            unanswered=lambda: self._handshake.unanswered or (self._live.rekey.unanswered if self._live else None),
            send=self._transmit,
            # A rekey has a longer bound of its own: meanwhile the call goes on under the keys of before.
            overdue=Overdue(HANDSHAKE_MAX_MS, lambda: self._handshake.unanswered is not None, listener.stalled),
        )
        self._turns = Turns()
        self._background = Background()
        self._pending = 0
        #: Whom frames go to: the user of the attempt under way.
        self._peer_identity: str | None = None
        self._live: _Live | None = None
        self._is_closed = False
        self._rekey_timer: Timer | None = None
        self._rekey_deadline: Timer | None = None
        self._last_rekey_at = float("-inf")

    @property
    def attempt(self) -> ConfirmedAttempt | None:
        """The confirmed attempt, while it lasts."""
        return self._live.confirmed if self._live else None

    async def begin(self, *, attempt: int, user_identity: str, agent_identity: str) -> None:
        """Begins an attempt: the one before is over, its keys are wiped, and the offer is sent until it is accepted.

        Raises `ERR_HANDSHAKE_STALE` when the number does not rise, `ERR_HANDSHAKE_CLOSED`, `ERR_HANDSHAKE_SIGNATURE`;
        `ValueError` for a number or identity out of bounds.
        """
        errors: list[Exception] = []

        async def offer() -> None:
            try:
                frame = self._handshake.begin(
                    attempt=attempt, user_identity=user_identity, agent_identity=agent_identity
                )
            except (OracleCallError, ValueError) as error:
                # The caller's to handle; the link itself is as it was.
                errors.append(error)
                return
            self._stop_rekeying()
            await self._turn_to(user_identity)
            self._transmit(frame)
            self._resender.start()

        if self._is_closed:
            raise OracleCallError("ERR_HANDSHAKE_CLOSED")
        await self._run(offer)
        if errors:
            raise errors[0]

    async def rekey(self) -> None:
        """Begins the next epoch, unless one is under way."""
        await self._run(self._begin_rekey)

    def receive(self, frame: bytes, sender_identity: str | None) -> None:
        """Takes a frame of the topic when its turn comes. `sender_identity` is who sent it, as the SFU says."""
        if self._is_closed or self._pending >= PENDING_FRAMES_MAX:
            return
        self._pending += 1

        async def take() -> None:
            await self._take(bytes(frame), sender_identity)

        async def in_turn() -> None:
            try:
                await self._run(take)
            finally:
                self._pending -= 1

        self._background.start(in_turn())

    def send(self, payload: DataPayload) -> None:
        """Sends data; what must arrive is sent again until it did. Raises `ERR_DATA_MALFORMED`, `ERR_DATA_TOO_LARGE`."""
        if not self._is_closed:
            self._data.send(payload)

    def close(self) -> None:
        """Wipes everything. Idempotent."""
        self._is_closed = True
        self._stop_rekeying()
        self._resender.stop()
        self._data.close()
        self._end_live()
        self._handshake.close()

    async def _run(self, work: Callable[[], Awaitable[None]]) -> None:
        """Runs work in turn. Its failure is the link's: keys that cannot be installed leave nothing to go on with."""

        async def unless_closed() -> None:
            if self._is_closed:
                return
            try:
                await work()
            except OracleCallError as error:
                self._fail(error)
            except Exception as cause:  # noqa: BLE001
                failure = OracleCallError("ERR_INTERNAL")
                failure.__cause__ = cause
                self._fail(failure)

        await self._turns.run(unless_closed)

    def _fail(self, error: OracleCallError) -> None:
        if not self._is_closed:
            self._listener.failed(error)

    def _refuse(self, error: OracleCallError, participant_identity: str | None) -> None:
        if not self._is_closed:
            self._listener.refused(error, participant_identity)

    def _transmit(self, frame: bytes) -> None:
        if self._is_closed or self._peer_identity is None:
            return

        async def send(peer_identity: str) -> None:
            await self._send_frame(frame, peer_identity)

        # What got lost is sent again; a connection that is gone is told by whoever holds it.
        self._background.start(send(self._peer_identity))

    async def _turn_to(self, peer_identity: str) -> None:
        """An attempt with this participant is under way; the one before is over."""
        self._peer_identity = peer_identity
        if self._live is None:
            return
        self._end_live()
        await self._keys.retire_all()
        if not self._is_closed:
            self._listener.superseded()

    def _end_live(self) -> None:
        live, self._live = self._live, None
        if live is not None:
            for timer in live.graces.values():
                timer.cancel()

    async def _take(self, frame: bytes, sender_identity: str | None) -> None:
        if sender_identity is None:
            self._refuse(OracleCallError("ERR_DATA_SENDER"), None)
            return
        try:
            kind: FrameKind = read_frame_header(frame).kind
        except OracleCallError as error:
            self._refuse(error, sender_identity)
            return
        if kind == "data":
            await self._take_data(frame, sender_identity)
        elif kind == "accept":
            await self._take_accept(frame, sender_identity)
        elif kind == "rekey-accept" and self._live is not None:
            await self._perform(self._live.rekey.receive(frame, sender_identity), sender_identity)
        else:
            # This end's own messages, played back to it, or a rekey of no session.
            self._refuse(OracleCallError("ERR_HANDSHAKE_ORDER"), sender_identity)

    async def _take_accept(self, frame: bytes, sender_identity: str) -> None:
        outcome = self._handshake.receive(frame, sender_identity)
        if isinstance(outcome, Refused):
            self._refuse(outcome.error, sender_identity)
        elif isinstance(outcome, Resend):
            self._transmit(outcome.frame)
        else:
            self._resender.stop()
            await self._confirm(outcome)

    async def _confirm(self, outcome: AgentConfirmed) -> None:
        session = outcome.session
        await self._keys.install_receiving(session.user_identity, session.keys)
        self._transmit(outcome.frame)
        await self._keys.switch_sending(session.keys)
        if self._is_closed:
            return
        rekey = AgentRekey(
            session, identity_signer=self._parties.identity_signer, call_verifier=self._parties.call_verifier
        )
        confirmed = ConfirmedAttempt(
            session.attempt, session.user_identity, session.agent_identity, session.comparison_code
        )
        self._live = _Live(confirmed, rekey, {})
        self._listener.confirmed(confirmed)
        self._schedule_rekey()

    async def _take_data(self, frame: bytes, sender_identity: str) -> None:
        live = self._live
        if live is None or sender_identity != live.confirmed.user_identity:
            self._refuse(OracleCallError("ERR_DATA_SENDER"), sender_identity)
            return
        outcome = self._data.open(frame)
        if isinstance(outcome, Refused):
            self._refuse(outcome.error, sender_identity)
            return
        if not live.is_peer_ready:
            live.is_peer_ready = True
            self._listener.peer_ready()
        payload = outcome.payload if isinstance(outcome, Delivered) else None
        await self._opened(live, outcome.attempt, outcome.epoch, payload)
        if payload is None or isinstance(payload, Received) or self._is_closed:
            return
        if not isinstance(payload, Control) or payload.action not in _OWN_BUSINESS:
            self._listener.payload(payload)

    async def _opened(self, live: _Live, attempt: int, epoch: int, payload: DataPayload | None) -> None:
        if attempt != live.confirmed.attempt:
            return
        await self._perform(live.rekey.peer_switched(epoch), live.confirmed.user_identity)
        if live.rekey.state in ("draining", "steady") and self._rekey_deadline is not None:
            self._rekey_deadline.cancel()
        is_asked = isinstance(payload, Control) and payload.action == "rekey"
        if is_asked and self._clock.now() - self._last_rekey_at >= REKEY_REQUEST_GAP_MS:
            await self._begin_rekey()

    async def _begin_rekey(self) -> None:
        live = self._live
        # One that is under way has a deadline of its own.
        if live is None or live.rekey.state in ("offered", "confirmed"):
            return
        self._last_rekey_at = self._clock.now()
        await self._perform(live.rekey.begin(), live.confirmed.user_identity)
        if self._rekey_deadline is not None:
            self._rekey_deadline.cancel()

        def is_it_through() -> None:
            if self._live is live and live.rekey.state not in ("steady", "draining"):
                self._listener.stalled()

        self._rekey_deadline = self._clock.after(REKEY_MAX_MS, is_it_through)
        self._schedule_rekey()

    async def _perform(self, outcome: RekeyOutcome, sender_identity: str) -> None:
        """Does what the rekey of the live attempt says, step by step, in the order given."""
        if isinstance(outcome, Refused):
            self._refuse(outcome.error, sender_identity)
        elif isinstance(outcome, Steps):
            for step in outcome.steps:
                if self._live is not None:
                    await self._step(self._live, step)

    async def _step(self, live: _Live, step: RekeyStep) -> None:
        if isinstance(step, InstallReceive):
            await self._keys.install_receiving(live.confirmed.user_identity, step.keys)
        elif isinstance(step, Send):
            self._transmit(step.frame)
            self._resender.start()
        elif isinstance(step, StartGrace):
            self._start_grace(live, step.epoch)
        elif isinstance(step, Retire):
            before = live.graces.pop(step.epoch, None)
            if before is not None:
                before.cancel()
            await self._keys.retire(live.confirmed.attempt, step.epoch)
        else:
            await self._keys.switch_sending(step.keys)
            if not self._is_closed:
                self._listener.rekeyed(step.keys.epoch)

    def _start_grace(self, live: _Live, epoch: int) -> None:
        async def over() -> None:
            if self._live is live:
                live.graces.pop(epoch, None)
                await self._perform(live.rekey.grace_over(epoch), live.confirmed.user_identity)

        live.graces[epoch] = self._clock.after(PREVIOUS_KEY_GRACE_MS, lambda: self._background.start(self._run(over)))

    def _schedule_rekey(self) -> None:
        if self._rekey_timer is not None:
            self._rekey_timer.cancel()
        self._rekey_timer = self._clock.after(self._rekey_interval_ms, lambda: self._background.start(self.rekey()))

    def _stop_rekeying(self) -> None:
        for timer in (self._rekey_timer, self._rekey_deadline):
            if timer is not None:
                timer.cancel()
        self._rekey_timer = self._rekey_deadline = None
