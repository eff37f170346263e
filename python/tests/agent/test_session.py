from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from livekit import rtc
from livekit.agents import Agent, AgentSession, ModelSettings, llm
from livekit.agents.voice.io import AudioInput, PlaybackFinishedEvent

from oracle_calls.agent import LOCAL_TURNS, Oracle, OracleSettings
from oracle_calls.agent.call import CallContext, OracleActivity
from oracle_calls.agent.call.call_data import shortened
from oracle_calls.agent.call.earcon import earcon
from oracle_calls.agent.session import SessionConversation
from oracle_calls.agent.session.captions import SealedCaptions
from oracle_calls.agent.session.ears import CallEars
from oracle_calls.agent.session.voice_output import VoiceOutput
from oracle_calls.protocol import OracleCallError
from oracle_calls.protocol.hearing import HEARD_HERE
from oracle_calls.protocol.schema import utf16_length

from .call_scene import FakeSpeaker
from .fake_clock import run, settle

CONTEXT = CallContext(
    call_id="$e@lk-1",
    session_id="s",
    language=None,
    agent_voice=None,
    comparison_code=lambda: "1234567890",
    is_user_muted=lambda: False,
)


def frame(ms: int = 20, rate: int = 24_000) -> rtc.AudioFrame:
    samples = rate * ms // 1_000
    return rtc.AudioFrame(bytes(2 * samples), rate, 1, samples)


class Told:
    def __init__(self) -> None:
        self.said: list[tuple[str, str, bool]] = []
        self.segments: list[str] = []
        self.activities: list[str] = []

    def words(self, speaker: str, segment: str, text: str, is_final: bool) -> None:
        self.said.append((speaker, text, is_final))
        self.segments.append(segment)

    def activity(self, activity: OracleActivity) -> None:
        self.activities.append(activity)


def test_speech_is_played_and_its_end_told() -> None:
    async def test() -> None:
        speaker = FakeSpeaker(is_muted=False)
        output = VoiceOutput(speaker)
        ended: list[PlaybackFinishedEvent] = []
        output.on("playback_finished", ended.append)
        for _ in range(3):
            await output.capture_frame(frame())
        output.flush()
        await output.wait_for_playout()
        assert speaker.played == 3
        assert [(round(one.playback_position, 3), one.interrupted) for one in ended] == [(0.06, False)]

    run(test())


def test_an_interruption_ends_speech_at_once_with_what_was_heard_of_it() -> None:
    async def test() -> None:
        speaker = FakeSpeaker(is_muted=False, queued_s=0.02)
        output = VoiceOutput(speaker)
        ended: list[PlaybackFinishedEvent] = []
        output.on("playback_finished", ended.append)
        await output.capture_frame(frame())
        await output.capture_frame(frame())
        output.clear_buffer()
        await output.wait_for_playout()
        assert speaker.cleared == 1
        assert [(round(one.playback_position, 3), one.interrupted) for one in ended] == [(0.02, True)]

    run(test())


def test_paused_speech_waits_and_goes_on_or_is_thrown_away() -> None:
    async def test() -> None:
        speaker = FakeSpeaker(is_muted=False)
        output = VoiceOutput(speaker)
        output.pause()
        capturing = asyncio.ensure_future(output.capture_frame(frame()))
        await settle()
        assert speaker.played == 0
        output.resume()
        await capturing
        assert speaker.played == 1
        output.pause()
        dropped = asyncio.ensure_future(output.capture_frame(frame()))
        await settle()
        output.clear_buffer()
        await dropped
        assert speaker.played == 1

    run(test())


def test_captions_replace_each_other_until_the_answer_is_over() -> None:
    async def test() -> None:
        told = Told()
        captions = SealedCaptions(told)
        for piece in ("Paris ", "is the ", "capital."):
            await captions.capture_text(piece)
        captions.flush()
        captions.flush()
        await captions.capture_text("And more.")
        assert [text for _, text, _ in told.said] == [
            "Paris",
            "Paris is the",
            "Paris is the capital.",
            "Paris is the capital.",
            "And more.",
        ]
        assert [is_final for _, _, is_final in told.said] == [False, False, False, True, False]
        assert len(set(told.segments[:4])) == 1
        assert told.segments[4] != told.segments[3]

    run(test())


