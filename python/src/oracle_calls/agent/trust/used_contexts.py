"""Which call each context was used for, over all jobs and restarts, until it has expired."""

from __future__ import annotations

import sqlite3

from oracle_calls.protocol import OracleCallError
from oracle_calls.protocol.envelope import SignedEnvelope
from oracle_calls.protocol.envelope.used_contexts import USED_CONTEXTS_MAX
from oracle_calls.protocol.envelope.verify import ENVELOPE_CLOCK_SKEW_MS

from .database import TrustDatabase


class UsedContexts:
    """It is the context that is remembered, never the signature: one context can have many valid signatures."""

    def __init__(self, database: TrustDatabase, max_entries: int = USED_CONTEXTS_MAX) -> None:
        self._database = database
        self._max_entries = max_entries

    def use(self, envelope: SignedEnvelope, call_id: str, now: float) -> None:
        """Uses a verified envelope for a call. The same call may use it again: a restarted agent makes a new attempt.

        Raises `ERR_ENVELOPE_REPLAYED` when its context was used for another call, `ERR_UPSTREAM_BUSY` when full.
        """
        context_hash = envelope.context_hash.hex()

        def use(connection: sqlite3.Connection) -> None:
            query = "SELECT call_id FROM used_contexts WHERE context_hash = ?"
            known = connection.execute(query, (context_hash,)).fetchone()
            if known is not None:
                if known[0] != call_id:
                    raise OracleCallError("ERR_ENVELOPE_REPLAYED")
                return
            connection.execute("DELETE FROM used_contexts WHERE until < ?", (int(now),))
            (count,) = connection.execute("SELECT count(*) FROM used_contexts").fetchone()
            # Forgetting a context that is still valid would open the door that this closes.
            if count >= self._max_entries:
                raise OracleCallError("ERR_UPSTREAM_BUSY")
            connection.execute(
                "INSERT INTO used_contexts (context_hash, call_id, until) VALUES (?, ?, ?)",
                (context_hash, call_id, envelope.context.not_after + ENVELOPE_CLOCK_SKEW_MS),
            )

        self._database.transact(use)
