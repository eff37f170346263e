from __future__ import annotations

import pytest

from oracle_calls.agent.link.sealed_data import SealedData
from oracle_calls.agent.link.times import (
    HANDSHAKE_MAX_MS,
    OUTBOX_MAX,
    PENDING_FRAMES_MAX,
    RECEIPT_TRIES,
    RECEIPT_WAIT_MS,
    REKEY_MAX_MS,
    REKEY_REQUEST_GAP_MS,
)
from oracle_calls.protocol import OracleCallError
from oracle_calls.protocol.data import Caption, Chat, Control, OracleState, create_payload_id
from oracle_calls.protocol.rekey.steps import PREVIOUS_KEY_GRACE_MS, REKEY_INTERVAL_MS
from scene import AGENT, USER

from .fake_clock import FakeClock, run, settle
from .link_scene import link_scene


def chat(text: str = "hello") -> Chat:
    return Chat(create_payload_id(), text, 1)


def test_both_ends_have_the_same_keys_and_code_after_one_exchange() -> None:
    async def test() -> None:
        call = link_scene()
        await call.begin()
        assert call.told.events == ["confirmed 1", "peer ready"]
        assert call.keys.did == [f"receive {USER} 5", "send 5"]
        assert call.user.keys is not None
        assert call.keys.receiving == {5: bytes(call.user.keys.media["user-to-oracle"].expose())}
        assert call.keys.sending == (5, bytes(call.user.keys.media["oracle-to-user"].expose()))
        assert call.link.attempt is not None
        assert call.link.attempt.comparison_code == call.user.code

    run(test())


def test_an_offer_is_sent_again_less_and_less_often_and_given_up_after_ten_seconds() -> None:
    async def test() -> None:
        call = link_scene()
        call.lost_to_user = {"offer"}
        times: list[float] = []
        began = call.clock.now()
        await call.begin()
        seen = 0
        while call.clock.now() - began < HANDSHAKE_MAX_MS + 5_000:
            times += [call.clock.now() - began] * (len(call.sent) - seen)
            seen = len(call.sent)
            await call.clock.advance(25)
        assert times == pytest.approx([0, 300, 750, 1425, 2450, 3975, 6250, 9250], abs=30)
        assert call.told.events == ["stalled"]
        assert set(call.sent) == {call.sent[0]}

    run(test())


def test_a_lost_confirm_comes_again_when_the_accept_does() -> None:
    async def test() -> None:
        call = link_scene()
        call.lost_to_user = {"confirm"}
        await call.begin()
        assert call.told.events == ["confirmed 1"]
        call.lost_to_user = set()
        accept = call.user.handshake.unanswered
        assert accept is not None
        call.to_agent(accept)
        await settle()
        assert call.told.events == ["confirmed 1", "peer ready"]
        assert call.sent_kinds[:3] == ["offer", "confirm", "confirm"]

    run(test())


def test_keys_are_renewed_every_fifteen_minutes_and_the_old_ones_go_after_a_grace() -> None:
    async def test() -> None:
        call = link_scene()
        await call.begin()
        await call.clock.advance(REKEY_INTERVAL_MS - 1)
        assert "rekeyed 2" not in call.told.events
        await call.clock.advance(1)
        assert call.told.events[-1] == "rekeyed 2"
        assert call.keys.did[2:] == [f"receive {USER} 6", "send 6"]
        await call.clock.advance(PREVIOUS_KEY_GRACE_MS - 1)
        assert sorted(call.keys.receiving) == [5, 6]
        await call.clock.advance(1)
        assert sorted(call.keys.receiving) == [6]
        await call.clock.advance(REKEY_INTERVAL_MS)
        assert call.told.events[-1] == "rekeyed 3"

    run(test())


def test_the_old_keys_stay_until_the_user_was_seen_to_switch() -> None:
    async def test() -> None:
        call = link_scene()
        await call.begin()
        call.user.says_switched = False
        await call.link.rekey()
        await settle()
        await call.clock.advance(PREVIOUS_KEY_GRACE_MS * 2)
        assert sorted(call.keys.receiving) == [5, 6]
        call.to_agent(call.user.say("epoch-switched"))
        await call.clock.advance(PREVIOUS_KEY_GRACE_MS)
        assert sorted(call.keys.receiving) == [6]

    run(test())


def test_a_rekey_that_does_not_come_through_stalls_the_call() -> None:
    async def test() -> None:
        call = link_scene()
        await call.begin()
        call.lost_to_agent = {"rekey-accept"}
        await call.link.rekey()
        await call.clock.advance(REKEY_MAX_MS - 1)
        assert "stalled" not in call.told.events
        await call.clock.advance(1)
        assert call.told.events[-1] == "stalled"
        # Sent again all the while.
        assert call.sent_kinds.count("rekey-offer") > 8

    run(test())


def test_the_user_may_ask_for_a_rekey_once_in_five_seconds() -> None:
    async def test() -> None:
        call = link_scene()
        await call.begin()
        for _ in range(3):
            call.to_agent(call.user.say("rekey"))
            await settle()
        assert call.told.events.count("rekeyed 2") == 1
        assert "rekeyed 3" not in call.told.events
        await call.clock.advance(REKEY_REQUEST_GAP_MS)
        call.to_agent(call.user.say("rekey"))
        await settle()
        assert "rekeyed 3" in call.told.events
        assert call.told.payloads == []

    run(test())


