"""The memory that refuses replays: which call each context was used for."""

from __future__ import annotations

from typing import Final

from ..errors import OracleCallError
from .signed_envelope import SignedEnvelope
from .verify import ENVELOPE_CLOCK_SKEW_MS

#: Contexts remembered at most: far above the calls that one oracle answers in a day.
USED_CONTEXTS_MAX: Final = 100_000


class UsedContexts:
    """Remembers in this process which call each context was used for, until it has expired.

    It is the context that is remembered, never the signature: one context can have many valid ones. An agent that restarts
    or has several processes needs the same over a store that they share.
    """

    def __init__(self, max_entries: int = USED_CONTEXTS_MAX) -> None:
        self._max_entries = max_entries
        self._calls: dict[bytes, tuple[str, int]] = {}

    def use(self, envelope: SignedEnvelope, call_id: str, now: int) -> None:
        """Uses a verified envelope for a call. The same call may use it again: a restarted agent makes a new attempt.

        Raises `ERR_ENVELOPE_REPLAYED` when its context was used for another call, `ERR_UPSTREAM_BUSY` when full.
        """
        known = self._calls.get(envelope.context_hash)
        if known is not None:
            if known[0] != call_id:
                raise OracleCallError("ERR_ENVELOPE_REPLAYED")
            return
        if len(self._calls) >= self._max_entries:
            self._calls = {key: entry for key, entry in self._calls.items() if entry[1] >= now}
        # Forgetting a context that is still valid would open the door that this closes.
        if len(self._calls) >= self._max_entries:
            raise OracleCallError("ERR_UPSTREAM_BUSY")
        self._calls[envelope.context_hash] = (call_id, envelope.context.not_after + ENVELOPE_CLOCK_SKEW_MS)
