from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from livekit import rtc

from oracle_calls.agent.seat.admission import Admission
from oracle_calls.agent.seat.ear_gate import (
    JITTER_PACKETS_MAX,
    LONGEST_PACKET_MS,
    SEALED_MAX_MS,
    STATISTICS_AGE_MS,
    EarGate,
    packets_since,
)
from oracle_calls.agent.seat.notices import PublicationRefused, SeatNotice, UserAudio
from oracle_calls.agent.seat.room_keys import RoomKeys, encrypted_room
from oracle_calls.agent.seat.voice_gate import GUARDED_MAX_MS, GateState, VoiceGate, is_voice_guarded
from oracle_calls.agent.seat.watchdog import UNDECRYPTABLE_AFTER_MS, InboundFlow, MediaWatchdog
from oracle_calls.agent.turns import Background
from oracle_calls.protocol import OracleCallError, SecretBytes

from .fake_clock import FakeClock, run, settle


@dataclass
class FakeCryptor:
    participant_identity: str = "agent"
    track_sid: str = "TR_1"
    key_index: int = 0
    enabled: bool = True


@dataclass
class ScriptedVoice:
    track_sid: str | None = "TR_1"
    identity: str = "agent"
    present: list[FakeCryptor] = field(default_factory=list)
    did: list[GateState] = field(default_factory=list)

    def cryptors(self) -> list[FakeCryptor]:
        return self.present

    def use_slot(self, slot: int) -> None:
        # As the library does.
        assert self.track_sid
        for one in self.present:
            if one.track_sid == self.track_sid:
                one.key_index = slot

    def set_gate(self, state: GateState) -> None:
        if self.did[-1:] != [state]:
            self.did.append(state)


def voice_scene() -> tuple[ScriptedVoice, FakeClock, VoiceGate]:
    voice, clock = ScriptedVoice(), FakeClock()
    return voice, clock, VoiceGate(voice, clock)


@pytest.mark.parametrize(
    ("parts", "is_guarded"),
    [
        ({}, True),
        ({"participant_identity": "user"}, False),
        ({"track_sid": "TR_2"}, False),
        ({"enabled": False}, False),
        ({"key_index": 4}, False),
    ],
)
def test_the_own_cryptor_counts_when_it_is_ours_switched_on_and_has_the_slot(
    parts: dict[str, Any], is_guarded: bool
) -> None:
    cryptor = FakeCryptor(**{"key_index": 5, **parts})
    assert is_voice_guarded(ScriptedVoice(present=[cryptor]), 5) == is_guarded
    assert not is_voice_guarded(ScriptedVoice(track_sid=None, present=[cryptor]), 5)


def test_the_voice_is_let_out_once_its_cryptor_is_there_with_the_slot() -> None:
    async def test() -> None:
        voice, clock, gate = voice_scene()
        opening = asyncio.ensure_future(gate.open(5))
        await clock.advance(200)
        assert voice.did == ["shut"]
        voice.present.append(FakeCryptor())
        await clock.advance(100)
        await opening
        assert (voice.did, gate.slot) == (["shut", "open"], 5)
        # Switching the slot does not silence it, when the cryptor follows at once.
        await gate.open(6)
        assert voice.did == ["shut", "open"]

    run(test())


def test_the_voice_stays_in_when_the_cryptor_does_not_come_or_is_switched_off() -> None:
    async def test() -> None:
        for present in ([], [FakeCryptor(enabled=False)]):
            voice, clock, gate = voice_scene()
            voice.present.extend(present)
            opening = asyncio.ensure_future(gate.open(5))
            await clock.advance(GUARDED_MAX_MS + 100)
            with pytest.raises(OracleCallError) as refused:
                await opening
            assert refused.value.code == "ERR_MEDIA_UNENCRYPTED"
            assert voice.did == ["shut"]
            assert clock.pending_timers == 0

    run(test())


def test_the_voice_is_silent_while_the_connection_is_interrupted_and_until_it_is_sealed_again() -> None:
    async def test() -> None:
        voice, clock, gate = voice_scene()
        voice.present.append(FakeCryptor())
        await gate.open(5)
        gate.on_interrupted()
        # A key that is changed meanwhile changes nothing about that.
        await gate.open(6)
        assert voice.did == ["open", "shut"]
        voice.track_sid = "TR_2"
        back = asyncio.ensure_future(gate.on_reconnected())
        await clock.advance(500)
        assert voice.did == ["open", "shut"]
        voice.present.append(FakeCryptor(track_sid="TR_2"))
        await clock.advance(100)
        await back
        assert voice.did == ["open", "shut", "open"]
        assert voice.present[1].key_index == 6
        gate.shut()
        await gate.on_reconnected()
        assert (voice.did[-1], gate.slot) == ("shut", None)

    run(test())


