"""One call of the agent, from the dispatch ticket to the end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Final

from oracle_calls.protocol import OracleCallError
from oracle_calls.protocol.call_status import EndReason
from oracle_calls.protocol.data import DataPayload
from oracle_calls.protocol.hearing import CallHearing
from oracle_calls.protocol.rekey.steps import REKEY_INTERVAL_MS

from ..backend import Backend, ClaimedCall
from ..clock import Timer, within
from ..log_lines import CallName, call_name
from ..seat import (
    FrameReceived,
    ParticipantGone,
    ParticipantHere,
    PublicationRefused,
    Reconnected,
    Reconnecting,
    Seat,
    SeatBroken,
    SeatLost,
    SeatNotice,
    Undecryptable,
    UserAudio,
    VoiceSubscribed,
)
from ..turns import Background
from .call_data import CallData
from .call_link import CallLink, LinkNotice, LinkOptions, OpenLink, open_call_link
from .conversation import CallContext, Conversation
from .earcon import earcon
from .evidence_log import EvidenceLog
from .open_call import Opening
from .presence import (
    INITIAL_PRESENCE,
    End,
    PatienceOver,
    PresenceEffect,
    PresenceInput,
    SeatGone,
    StartPatience,
    UserGone,
    step_presence,
)
from .set_up import OpenSeat, Ready, Report, code_of, leave, set_up
from .timeline import STAGES_OF_INPUTS, JobTimeline

log = logging.getLogger("oracle_calls.agent")

#: The SFU tells when our voice is received; should that notice get lost, the oracle speaks after this long, in ms.
SUBSCRIPTION_WAIT_MS: Final = 1_500
#: A person may first have to answer the browser's question about the microphone, in ms.
ARRIVAL_MS: Final = 45_000
#: From the first offer to a user who is there until the agent gives up, in ms: two offers and half of a third.
HANDSHAKE_PATIENCE_MS: Final = 25_000
#: A user who vanished has this long to come back, in ms (`docs/protocol.md`, "Vanishing").
GRACE_MS: Final = 15_000
#: Nobody talks to an oracle for longer; a forgotten call must not hold a worker for ever, in ms.
MAX_CALL_MS: Final = 2 * 60 * 60 * 1_000
#: Telling the backend must not keep a finished process alive for longer, in ms.
_REPORT_MAX_MS: Final = 5_000
#: A room has two participants; more notices than this before the call is set up are somebody's mischief.
_EARLY_MAX: Final = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class CallDeps:
    ticket: str
    opening: Opening
    backend: Backend
    open_seat: OpenSeat
    conversation: Conversation
    #: Who hears the call: told to the user before the first word.
    hearing: CallHearing
    grace_ms: float = GRACE_MS
    max_call_ms: float = MAX_CALL_MS
    rekey_interval_ms: float = REKEY_INTERVAL_MS
    #: Another link for tests.
    open_link: OpenLink = open_call_link


@dataclass(slots=True)
class _LiveCall:
    """A call that is set up, and everything that works for it."""

    call: ClaimedCall
    seat: Seat
    is_signed: bool
    link: CallLink
    data: CallData
    evidence: EvidenceLog
    was_confirmed: bool = False


class CallJob:
    """Within one event loop. `run` never raises but for its own cancellation: what goes wrong is logged and reported."""

    def __init__(self, deps: CallDeps) -> None:
        self._deps = deps
        self._clock = deps.opening.clock
        self._timeline = JobTimeline(self._clock)
        self._state = INITIAL_PRESENCE.state
        self._early: list[SeatNotice] = []
        self._live: _LiveCall | None = None
        self._ended: asyncio.Future[EndReason | None] = asyncio.get_running_loop().create_future()
        self._setting_up: asyncio.Task[Any] | None = None
        self._is_stopped = False
        self._is_over = False
        self._is_started = False
        self._patience: Timer | None = None
        self._timers: list[Timer] = []
        self._background = Background(self._part_failed)

    async def run(self) -> EndReason | None:
        """The whole call; returns what was reported to the backend, `None` when it knows already."""
        call_name.set(CallName())
        try:
            if self._was_stopped():
                return None
            deps = self._deps
            self._setting_up = asyncio.ensure_future(
                set_up(deps.opening, deps.backend, deps.ticket, deps.open_seat, self._observe_early, self._timeline)
            )
            try:
                outcome = await self._setting_up
            except asyncio.CancelledError:
                if self._setting_up.cancelled() and self._was_stopped():
                    return None
                raise
            if isinstance(outcome, Report):
                return await self._report(outcome.call, outcome.end_reason)
            return await self._perform(outcome) if isinstance(outcome, Ready) else None
        except Exception as error:  # noqa: BLE001
            log.error("the job failed", extra={"code": code_of(error)})
            return None
        finally:
            self._deps.opening.identity.destroy()
            log.info("job over")

    def stop(self) -> None:
        """Ends the call because this process is to stop; `run` returns soon after."""
        self._is_stopped = True
        if self._live is None and self._setting_up is not None:
            self._setting_up.cancel()
        self._input("stop")

    def _was_stopped(self) -> bool:
        return self._is_stopped

    def hang_up(self) -> None:
        """The oracle has said what there was to say."""
        self._input("completed")

    async def _perform(self, ready: Ready) -> EndReason | None:
        end_reason: EndReason | None = "agent-failed"
        try:
            live = self._begin(ready)
            end_reason = await self._ended
            # Silent first, then gone; the user hears of it meanwhile.
            live.seat.speaker.set_muted(True)
            live.data.say_goodbye()
            await live.evidence.write(is_signed=live.is_signed, was_confirmed=live.was_confirmed)
        finally:
            self._is_over = True
            for timer in [*self._timers, *([self._patience] if self._patience else [])]:
                timer.cancel()
            await self._background.stop()
            await self._close_conversation()
            await self._report(ready.call, end_reason)
            if self._live is not None:
                self._live.link.close()
            ready.opened.call_key.destroy()
            await leave(ready.seat)
        return end_reason

    async def _close_conversation(self) -> None:
        try:
            await self._deps.conversation.close()
        except Exception as error:  # noqa: BLE001
            log.warning("closing the conversation failed", extra={"kind": type(error).__name__})

    def _begin(self, ready: Ready) -> _LiveCall:
        call, seat, deps = ready.call, ready.seat, self._deps
        options = LinkOptions(
            call_id=call.call_id,
            user_identity=call.user_identity,
            seat=seat,
            identity=deps.opening.identity,
            attempts=deps.opening.trust.attempts,
            clock=self._clock,
            hearing=deps.hearing,
            rekey_interval_ms=deps.rekey_interval_ms,
        )
        link = deps.open_link(options, ready.opened.envelope, ready.opened.call_key, self)
        live = self._live = _LiveCall(
            call, seat, ready.opened.envelope is not None, link, CallData(link, self), EvidenceLog(seat, self._clock)
        )
        self._background.start(live.evidence.keep_sampling())
        self._timers.append(self._clock.after(deps.max_call_ms, lambda: self._input("length-reached")))
        for effect in INITIAL_PRESENCE.effects:
            self._do(live, effect)
        early, self._early = self._early, []
        for notice in early:
            self._on_notice(live, notice)
        return live

    def _observe_early(self, notice: SeatNotice) -> None:
        if self._live is not None:
            self._on_notice(self._live, notice)
        # Frames without a key to open them are sent again.
        elif not isinstance(notice, FrameReceived) and len(self._early) < _EARLY_MAX:
            self._early.append(notice)

    def on_link(self, notice: LinkNotice) -> None:
        if notice == "failed":
            self._input("unprotected")
            return
        live = self._live
        # Only now is it known whose voice this is.
        if notice == "confirmed" and live is not None and live.is_signed:
            live.was_confirmed = True
            try:
                live.seat.admit(live.call.user_identity)
            except OracleCallError:
                # The room is gone; the seat tells.
                return
        self._input(notice)

    def on_payload(self, payload: DataPayload) -> None:
        if self._live is not None and not self._is_over:
            self._live.data.receive(payload)

    def on_interrupt(self) -> None:
        self._converse("interrupting", self._deps.conversation.interrupt())

    def on_written(self, text: str) -> None:
        self._converse("a written turn", self._deps.conversation.write(text))

    def on_hang_up(self) -> None:
        self._input(UserGone(is_deliberate=True))

    def _on_notice(self, live: _LiveCall, notice: SeatNotice) -> None:
        user = live.call.user_identity
        if isinstance(notice, FrameReceived):
            live.link.receive(notice.frame, notice.participant_identity)
        elif isinstance(notice, ParticipantHere):
            if notice.participant_identity == user:
                wait = self._clock.after(SUBSCRIPTION_WAIT_MS, lambda: self._input("voice-subscribed"))
                self._timers.append(wait)
                self._input("user-here")
        elif isinstance(notice, ParticipantGone):
            if notice.participant_identity == user:
                log.info("user left", extra={"is_deliberate": notice.is_deliberate})
                self._background.start(live.evidence.sample())
                self._input(UserGone(notice.is_deliberate))
        elif isinstance(notice, VoiceSubscribed):
            self._input("voice-subscribed")
        elif isinstance(notice, UserAudio):
            if notice.participant_identity == user:
                self._deps.conversation.hear(notice.frames)
        elif isinstance(notice, PublicationRefused):
            # The user's camera or screen, sealed like the voice: nothing is wrong, and nobody here has eyes.
            level = logging.INFO if notice.reason == "not-audio" else logging.WARNING
            log.log(level, "publication refused", extra={"reason": notice.reason})
        elif isinstance(notice, Reconnecting):
            log.info("connection interrupted")
        elif isinstance(notice, Reconnected):
            log.info("connection mended")
            live.link.rekey()
        elif isinstance(notice, Undecryptable):
            live.evidence.note_unopened()
            log.warning("sound does not open", extra={"code": notice.error.code})
        elif isinstance(notice, SeatBroken):
            log.error("the media server broke a rule", extra={"code": notice.error.code})
            self._input("unprotected")
        elif isinstance(notice, SeatLost):
            log.info("seat lost", extra={"is_deliberate": notice.is_deliberate})
            self._input(SeatGone(notice.is_deliberate))

    def _input(self, given: PresenceInput) -> None:
        stage = STAGES_OF_INPUTS.get(given) if isinstance(given, str) else None
        if stage is not None:
            self._timeline.mark(stage)
        step = step_presence(self._state, given)
        self._state = step.state
        for effect in step.effects:
            if isinstance(effect, End):
                self._end(effect)
            elif self._live is not None:
                self._do(self._live, effect)

    def _end(self, effect: End) -> None:
        log.info("call ends", extra={"end_reason": effect.report})
        if not self._ended.done():
            self._ended.set_result(effect.report)

    def _do(self, live: _LiveCall, effect: PresenceEffect) -> None:
        conversation, speaker = self._deps.conversation, live.seat.speaker
        if isinstance(effect, StartPatience):
            self._start_patience(live, effect)
        elif effect == "stop-patience":
            if self._patience is not None:
                self._patience.cancel()
                self._patience = None
        elif effect == "begin-attempt":
            self._timeline.mark("handshake_begun")
            live.link.begin()
        elif effect == "greet":
            self._background.start(self._greet(live))
        elif effect == "mute":
            speaker.set_muted(True)
            self._converse("falling silent", conversation.fall_silent())
        elif effect == "hush":
            speaker.set_muted(True)
            self._converse("interrupting", conversation.interrupt())
        elif effect == "unmute":
            speaker.set_muted(False)
            log.info("the oracle may speak")

    def _start_patience(self, live: _LiveCall, effect: StartPatience) -> None:
        patience_ms = {"arrival": ARRIVAL_MS, "return": self._deps.grace_ms, "handshake": HANDSHAKE_PATIENCE_MS}
        if self._patience is not None:
            self._patience.cancel()

        def over() -> None:
            if effect.until == "handshake":
                log.error("no handshake with the user", extra={"code": "ERR_HANDSHAKE_TIMEOUT"})
            self._input(PatienceOver(live.link.is_forged))

        self._patience = self._clock.after(patience_ms[effect.until], over)

    async def _greet(self, live: _LiveCall) -> None:
        """Says "I am here", and starts the conversation: starting it earlier would compete with the very first sound."""
        call, speaker = live.call, live.seat.speaker
        for frame in earcon(speaker.sample_rate):
            await speaker.play(frame)
            self._timeline.mark("earcon_sent")
        if self._ended.done():
            return
        context = CallContext(
            call_id=call.call_id,
            session_id=call.session_id,
            language=call.language,
            agent_voice=call.agent_voice,
            comparison_code=lambda: live.link.comparison_code,
            is_user_muted=lambda: live.data.is_user_muted,
        )
        self._is_started = True
        await self._deps.conversation.start(context, speaker, live.data, self._conversation_over)
        self._timeline.mark("conversation_ready")
        self._timeline.log()

    def _conversation_over(self, error: BaseException | None) -> None:
        if error is None:
            self._input("completed")
            return
        log.error("the conversation failed", extra={"code": code_of(error), "kind": type(error).__name__})
        self._input("conversation-failed")

    def _converse(self, what: str, work: Coroutine[Any, Any, None]) -> None:
        """Asks something of the conversation, once it has started."""
        if self._is_started and not self._is_over:
            self._background.start(work)
        else:
            log.debug("nothing to ask yet", extra={"what": what})
            work.close()

    def _part_failed(self, error: BaseException) -> None:
        # A part that is torn down under the work of another has not failed.
        if self._is_over or self._ended.done():
            return
        log.error("a part of the job failed", extra={"code": code_of(error), "kind": type(error).__name__})
        self._input("conversation-failed")

    async def _report(self, call: ClaimedCall, end_reason: EndReason | None) -> EndReason | None:
        if end_reason is None:
            return None
        work = self._deps.backend.end_call(call.call_id, end_reason)
        try:
            await within(self._clock, _REPORT_MAX_MS, work, lambda: OracleCallError("ERR_UPSTREAM_TIMEOUT"))
            log.info("end reported", extra={"end_reason": end_reason})
        except OracleCallError as error:
            log.warning("the end could not be reported", extra={"end_reason": end_reason, "code": error.code})
        return end_reason