def test_a_second_attempt_wipes_the_keys_of_the_first() -> None:
    async def test() -> None:
        call = link_scene()
        await call.begin()
        await call.begin(2)
        assert call.told.events == ["confirmed 1", "peer ready", "superseded", "confirmed 2", "peer ready"]
        assert sorted(call.keys.receiving) == [9]
        assert call.link.attempt is not None
        assert call.link.attempt.attempt == 2

    run(test())


def test_a_number_that_does_not_rise_changes_nothing() -> None:
    async def test() -> None:
        call = link_scene()
        await call.begin(3)
        with pytest.raises(OracleCallError) as refused:
            await call.begin(3)
        assert refused.value.code == "ERR_HANDSHAKE_STALE"
        assert call.keys.sending is not None
        call.link.send(chat())
        await settle()
        assert [one.kind for one in call.user.received] == ["control", "chat"]

    run(test())


def test_what_must_arrive_is_sent_again_until_it_did() -> None:
    async def test() -> None:
        call = link_scene()
        await call.begin()
        call.user.acknowledges = False
        before = len(call.user.received)
        message = chat()
        call.link.send(message)
        call.link.send(OracleState(create_payload_id(), "thinking"))
        call.link.send(Caption(create_payload_id(), "oracle", create_payload_id(), "no final words", False))
        await call.clock.advance(RECEIPT_WAIT_MS * (RECEIPT_TRIES + 3))
        # The user's end hears each once, whatever was sent again.
        assert len(call.user.received) - before == 3
        assert call.user.refusals == ["Duplicate"] * (RECEIPT_TRIES - 1)

    run(test())


def test_a_receipt_ends_the_sending() -> None:
    async def test() -> None:
        call = link_scene()
        await call.begin()
        call.link.send(chat())
        await settle()
        sent = len(call.sent)
        await call.clock.advance(RECEIPT_WAIT_MS * 3)
        assert len(call.sent) == sent

    run(test())


def test_what_must_arrive_waits_for_keys_and_the_rest_is_dropped() -> None:
    async def test() -> None:
        call = link_scene()
        call.link.send(chat("early"))
        call.link.send(OracleState(create_payload_id(), "listening"))
        await call.begin()
        said = [payload for payload in call.user.received if isinstance(payload, (Chat, OracleState))]
        assert [payload.kind for payload in said] == ["chat"]

    run(test())


def test_only_so_much_waits_for_receipts() -> None:
    frames: list[bytes] = []
    data = SealedData(FakeClock(), sends="oracle-to-user", receives="user-to-oracle", send=frames.append)
    for _ in range(OUTBOX_MAX + 10):
        data.send(chat())
    assert data.waiting == OUTBOX_MAX


def test_frames_beyond_what_may_wait_are_not_heard() -> None:
    async def test() -> None:
        call = link_scene()
        await call.begin()
        before = len(call.told.events)
        for _ in range(PENDING_FRAMES_MAX + 50):
            call.link.receive(b"\x03\x10nonsense", USER)
        await settle(3_000)
        assert len(call.told.events) - before == PENDING_FRAMES_MAX

    run(test())


@pytest.mark.parametrize("sender", [None, "stranger"])
def test_data_counts_only_from_the_other_end(sender: str | None) -> None:
    async def test() -> None:
        call = link_scene()
        await call.begin()
        frame = call.user.seal(chat())
        call.to_agent(frame, sender)
        await settle()
        assert call.told.payloads == []
        assert call.told.events[-1] == f"refused ERR_DATA_SENDER {sender}"
        # The same frame from the user itself does count.
        call.to_agent(frame)
        await settle()
        assert [payload.kind for payload in call.told.payloads] == ["chat"]

    run(test())


def test_own_frames_played_back_are_refused() -> None:
    async def test() -> None:
        call = link_scene()
        await call.begin()
        for frame in call.sent[:2]:
            call.to_agent(frame)
        await settle()
        assert call.told.events[2:] == [f"refused ERR_HANDSHAKE_ORDER {USER}"] * 2

    run(test())


def test_keys_that_cannot_be_installed_are_the_end() -> None:
    async def test() -> None:
        call = link_scene()
        call.keys.error = OracleCallError("ERR_MEDIA_UNENCRYPTED")
        await call.begin()
        assert call.told.events == ["failed ERR_MEDIA_UNENCRYPTED"]
        assert call.link.attempt is None

    run(test())


def test_nothing_happens_any_more_on_a_closed_link() -> None:
    async def test() -> None:
        call = link_scene()
        await call.begin()
        frame = call.user.seal(chat())
        call.link.close()
        call.link.close()
        events, sent = list(call.told.events), len(call.sent)
        call.to_agent(frame)
        call.link.send(Control(create_payload_id(), "hang-up"))
        await call.link.rekey()
        await call.clock.advance(REKEY_INTERVAL_MS * 2)
        assert (call.told.events, len(call.sent)) == (events, sent)
        assert call.clock.pending_timers == 0
        with pytest.raises(OracleCallError) as refused:
            await call.link.begin(attempt=2, user_identity=USER, agent_identity=AGENT)
        assert refused.value.code == "ERR_HANDSHAKE_CLOSED"

    run(test())
