from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import get_args

import pytest
from livekit import rtc

from oracle_calls.agent.call.call_job import (
    ARRIVAL_MS,
    GRACE_MS,
    HANDSHAKE_PATIENCE_MS,
    MAX_CALL_MS,
    SUBSCRIPTION_WAIT_MS,
)
from oracle_calls.agent.call.timeline import JobStage
from oracle_calls.agent.seat import (
    FrameReceived,
    ParticipantGone,
    ParticipantHere,
    PublicationRefused,
    Reconnected,
    SeatBroken,
    SeatLost,
    UserAudio,
    VoiceSubscribed,
)
from oracle_calls.protocol import OracleCallError
from oracle_calls.protocol.data import Caption, Chat, Control, Muted, OracleState, create_payload_id
from oracle_calls.protocol.envelope import seal_bare_envelope
from oracle_calls.protocol.secp256k1 import public_key_of
from scene import CALL_ID, USER

from .call_scene import call_scene, own_identity, with_key
from .fake_clock import run, settle


def test_a_call_is_claimed_answered_greeted_and_ended_by_the_user(tmp_path: Path) -> None:
    async def test() -> None:
        call = call_scene(tmp_path)
        _, running = await call.live()
        assert call.backend.claims == [("ticket", "lk-0123456789abcdef")]
        assert call.seat.admitted == [USER]
        assert call.conversation.did == ["start"]
        assert not call.seat.speaker.is_muted
        assert call.seat.speaker.played > 0
        context = call.conversation.context
        assert context is not None
        assert (context.session_id, context.language) == (call.backend.call.session_id, "en")
        assert context.comparison_code() == call.user.code
        await call.tell(FrameReceived(USER, call.user.say("hang-up")))
        assert await running is None
        assert call.backend.ended == []
        assert call.conversation.did == ["start", "close"]
        assert call.seat.is_closed
        assert call.seat.speaker.is_muted

    run(test())


def test_when_the_stages_of_the_set_up_were_reached_is_logged_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def test() -> None:
        call = call_scene(tmp_path)
        started_at = call.clock.now()
        _, running = await call.live()
        await call.tell(SeatLost(True))
        await running
        [line] = [vars(record) for record in caplog.records if record.getMessage() == "call set up"]
        stages = {name: line[f"{name}_ms"] for name in get_args(JobStage)}
        assert list(stages) == list(get_args(JobStage))
        assert all(0 <= ms <= call.clock.now() - started_at for ms in stages.values())
        assert line["started_at"] == "2026-11-23T12:01:00.000Z"

    with caplog.at_level(logging.INFO, "oracle_calls.agent"):
        run(test())


def test_nobody_is_heard_and_nothing_is_said_before_the_handshake(tmp_path: Path) -> None:
    async def test() -> None:
        call = call_scene(tmp_path)
        call.seat.is_user_deaf = True
        _, running = await call.live()
        assert (call.seat.admitted, call.seat.speaker.is_muted, call.conversation.did) == ([], True, [])
        await call.clock.advance(HANDSHAKE_PATIENCE_MS)
        assert await running == "agent-failed"
        assert call.backend.ended == [(CALL_ID, "agent-failed")]

    run(test())


def test_the_greeting_does_not_wait_for_ever_for_the_voice_to_be_received(tmp_path: Path) -> None:
    async def test() -> None:
        call = call_scene(tmp_path)
        _job, running = call.begin()
        await settle()
        await call.tell(ParticipantHere(USER))
        assert call.conversation.did == []
        await call.clock.advance(SUBSCRIPTION_WAIT_MS)
        assert call.conversation.did == ["start"]
        await call.tell(SeatLost(is_deliberate=True))
        await running

    run(test())


def test_a_user_who_does_not_come_is_reported(tmp_path: Path) -> None:
    async def test() -> None:
        call = call_scene(tmp_path)
        _, running = call.begin()
        await settle()
        await call.tell(ParticipantHere("somebody else"))
        await call.clock.advance(ARRIVAL_MS)
        assert await running == "connection-lost"

    run(test())