@dataclass
class ScriptedTrack:
    counts: dict[int, int]
    identity: str = "user"
    track_sid: str = "TR_1"
    present: list[FakeCryptor] = field(default_factory=list)

    def cryptors(self) -> list[FakeCryptor]:
        return self.present

    async def packets(self) -> dict[int, int]:
        return self.counts


class Ear:
    """A track whose cryptor and packets the test makes, and what is heard of it."""

    def __init__(self, counts: dict[int, int] | None = None) -> None:
        self.clock = FakeClock()
        self.track = ScriptedTrack(counts if counts is not None else {7: 3})
        self.gate = EarGate(self.track, self.clock)
        self.heard: list[int] = []
        self.opening = asyncio.ensure_future(self.gate.open({}))
        self._queue: asyncio.Queue[int] = asyncio.Queue()
        self._listening = asyncio.ensure_future(self._listen())

    async def say(self, number: int) -> None:
        self._queue.put_nowait(number)
        await settle()

    async def _listen(self) -> None:
        async def frames() -> AsyncIterator[int]:
            while True:
                yield await self._queue.get()

        async for frame in self.gate.through(frames()):
            self.heard.append(frame)


def test_nothing_is_heard_before_the_cryptor_and_nothing_that_may_have_come_before_it() -> None:
    async def test() -> None:
        ear = Ear()
        await ear.say(1)
        await ear.clock.advance(1_000)
        ear.track.present.append(FakeCryptor("user"))
        await ear.clock.advance(10)
        await ear.say(2)
        await ear.clock.advance(STATISTICS_AGE_MS + 3 * LONGEST_PACKET_MS - 1)
        await ear.say(3)
        assert ear.heard == []
        await ear.clock.advance(1)
        assert await ear.opening
        await ear.say(4)
        assert ear.heard == [4]
        ear.gate.close()
        await ear.say(5)
        assert ear.heard == [4]

    run(test())


@pytest.mark.parametrize(
    "cryptor", [FakeCryptor("somebody"), FakeCryptor("user", "TR_2"), FakeCryptor("user", enabled=False)]
)
def test_nothing_is_ever_heard_with_no_cryptor_but_anothers(cryptor: FakeCryptor) -> None:
    async def test() -> None:
        ear = Ear()
        ear.track.present.append(cryptor)
        await ear.clock.advance(SEALED_MAX_MS + 10)
        assert not await ear.opening
        await ear.say(1)
        assert ear.heard == []

    run(test())


def test_the_wait_is_no_longer_than_what_the_jitter_buffer_holds() -> None:
    async def test() -> None:
        ear = Ear({7: 100_000})
        ear.track.present.append(FakeCryptor("user"))
        await ear.clock.advance(10 + STATISTICS_AGE_MS + (JITTER_PACKETS_MAX - 1) * LONGEST_PACKET_MS)
        await ear.say(1)
        await ear.clock.advance(LONGEST_PACKET_MS)
        assert await ear.opening
        assert ear.heard == []

    run(test())


def test_packets_since_count_what_is_new_and_streams_that_began_anew() -> None:
    assert packets_since({1: 10}, {1: 12, 2: 5}) == 7
    assert packets_since({1: 10, 3: 4}, {1: 6}) == 6


class FakeSink:
    def __init__(self) -> None:
        self.keys: dict[tuple[str, int], bytes] = {}

    def set_key(self, participant_identity: str, key: bytes, key_index: int) -> None:
        self.keys[participant_identity, key_index] = key


def test_keys_are_set_by_participant_and_slot_and_overwritten_when_they_retire() -> None:
    async def test() -> None:
        voice, _clock, gate = voice_scene()
        voice.present.append(FakeCryptor())
        sink = FakeSink()
        keys = RoomKeys(sink, "agent", gate)
        mine, theirs = SecretBytes(bytes([1] * 32), "mine"), SecretBytes(bytes([2] * 32), "theirs")
        await keys.install_receiving("user", 5, theirs)
        await keys.switch_sending(5, mine)
        assert sink.keys == {("user", 5): bytes([2] * 32), ("agent", 5): bytes([1] * 32)}
        assert keys.keyed == {"user", "agent"}
        await keys.retire(5)
        assert keys.keyed == set()
        assert voice.did == ["open", "shut"]
        assert not set(sink.keys.values()) & {bytes([1] * 32), bytes([2] * 32)}

    run(test())