def test_a_long_answer_is_several_captions() -> None:
    async def test() -> None:
        told = Told()
        captions = SealedCaptions(told)
        for _ in range(5):
            await captions.capture_text("x" * 900)
        captions.flush()
        finals = [text for _, text, is_final in told.said if is_final]
        assert "".join(finals) == "x" * 4_500
        assert all(utf16_length(text) <= 2_000 for text in finals)

    run(test())


def test_texts_are_shortened_between_characters() -> None:
    assert shortened("short") == "short"
    assert shortened("x" * 1_999 + "😀") == "x" * 1_999
    assert utf16_length(shortened("😀" * 1_500)) == 2_000


def test_ears_hear_one_sound_at_a_time_and_end_with_the_call() -> None:
    async def test() -> None:
        ears = CallEars()

        async def sound(*frames: rtc.AudioFrame) -> AsyncIterator[rtc.AudioFrame]:
            for one in frames:
                yield one

        first, second = frame(), frame()
        ears.listen_to(sound(first))
        await settle()
        ears.listen_to(sound(second))
        await settle()
        assert await anext(ears) is second
        waiting = asyncio.ensure_future(anext(ears))
        await settle()
        assert not waiting.done()
        await ears.close()
        with pytest.raises(StopAsyncIteration):
            await waiting

    run(test())


def test_the_greeting_is_short_and_does_not_clip() -> None:
    frames = list(earcon(24_000))
    assert sum(one.samples_per_channel for one in frames) == 24_000 * 370 // 1_000
    loudest = max(abs(sample) for one in frames for sample in one.data)
    assert 5_000 < loudest < 32_767


class Parrot(Agent):
    """Speaks without models: any text is 100 ms of silence."""

    def __init__(self) -> None:
        super().__init__(instructions="")

    async def tts_node(self, text: AsyncIterable[str], model_settings: ModelSettings) -> AsyncIterator[rtc.AudioFrame]:
        async for _ in text:
            yield frame(100)

    async def llm_node(
        self, chat_ctx: llm.ChatContext, tools: list[Any], model_settings: ModelSettings
    ) -> AsyncIterator[str]:
        yield "You wrote: "
        yield str(chat_ctx.items[-1].text_content)  # type: ignore[union-attr]


def test_a_session_speaks_into_the_call_and_captions_go_to_the_observer_alone() -> None:
    async def test() -> None:
        session: AgentSession[None] = AgentSession(llm=_NoModel())
        told, speaker, over = Told(), FakeSpeaker(is_muted=False), list[BaseException | None]()
        started: list[CallContext] = []
        conversation = SessionConversation(session, Parrot(), started.append)
        await conversation.start(CONTEXT, speaker, told, over.append)
        assert started == [CONTEXT]
        await conversation.write("hello")
        for _ in range(300):
            if any(is_final for _, _, is_final in told.said):
                break
            await asyncio.sleep(0.01)
        assert ("oracle", "You wrote: hello", True) in told.said
        assert speaker.played > 0
        assert {"thinking", "speaking"} <= set(told.activities)
        await conversation.fall_silent()
        await conversation.close()
        # Closing it ourselves is not the oracle hanging up.
        assert over == []

    run(test())


def test_a_session_that_ends_by_itself_ends_the_call() -> None:
    async def test() -> None:
        session: AgentSession[None] = AgentSession(llm=_NoModel())
        over: list[BaseException | None] = []
        conversation = SessionConversation(session, Parrot())
        await conversation.start(CONTEXT, FakeSpeaker(), Told(), over.append)
        await session.aclose()
        assert over == [None]
        await conversation.close()

    run(test())


def test_a_session_that_hears_elsewhere_is_refused() -> None:
    async def test() -> None:
        session: AgentSession[None] = AgentSession()
        session.input.audio = AudioInput(label="a microphone")
        with pytest.raises(ValueError, match="already"):
            SessionConversation(session, Parrot())

    run(test())


