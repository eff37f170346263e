"""Models of LiveKit's own gateway: a name like `deepgram/nova-3` is enough to choose one, and whoever hosts it hears the call."""

from __future__ import annotations

from typing import Any

from livekit.agents import Agent, AgentSession, inference

from oracle_calls.protocol.hearing import CallHearing, SentTo


def check_hearing(session: AgentSession[Any], agent: Agent, hearing: CallHearing) -> None:
    """Raises `ValueError` when a part of the session is heard there, and callers are told that it works on this machine.

    Of models elsewhere the package cannot know where they are.
    """
    parts = {
        "recognition": (hearing.recognition, inference.STT, (session.stt, agent.stt)),
        "language_model": (hearing.language_model, inference.LLM, (session.llm, agent.llm)),
        "speech": (hearing.speech, inference.TTS, (session.tts, agent.tts)),
    }
    for name, (place, hosted, models) in parts.items():
        if not isinstance(place, SentTo) and any(isinstance(model, hosted) for model in models):
            raise ValueError(f"{name} is a model of LiveKit's gateway: `hearing` must name the host.")