def test_a_user_who_vanishes_may_come_back_under_new_keys(tmp_path: Path) -> None:
    async def test() -> None:
        call = call_scene(tmp_path)
        _, running = await call.live()
        await call.vanish()
        assert call.seat.speaker.was_muted()
        assert call.conversation.did == ["start", "fall silent"]
        await call.clock.advance(GRACE_MS - 1)
        await call.tell(ParticipantHere(USER))
        assert not call.seat.speaker.is_muted
        assert call.opening.trust.attempts.next(CALL_ID, until=1e15, now=call.clock.now()) == 3
        await call.vanish()
        await call.clock.advance(GRACE_MS)
        assert await running == "connection-lost"

    run(test())


def test_what_the_user_asks_for_by_data_is_done(tmp_path: Path) -> None:
    async def test() -> None:
        call = call_scene(tmp_path)
        _, running = await call.live()
        for payload in (
            Chat(create_payload_id(), "hello", 1),
            Control(create_payload_id(), "interrupt"),
            Muted(create_payload_id(), True),
            # Only an oracle says such.
            OracleState(create_payload_id(), "thinking"),
            Caption(create_payload_id(), "oracle", create_payload_id(), "not mine", True),
        ):
            await call.tell(FrameReceived(USER, call.user.seal(payload)))
        assert call.conversation.did == ["start", "write hello", "interrupt"]
        assert call.conversation.context is not None
        assert call.conversation.context.is_user_muted()
        await call.tell(SeatLost(is_deliberate=True))
        await running

    run(test())


def test_captions_and_states_go_to_the_user_alone_sealed(tmp_path: Path) -> None:
    async def test() -> None:
        call = call_scene(tmp_path)
        _, running = await call.live()
        observer, segment = call.conversation.observer, create_payload_id()
        assert observer is not None
        observer.words("oracle", segment, "x" * 3_000, True)
        observer.words("oracle", segment, "", True)
        observer.activity("speaking")
        await settle()
        captions = [one for one in call.user.received if isinstance(one, Caption)]
        assert [(one.segment, len(one.text)) for one in captions] == [(segment, 2_000)]
        assert [one.state for one in call.user.received if isinstance(one, OracleState)] == ["speaking"]
        await call.tell(SeatLost(is_deliberate=True))
        await running

    run(test())


def test_only_the_users_own_sound_is_heard(tmp_path: Path) -> None:
    async def test() -> None:
        call = call_scene(tmp_path)
        _, running = await call.live()

        async def sound() -> AsyncIterator[rtc.AudioFrame]:
            return
            yield

        mine = sound()
        await call.tell(UserAudio("stranger", sound()))
        await call.tell(UserAudio(USER, mine))
        await call.tell(PublicationRefused("stranger", "stranger"))
        assert call.conversation.heard == [mine]
        await call.tell(SeatLost(is_deliberate=True))
        await running

    run(test())


def test_a_mended_connection_gets_new_keys(tmp_path: Path) -> None:
    async def test() -> None:
        call = call_scene(tmp_path)
        _, running = await call.live()
        assert call.user.keys is not None
        await call.tell(Reconnected())
        assert call.user.keys.epoch == 2
        await call.tell(SeatLost(is_deliberate=True))
        await running

    run(test())


@pytest.mark.parametrize(
    ("what", "report"),
    [
        (SeatBroken(OracleCallError("ERR_MEDIA_SIGNALLING")), "agent-failed"),
        (SeatLost(is_deliberate=False), "connection-lost"),
        (SeatLost(is_deliberate=True), None),
        (ParticipantGone(USER, is_deliberate=True), None),
    ],
)
def test_the_end_is_told_to_the_backend_unless_it_knows(
    tmp_path: Path, what: SeatBroken | SeatLost | ParticipantGone, report: str | None
) -> None:
    async def test() -> None:
        call = call_scene(tmp_path)
        _, running = await call.live()
        await call.tell(what)
        assert await running == report
        assert call.backend.ended == ([] if report is None else [(CALL_ID, report)])

    run(test())


def test_calls_end_when_the_conversation_does_or_breaks_or_the_time_is_over_or_the_process_stops(
    tmp_path: Path,
) -> None:
    async def test() -> None:
        for number, expected in enumerate(("completed", "completed", "completed", "agent-failed", "agent-failed")):
            call = call_scene(tmp_path / str(number))
            job, running = await call.live()
            on_over = call.conversation.on_over
            assert on_over is not None
            if number == 0:
                on_over(None)
            elif number == 1:
                job.hang_up()
            elif number == 2:
                await call.clock.advance(MAX_CALL_MS)
            elif number == 3:
                on_over(RuntimeError("broken"))
            else:
                job.stop()
            assert await running == expected
            goodbyes = [one for one in call.user.received if isinstance(one, Control) and one.action == "hang-up"]
            assert len(goodbyes) == 1

    run(test())


