"""Numbers of handshake attempts. They rise for each call over restarts of the agent: the user answers no number twice."""

from __future__ import annotations

import sqlite3

from oracle_calls.protocol import OracleCallError
from oracle_calls.protocol.frame import MAX_ATTEMPT

from .database import TrustDatabase


class AttemptNumbers:
    def __init__(self, database: TrustDatabase) -> None:
        self._database = database

    def next(self, call_id: str, *, until: float, now: float, step: int = 1) -> int:
        """The next number for this call, kept before it is given out.

        `until` is when the call is over at the latest and its numbers are forgotten, in ms since the Unix epoch; `step` how far
        above the last one: more than 1 when the user may have answered higher ones than are known here.

        Raises `ERR_HANDSHAKE_CLOSED` when the call has had all its attempts.
        """

        def take(connection: sqlite3.Connection) -> int:
            connection.execute("DELETE FROM attempts WHERE until < ?", (int(now),))
            last = connection.execute("SELECT attempt FROM attempts WHERE call_id = ?", (call_id,)).fetchone()
            attempt = (int(last[0]) if last else 0) + step
            if attempt > MAX_ATTEMPT:
                raise OracleCallError("ERR_HANDSHAKE_CLOSED", "The call has had all its attempts.")
            connection.execute(
                "INSERT OR REPLACE INTO attempts (call_id, attempt, until) VALUES (?, ?, ?)",
                (call_id, attempt, int(until)),
            )
            return attempt

        return self._database.transact(take)
