"""The keys of users, as they were first seen and then rotated."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Literal, TypeAlias

from oracle_calls.protocol import OracleCallError
from oracle_calls.protocol.did import ResolvedUserKey
from oracle_calls.protocol.key_pin import (
    KeyJudgement,
    KeyPin,
    PresentedKeys,
    create_key_pin,
    judge_keys,
    parse_key_pin,
)

from .database import TrustDatabase, unusable

_Table: TypeAlias = Literal["key_pins", "refused_keys"]
_SELECT: dict[_Table, str] = {
    "key_pins": "SELECT pin, seen_at FROM key_pins WHERE did = ?",
    "refused_keys": "SELECT pin, seen_at FROM refused_keys WHERE did = ?",
}
_REPLACE: dict[_Table, str] = {
    "key_pins": "INSERT OR REPLACE INTO key_pins (did, pin, seen_at) VALUES (?, ?, ?)",
    "refused_keys": "INSERT OR REPLACE INTO refused_keys (did, pin, seen_at) VALUES (?, ?, ?)",
}


@dataclass(frozen=True, slots=True)
class KnownUser:
    """A user as the operator sees it."""

    did: str
    pin: KeyPin
    #: Keys that were shown since and refused: for a person to decide about.
    refused: KeyPin | None
    #: Of the last call, in ms since the Unix epoch.
    seen_at: int


class UserKeyPins:
    def __init__(self, database: TrustDatabase) -> None:
        self._database = database

    def judge(self, user: ResolvedUserKey, now: float) -> KeyJudgement:
        """Decides about the key of a user whose envelope it verified, and remembers it.

        A change is refused, and kept for the operator to look at. Raises `ERR_KEY_CHANGED`, `ERR_KEY_ROTATION`; `ERR_KEY_STORE`
        when what was pinned cannot be read.
        """
        presented = PresentedKeys(user.did, user.signing_key)

        def judge(connection: sqlite3.Connection) -> KeyJudgement | OracleCallError:
            known = _read(connection, "key_pins", user.did)
            pin = known[0] if known else None
            try:
                judgement = judge_keys(pin, presented, user.key_rotations)
            except OracleCallError as error:
                if pin is None:
                    raise
                _write(connection, "refused_keys", create_key_pin(presented, pin.sequence), now)
                return error
            _write(connection, "key_pins", judgement.pin, now)
            _forget_refused(connection, user.did)
            return judgement

        judged = self._database.transact(judge)
        # Raised here, so that the transaction keeps what was refused.
        if isinstance(judged, OracleCallError):
            raise judged
        return judged

    def knows(self, did: str) -> bool:
        """Whether a key of this user is pinned: they have signed an envelope. Raises `ERR_KEY_STORE` when it cannot be read."""
        return self._database.transact(lambda connection: _read(connection, "key_pins", did) is not None)

    def list(self) -> list[KnownUser]:
        """All users, whoever called last first."""

        def read_all(connection: sqlite3.Connection) -> list[KnownUser]:
            users = []
            for (did,) in connection.execute("SELECT did FROM key_pins ORDER BY seen_at DESC").fetchall():
                known, refused = _read(connection, "key_pins", did), _read(connection, "refused_keys", did)
                if known is not None:
                    users.append(KnownUser(did, known[0], refused[0] if refused else None, known[1]))
            return users

        return self._database.transact(read_all)

    def accept(self, did: str, public_key_hex: str, now: float) -> KeyPin:
        """Takes a refused key for the user's, because the operator has made sure that it is.

        `public_key_hex` names it, so that what is accepted is what was looked at. Raises `ERR_KEY_CHANGED` when another key was
        shown since, or none.
        """

        def accept(connection: sqlite3.Connection) -> KeyPin:
            refused = _read(connection, "refused_keys", did)
            if refused is None or refused[0].keys.signing_key.public_key.hex() != public_key_hex:
                raise OracleCallError("ERR_KEY_CHANGED", "This is not the key that was refused last.")
            _write(connection, "key_pins", refused[0], now)
            _forget_refused(connection, did)
            return refused[0]

        return self._database.transact(accept)


def _read(connection: sqlite3.Connection, table: _Table, did: str) -> tuple[KeyPin, int] | None:
    row = connection.execute(_SELECT[table], (did,)).fetchone()
    if row is None:
        return None
    try:
        pin = parse_key_pin(json.loads(row[0]))
    except (OracleCallError, ValueError, RecursionError) as error:
        raise unusable(f"a key of {did} cannot be read", error) from error
    if pin.did != did:
        raise unusable(f"a key of {did} is another's")
    return pin, int(row[1])


def _write(connection: sqlite3.Connection, table: _Table, pin: KeyPin, now: float) -> None:
    text = json.dumps(pin.to_content(), separators=(",", ":"))
    connection.execute(_REPLACE[table], (pin.did, text, int(now)))


def _forget_refused(connection: sqlite3.Connection, did: str) -> None:
    connection.execute("DELETE FROM refused_keys WHERE did = ?", (did,))