def test_a_conversation_that_cannot_start_ends_the_call(tmp_path: Path) -> None:
    async def test() -> None:
        call = call_scene(tmp_path)
        call.conversation.error = RuntimeError("no model")
        _, running = await call.live()
        assert await running == "agent-failed"

    run(test())


def test_the_agent_stays_out_of_a_call_that_it_cannot_claim(tmp_path: Path) -> None:
    async def test() -> None:
        call = call_scene(tmp_path)
        call.backend.error = OracleCallError("ERR_CALL_TICKET")
        _, running = call.begin()
        assert await running is None
        assert (call.backend.ended, call.seat.is_closed) == ([], True)

    run(test())


def test_a_key_that_is_refused_is_reported_and_one_that_could_not_be_judged_too(tmp_path: Path) -> None:
    async def test() -> None:
        for number, (code, report) in enumerate(
            (("ERR_DID_DOCUMENT", "invalid-authentication"), ("ERR_INTERNAL", "agent-failed"))
        ):
            call = call_scene(tmp_path / str(number))
            call.resolver.error = OracleCallError(code)  # type: ignore[arg-type]
            _, running = call.begin()
            assert await running == report
            assert call.seat.is_closed
            # The keys that open envelopes are gone, whatever came of it.
            assert call.opening.identity.keys.envelope_private_key.is_destroyed

    run(test())


def test_a_room_that_cannot_be_entered_is_reported(tmp_path: Path) -> None:
    async def test() -> None:
        call = call_scene(tmp_path)
        call.seat.join_error = OracleCallError("ERR_MEDIA_CONNECT")
        _, running = call.begin()
        assert await running == "agent-failed"
        assert call.seat.is_closed

    run(test())


def test_stopping_ends_the_setting_up(tmp_path: Path) -> None:
    async def test() -> None:
        call = call_scene(tmp_path)
        call.backend.is_hanging = call.seat.is_hanging = True
        job, running = call.begin()
        await settle()
        job.stop()
        assert await running is None
        assert call.seat.is_closed
        assert call.clock.pending_timers == 0

    run(test())


def test_nothing_is_left_when_a_call_is_over(tmp_path: Path) -> None:
    async def test() -> None:
        call = call_scene(tmp_path)
        _, running = await call.live()
        await call.tell(SeatLost(is_deliberate=True))
        await running
        assert call.clock.pending_timers == 0
        assert call.opening.identity.older_private_key.is_destroyed
        await call.tell(VoiceSubscribed())
        await call.tell(FrameReceived(USER, b"late"))

    run(test())


def test_a_call_of_the_older_protocol_gets_the_shared_key_and_no_data(tmp_path: Path) -> None:
    async def test() -> None:
        call = call_scene(tmp_path, "allow")
        identity = own_identity(call.scene)
        envelope = seal_bare_envelope(call.scene.call_key, public_key_of(identity.older_private_key))
        object.__setattr__(call.opening, "identity", identity)
        with_key(call, encryption_key=envelope)
        _, running = await call.live()
        assert call.seats == [True]
        assert call.seat.shared == [bytes(call.scene.call_key.expose())]
        assert call.conversation.did == ["start"]
        assert call.conversation.context is not None
        assert call.conversation.context.comparison_code() is None
        assert call.conversation.observer is not None
        call.conversation.observer.words("oracle", create_payload_id(), "in the clear", True)
        await call.tell(SeatLost(is_deliberate=True))
        await running
        assert call.user.received == []

    run(test())


def test_where_the_older_protocol_is_allowed_a_signed_call_is_as_strict_as_ever(tmp_path: Path) -> None:
    async def test() -> None:
        call = call_scene(tmp_path, "allow")
        _, running = await call.live()
        assert (call.seats, call.seat.shared, call.seat.admitted) == ([False], [], [USER])
        await call.tell(SeatLost(is_deliberate=True))
        await running

    run(test())
