"""An `AgentSession` of LiveKit Agents as what talks in a call.

The session never gets the room: sound goes in and out through objects of ours, so no transcript, attribute or data packet of the
framework can reach the SFU.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

from livekit import rtc
from livekit.agents import (
    Agent,
    AgentSession,
    AgentStateChangedEvent,
    CloseEvent,
    CloseReason,
    TurnHandlingOptions,
    UserInputTranscribedEvent,
    get_job_context,
)
from livekit.agents.voice.transcription import TranscriptSynchronizer

from oracle_calls.protocol.data import create_payload_id

from ..call.conversation import CallContext, ConversationObserver, OracleActivity
from ..seat import Speaker
from .captions import SealedCaptions
from .ears import CallEars
from .voice_output import VoiceOutput

log = logging.getLogger("oracle_calls.agent")

#: Turns and interruptions judged on this machine alone: the framework's own choice may be a hosted model. And nobody is asked before
#: the user has finished: the framework asks early, several times in a turn, and a function of yours may do something.
LOCAL_TURNS: Final[TurnHandlingOptions] = {
    "turn_detection": "vad",
    "interruption": {"mode": "vad"},
    "preemptive_generation": {"enabled": False},
}

#: What the framework calls an agent's state, as a caller sees it.
_ACTIVITIES: Final[dict[str, OracleActivity]] = {
    "idle": "listening",
    "listening": "listening",
    "thinking": "thinking",
    "speaking": "speaking",
}


class ConversationBrokenError(Exception):
    """The session gave up; it has logged why."""


class SessionConversation:
    """For one call. The session is not started yet, and has neither inputs nor outputs."""

    def __init__(
        self, session: AgentSession[Any], agent: Agent, on_start: Callable[[CallContext], None] | None = None
    ) -> None:
        """`on_start` is told of the call before the session starts. Raises `ValueError` for a session that hears or speaks elsewhere."""
        if session.input.audio is not None or session.output.audio is not None:
            raise ValueError("The session has an input or output already: what it says must go to the call alone.")
        self._session = session
        self._agent = agent
        self._on_start = on_start
        self._ears = CallEars()
        self._voice: VoiceOutput | None = None
        self._captions: TranscriptSynchronizer | None = None
        self._is_closing = False
        self._user_segment = create_payload_id()

    async def start(
        self,
        context: CallContext,
        speaker: Speaker,
        observer: ConversationObserver,
        on_over: Callable[[BaseException | None], None],
    ) -> None:
        session = self._session
        self._voice = VoiceOutput(speaker)
        # Words appear as they are spoken, and not as they are thought up.
        self._captions = TranscriptSynchronizer(
            next_in_chain_audio=self._voice, next_in_chain_text=SealedCaptions(observer)
        )
        session.input.audio = self._ears
        session.output.audio = self._captions.audio_output
        session.output.transcription = self._captions.text_output
        self._tell(observer, on_over)
        if self._on_start is not None:
            self._on_start(context)
        # No recording: it would go to whoever hosts the SFU.
        await session.start(self._agent, record=False)
        _close_it_ourselves(session)

    def hear(self, frames: AsyncIterator[rtc.AudioFrame]) -> None:
        self._ears.listen_to(frames)

    async def write(self, text: str) -> None:
        await self.interrupt()
        self._session.generate_reply(user_input=text, input_modality="text")

    async def interrupt(self) -> None:
        if self._voice is not None:
            self._voice.clear_buffer()
        await self._session.interrupt(force=True)

    async def fall_silent(self) -> None:
        self._ears.stop_listening()
        await self.interrupt()

    async def close(self) -> None:
        self._is_closing = True
        await self._ears.close()
        if self._voice is None:
            return
        self._voice.clear_buffer()
        await self._session.aclose()
        if self._captions is not None:
            await self._captions.aclose()
        await self._voice.close()

    def _tell(self, observer: ConversationObserver, on_over: Callable[[BaseException | None], None]) -> None:
        def user_said(event: UserInputTranscribedEvent) -> None:
            text = event.transcript.strip()
            if text:
                observer.words("user", self._user_segment, text, event.is_final)
            if event.is_final:
                # That something was said, never what.
                log.info("user said something", extra={"characters": len(text)})
                self._user_segment = create_payload_id()

        def state_changed(event: AgentStateChangedEvent) -> None:
            activity = _ACTIVITIES.get(event.new_state)
            if activity is not None:
                observer.activity(activity)

        def closed(event: CloseEvent) -> None:
            # A job that is to stop is told so by itself, and knows why.
            if not self._is_closing and event.reason is not CloseReason.JOB_SHUTDOWN:
                on_over(ConversationBrokenError() if event.reason is CloseReason.ERROR else None)

        self._session.on("user_input_transcribed", user_said)
        self._session.on("agent_state_changed", state_changed)
        self._session.on("close", closed)


def _close_it_ourselves(session: AgentSession[Any]) -> None:
    """A job that is to stop has its primary session closed before it is told, which would pass for the oracle saying goodbye."""
    job = get_job_context(required=False)
    if job is not None and getattr(job, "_primary_agent_session", None) is session:
        job._primary_agent_session = None
