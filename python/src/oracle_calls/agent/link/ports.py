"""What a link needs of the connection it works on, and what it tells its owner."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from oracle_calls.protocol import OracleCallError, SecretBytes
from oracle_calls.protocol.data import DataPayload

#: Carries a frame to one participant: reliably within one connection and in order. Failures are not the link's matter: what
#: is unanswered is sent again.
SendFrame: TypeAlias = Callable[[bytes, str], Awaitable[None]]


class FrameKeys(Protocol):
    """Where the media keys of a call go. A slot is LiveKit's key index, 0 to 15; each key is copied by the time a method returns.

    All raise `OracleCallError`, and then the call cannot go on.
    """

    async def install_receiving(self, participant_identity: str, slot: int, key: SecretBytes) -> None:
        """Opens frames of this participant that name this slot. A participant without a key is silent."""
        ...

    async def switch_sending(self, slot: int, key: SecretBytes) -> None:
        """Seals what this side sends under this key from the next frame on. Without a key nothing leaves."""
        ...

    async def retire(self, slot: int) -> None:
        """Overwrites a slot in both directions: what still names it is dropped."""
        ...


@dataclass(frozen=True, slots=True)
class ConfirmedAttempt:
    """A confirmed attempt, as the application may know it."""

    attempt: int
    user_identity: str
    agent_identity: str
    comparison_code: str


class LinkListener(Protocol):
    """Who is told what happens on a link. Methods return at once and do not raise."""

    def confirmed(self, attempt: ConfirmedAttempt) -> None:
        """Both ends are who they should be, and the media keys are installed: sound may flow."""
        ...

    def superseded(self) -> None:
        """A later attempt has begun: the keys of the one before are wiped, nothing flows until it is confirmed."""
        ...

    def peer_ready(self) -> None:
        """The user has proven to have the keys of the attempt: something sealed under them was opened."""
        ...

    def rekeyed(self, epoch: int) -> None:
        """Sending goes on under the keys of a later epoch."""
        ...

    def payload(self, payload: DataPayload) -> None: ...

    def refused(self, error: OracleCallError, participant_identity: str | None) -> None:
        """A frame was refused; it changed nothing. The identity is who sent it, as the SFU says."""
        ...

    def failed(self, error: OracleCallError) -> None:
        """The keys can be neither used nor replaced: the call cannot go on."""
        ...

    def stalled(self) -> None:
        """An offer or a rekey got no answer in time: a new attempt is the way on, or giving up."""
        ...