class _NoModel(llm.LLM[Any]):
    """The session only asks whether there is one: the agent answers by itself."""

    def chat(self, **_: Any) -> llm.LLMStream:
        raise NotImplementedError


class Request:
    def __init__(self, metadata: str) -> None:
        self.job = SimpleNamespace(metadata=metadata)
        self.room = SimpleNamespace(name="lk-1")
        self.accepted: list[dict[str, Any]] = []
        self.rejected = 0

    async def accept(self, **how: Any) -> None:
        self.accepted.append(how)

    async def reject(self) -> None:
        self.rejected += 1


SETTINGS = OracleSettings(oracle_did="did:ixo:oracle", api_key_file="key", trust_store_file="trust.db")


def test_jobs_with_a_ticket_are_taken_under_a_name_that_says_nothing() -> None:
    async def test() -> None:
        oracle = Oracle(SETTINGS, hearing=HEARD_HERE)
        requests = [Request("ticket"), Request("ticket"), Request(""), Request("oracle-calls-probe")]
        for request in requests:
            await oracle.on_request(request)  # type: ignore[arg-type]
        first, second = requests[0].accepted[0], requests[1].accepted[0]
        assert first["identity"] != second["identity"]
        assert first["identity"].startswith("a-")
        assert first["attributes"] == {"lk.agent.name": ""}
        assert [(one.accepted, one.rejected) for one in requests[2:]] == [([], 1), ([], 1)]

    run(test())


def test_local_turns_ask_nobody_before_the_user_has_finished() -> None:
    async def test() -> None:
        assert AgentSession[None](turn_handling=LOCAL_TURNS).options.preemptive_generation["enabled"] is False
        # The twin: what the framework does by itself.
        assert AgentSession[None]().options.preemptive_generation["enabled"] is True

    run(test())


def test_an_oracle_that_remembers_is_refused_since_nobody_obeys_who_wants_to_be_forgotten() -> None:
    with pytest.raises(ValueError, match="remember"):
        Oracle(SETTINGS, hearing=replace(HEARD_HERE, remembers=True))


def test_settings_come_from_the_environment() -> None:
    environment = {
        "ORACLE_CALLS_ORACLE_DID": "did:ixo:oracle",
        "ORACLE_CALLS_API_KEY_FILE": "key",
        "ORACLE_CALLS_TRUST_STORE_FILE": "trust.db",
        "ORACLE_CALLS_ALLOW_PRIVATE_ADDRESSES": "true",
        "ORACLE_CALLS_GRACE_MS": "5000",
        "ORACLE_CALLS_OLDER_PROTOCOL": "allow",
    }
    settings = OracleSettings.from_environment(environment)
    assert (settings.allow_private_addresses, settings.grace_ms, settings.older_protocol) == (True, 5_000, "allow")
    assert SETTINGS.older_protocol == "refuse"


@pytest.mark.parametrize(
    "wrong",
    [
        {"ORACLE_CALLS_ORACLE_DID": ""},
        {"ORACLE_CALLS_ORACLE_DID": "nobody"},
        {"ORACLE_CALLS_GRACE_MS": "soon"},
        {"ORACLE_CALLS_OLDER_PROTOCOL": "yes"},
        {"ORACLE_CALLS_ALLOW_PRIVATE_ADDRESSES": "1"},
        {"ORACLE_CALLS_REKEY_INTERVAL_MS": "1"},
        {"ORACLE_CALLS_MAX_CALL_MS": "nan"},
        {"ORACLE_CALLS_DRAIN_MS": "-1"},
    ],
)
def test_settings_that_cannot_be_meant_are_refused(wrong: dict[str, str]) -> None:
    environment = {
        "ORACLE_CALLS_ORACLE_DID": "did:ixo:oracle",
        "ORACLE_CALLS_API_KEY_FILE": "key",
        "ORACLE_CALLS_TRUST_STORE_FILE": "trust.db",
    }
    with pytest.raises(OracleCallError):
        OracleSettings.from_environment({**environment, **wrong})
