"""A confirmed attempt."""

from __future__ import annotations

from typing import Protocol

from ..hearing import CallHearing
from ..key_schedule import Epoch, EpochKeys


class Closeable(Protocol):
    def close(self) -> None: ...


class CallSession:
    """Who is in the call, and its first epoch.

    The handshake wipes it, with everything that it adopted, when a later attempt takes over or the handshake is closed.
    """

    def __init__(
        self,
        first: Epoch,
        *,
        user_identity: str,
        agent_identity: str,
        comparison_code: str,
        hearing: CallHearing,
    ) -> None:
        #: Rekeys make the later ones.
        self.first = first
        self.attempt = first.attempt
        self.user_identity = user_identity
        self.agent_identity = agent_identity
        self.comparison_code = comparison_code
        #: Who hears the call, as the agent declared in the offer of this attempt.
        self.hearing = hearing
        self._adopted: list[Closeable] = []
        self._is_over = False

    @property
    def keys(self) -> EpochKeys:
        """Media and data keys of the first epoch."""
        return self.first.keys

    @property
    def is_over(self) -> bool:
        """True once the keys are wiped."""
        return self._is_over

    def adopt(self, owned: Closeable) -> None:
        """Makes something end with the session; at once when that is over."""
        if self._is_over:
            owned.close()
        else:
            self._adopted.append(owned)

    def destroy(self) -> None:
        self._is_over = True
        self.first.destroy()
        adopted, self._adopted = self._adopted, []
        for owned in adopted:
            owned.close()

    def __repr__(self) -> str:
        return f"CallSession(attempt={self.attempt}, is_over={self._is_over})"