def test_frames_are_sealed_as_livekits_clients_do_it_and_no_failure_silences_anybody() -> None:
    options = encrypted_room().key_provider_options
    assert encrypted_room().encryption_type == rtc.EncryptionType.GCM
    assert (options.shared_key, options.ratchet_salt) == (None, b"LKFrameEncryptionKey")
    assert (options.ratchet_window_size, options.failure_tolerance, options.key_ring_size) == (0, -1, 16)
    assert options.key_derivation_function == rtc.KeyDerivationFunction.HKDF
    older = encrypted_room(shared_key=b"x").key_provider_options
    assert older.key_derivation_function == rtc.KeyDerivationFunction.PBKDF2


def test_packets_without_sound_are_noticed_once_per_stretch() -> None:
    watchdog = MediaWatchdog()
    told = [watchdog.look(at, InboundFlow(at, 0), "user") for at in range(0, 4 * UNDECRYPTABLE_AFTER_MS, 2_000)]
    assert [error.code for error in told if error] == ["ERR_MEDIA_UNDECRYPTABLE"]
    silent = MediaWatchdog()
    assert not any(silent.look(at, InboundFlow(5, 0), "user") for at in range(0, 60_000, 2_000))


class FakeRoom:
    """The part of a room that admission needs."""

    def __init__(self) -> None:
        self.remote_participants: dict[str, Any] = {}
        self.on_events: dict[str, Callable[..., None]] = {}

    def on(self, event: str, call: Callable[..., None]) -> None:
        self.on_events[event] = call

    def isconnected(self) -> bool:
        return True

    async def get_rtc_stats(self) -> Any:
        return SimpleNamespace(publisher_stats=[], subscriber_stats=[])

    def publish(self, identity: str, **parts: Any) -> Any:
        facts: dict[str, Any] = {"kind": rtc.TrackKind.KIND_AUDIO, "encryption_type": rtc.EncryptionType.GCM, **parts}
        publication = SimpleNamespace(sid=f"TR_{identity}", subscribed=False, **facts)
        publication.set_subscribed = lambda is_subscribed: setattr(publication, "subscribed", is_subscribed)
        participant = SimpleNamespace(identity=identity, track_publications={publication.sid: publication})
        self.remote_participants[identity] = participant
        self.on_events["track_published"](publication, participant)
        return publication


def admission_scene() -> tuple[FakeRoom, Admission, list[SeatNotice]]:
    room, told = FakeRoom(), list[SeatNotice]()

    async def silence(_track: object) -> AsyncIterator[rtc.AudioFrame]:
        return
        yield

    admission = Admission(
        room,  # type: ignore[arg-type]
        observe=told.append,
        clock=FakeClock(),
        background=Background(),
        open_stream=silence,
    )
    return room, admission, told


def test_nobody_is_subscribed_before_admission_and_strangers_never() -> None:
    async def test() -> None:
        room, admission, told = admission_scene()
        user, stranger = room.publish("user"), room.publish("stranger")
        await settle()
        assert (user.subscribed, stranger.subscribed, told) == (False, False, [])
        admission.admit("user")
        late = room.publish("latecomer")
        await settle()
        assert (user.subscribed, stranger.subscribed, late.subscribed) == (True, False, False)
        assert told == [PublicationRefused("stranger", "stranger"), PublicationRefused("latecomer", "stranger")]

    run(test())


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"encryption_type": rtc.EncryptionType.NONE}, "not-encrypted"),
        ({"kind": rtc.TrackKind.KIND_VIDEO}, "not-audio"),
    ],
)
def test_the_users_own_sound_is_not_heard_unless_it_is_sealed_sound(parts: dict[str, Any], reason: str) -> None:
    async def test() -> None:
        room, admission, told = admission_scene()
        admission.admit("user")
        publication = room.publish("user", **parts)
        await settle()
        assert not publication.subscribed
        assert told == [PublicationRefused("user", reason)]  # type: ignore[arg-type]

    run(test())


def test_what_the_server_subscribes_by_itself_is_not_heard() -> None:
    async def test() -> None:
        room, admission, told = admission_scene()
        user, stranger = room.publish("user"), room.publish("stranger")
        subscribed = room.on_events["track_subscribed"]
        subscribed("track", user, room.remote_participants["user"])
        admission.admit("user")
        told.clear()
        subscribed("track", stranger, room.remote_participants["stranger"])
        assert told == []
        subscribed("track", user, room.remote_participants["user"])
        assert [type(notice) for notice in told] == [UserAudio]

    run(test())
