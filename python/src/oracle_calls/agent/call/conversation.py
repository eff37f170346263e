"""What talks in a call, and what it is told about it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from livekit import rtc

from ..seat import Speaker

#: What the oracle does at the moment.
OracleActivity: TypeAlias = Literal["listening", "thinking", "speaking"]


class ConversationObserver(Protocol):
    """Who is told what is said in a conversation, and by whom. Returns at once, does not raise."""

    def words(self, speaker: Literal["user", "oracle"], segment: str, text: str, is_final: bool) -> None:
        """`segment` names one utterance: what comes later under the same name replaces what came before."""
        ...

    def activity(self, activity: OracleActivity) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CallContext:
    """What a conversation may know of its call."""

    call_id: str
    session_id: str
    #: The user's wishes, as the backend passes them on.
    language: str | None
    agent_voice: str | None
    #: Ten digits of the attempt that is confirmed now; `None` while there is none, and in calls of the older protocol.
    comparison_code: Callable[[], str | None]
    #: What the user last said about the own microphone.
    is_user_muted: Callable[[], bool]


class Conversation(Protocol):
    """Hears one stream, speaks into one speaker, and touches nothing else of the call."""

    async def start(
        self,
        context: CallContext,
        speaker: Speaker,
        observer: ConversationObserver,
        on_over: Callable[[BaseException | None], None],
    ) -> None:
        """Begins to converse. `on_over` is told when it will not answer any more: with what broke, or with nothing when it is done."""
        ...

    def hear(self, frames: AsyncIterator[rtc.AudioFrame]) -> None:
        """Listens to this sound from now on. May come before `start`."""
        ...

    async def write(self, text: str) -> None:
        """Takes a written message as the user's turn, and answers aloud."""
        ...

    async def interrupt(self) -> None:
        """Stops speaking, and goes on listening."""
        ...

    async def fall_silent(self) -> None:
        """Hears nobody, and falls silent at once."""
        ...

    async def close(self) -> None:
        """Also of a conversation that was never started."""
        ...
