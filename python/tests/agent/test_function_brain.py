from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest
from livekit.agents import NOT_GIVEN, Agent, AgentSession, CloseReason
from livekit.agents.voice.events import CloseEvent

from oracle_calls.agent import HEARD_HERE, FunctionBrain, SentTo, Turn
from oracle_calls.agent.session import SessionConversation, check_hearing

from .call_scene import FakeSpeaker
from .fake_clock import run
from .test_session import CONTEXT, Parrot, Told


def test_a_function_answers_with_all_turns_in_hand() -> None:
    async def test() -> None:
        seen: list[Sequence[Turn]] = []

        async def answer(turns: Sequence[Turn]) -> AsyncIterator[str]:
            seen.append(turns)
            yield "You said: "
            yield turns[-1].text

        async with AgentSession[None](llm=FunctionBrain(answer)) as session:
            await session.start(Agent(instructions="not for functions"))
            await session.run(user_input="hello")
            await session.run(user_input="again")
        assert seen[0] == [Turn("user", "hello")]
        assert seen[1] == [Turn("user", "hello"), Turn("oracle", "You said: hello"), Turn("user", "again")]

    run(test())


@pytest.mark.parametrize(
    ("reason", "told"),
    [(CloseReason.JOB_SHUTDOWN, []), (CloseReason.USER_INITIATED, [None]), (CloseReason.ERROR, ["broke"])],
)
def test_a_session_that_closes_because_the_job_is_to_stop_has_not_hung_up(
    reason: CloseReason, told: list[str | None]
) -> None:
    async def test() -> None:
        async def answer(_: Sequence[Turn]) -> AsyncIterator[str]:
            yield ""

        session = AgentSession[None](llm=FunctionBrain(answer))
        over: list[str | None] = []
        conversation = SessionConversation(session, Parrot())
        tell = lambda error: over.append(None if error is None else "broke")  # noqa: E731
        await conversation.start(CONTEXT, FakeSpeaker(), Told(), tell)
        session.emit("close", CloseEvent(reason=reason))
        assert over == told
        await conversation.close()
        await asyncio.sleep(0)

    run(test())


GATEWAY = SentTo("agent-gateway.livekit.cloud", ("audio", "text"))


@pytest.mark.parametrize("part", ["recognition", "language_model", "speech"])
def test_models_of_the_gateway_are_not_used_where_callers_are_told_otherwise(
    part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIVEKIT_API_KEY", "key")
    monkeypatch.setenv("LIVEKIT_API_SECRET", "secret" * 8)

    async def test() -> None:
        stt = "deepgram/nova-3" if part == "recognition" else NOT_GIVEN
        llm = "openai/gpt-4.1-mini" if part == "language_model" else NOT_GIVEN
        tts = "cartesia/sonic-3" if part == "speech" else NOT_GIVEN
        session = AgentSession[None](stt=stt, llm=llm, tts=tts)
        with pytest.raises(ValueError, match=part):
            check_hearing(session, Agent(instructions=""), HEARD_HERE)
        check_hearing(session, Agent(instructions=""), replace(HEARD_HERE, **{part: GATEWAY}))  # type: ignore[arg-type]
        agent = Agent(instructions="", stt=stt, llm=llm, tts=tts)
        with pytest.raises(ValueError, match=part):
            check_hearing(AgentSession[None](), agent, HEARD_HERE)

    run(test())
