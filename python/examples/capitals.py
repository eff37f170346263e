"""An oracle that knows capital cities. It hears and speaks by models on this machine, and thinks in Python."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Sequence

from livekit.agents import Agent, AgentSession, JobContext
from livekit.plugins import openai

from oracle_calls.agent import (
    LOCAL_TURNS,
    ON_THIS_MACHINE,
    CallHearing,
    FunctionBrain,
    Oracle,
    OracleServer,
    Turn,
    log_as_json,
    place_of,
)

#: Whatever listens and speaks by OpenAI's API: here `npm run voices`, on this machine.
VOICES_URL = os.environ.get("VOICES_URL", "http://127.0.0.1:8000/v1")
#: Who hears the calls, as callers are told before the first word.
HEARING = CallHearing(
    recognition=place_of(VOICES_URL, "audio"),
    language_model=ON_THIS_MACHINE,
    speech=place_of(VOICES_URL, "text"),
    remembers=False,
)
CAPITALS = {"france": "Paris", "india": "New Delhi", "japan": "Tokyo", "kenya": "Nairobi", "peru": "Lima"}

log_as_json()
oracle = Oracle.from_environment(hearing=HEARING)
server = OracleServer(oracle)


async def answer(turns: Sequence[Turn]) -> AsyncIterator[str]:
    """Where an oracle of yours searches, computes, or asks a model."""
    question = turns[-1].text.lower()
    for country, city in CAPITALS.items():
        if country in question:
            yield f"The capital city of {country.title()} is {city}. "
            yield "I looked it up in Python."
            return
    yield "I only know capital cities. Ask me for one."


@server.rtc_session(on_request=server.on_request)
async def entrypoint(ctx: JobContext) -> None:
    session: AgentSession[None] = AgentSession(
        stt=openai.STT(base_url=VOICES_URL, model="moonshine", api_key="none"),
        llm=FunctionBrain(answer),
        tts=openai.TTS(base_url=VOICES_URL, model="piper", voice="joe", response_format="pcm", api_key="none"),
        turn_handling=LOCAL_TURNS,
    )
    await oracle.answer(ctx, session, Agent(instructions=""))
