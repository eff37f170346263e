"""The file behind the trust store, shared by all jobs of one oracle, each with a connection of its own."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from oracle_calls.protocol import OracleCallError

T = TypeVar("T")

#: Another job's transaction takes a millisecond; past this the disk is broken, in seconds.
_BUSY_TIMEOUT_S: Final = 5.0
#: How often a file is looked at that another process is about to change, in seconds.
_LOOK_AGAIN_S: Final = 0.01
#: Permission bits of everybody but the owner.
_OTHERS: Final = 0o077
#: Each has what the layout of its number has more; `user_version` of the file says how many it has had. Agents in Node make the
#: same, so that both can share a file. Never change one.
_LAYOUTS: Final[tuple[tuple[str, ...], ...]] = (
    (
        "CREATE TABLE key_pins (did TEXT PRIMARY KEY, pin TEXT NOT NULL, seen_at INTEGER NOT NULL)",
        "CREATE TABLE refused_keys (did TEXT PRIMARY KEY, pin TEXT NOT NULL, seen_at INTEGER NOT NULL)",
        "CREATE TABLE used_contexts (context_hash TEXT PRIMARY KEY, call_id TEXT NOT NULL, until INTEGER NOT NULL)",
        "CREATE INDEX used_contexts_until ON used_contexts (until)",
        "CREATE TABLE attempts (call_id TEXT PRIMARY KEY, attempt INTEGER NOT NULL, until INTEGER NOT NULL)",
        "CREATE INDEX attempts_until ON attempts (until)",
    ),
    # What agents in Node remember; here nothing is.
    (
        """
        CREATE TABLE memories (
          scope TEXT PRIMARY KEY, least INTEGER NOT NULL, reserved INTEGER NOT NULL, erased_at INTEGER NOT NULL, until INTEGER NOT NULL
        )
        """,
        "CREATE INDEX memories_until ON memories (until)",
    ),
)


def unusable(problem: str, cause: BaseException | None = None) -> OracleCallError:
    error = OracleCallError("ERR_KEY_STORE", f"The store of known keys cannot be used: {problem}.")
    error.__cause__ = cause
    return error


class TrustDatabase:
    def __init__(self, file: str | os.PathLike[str]) -> None:
        """Opens the file, and makes it and its folder when missing.

        Raises `ERR_KEY_STORE` when it cannot be used, or its folder is open to others.
        """
        try:
            _check_folder(Path(file).parent)
            self._connection = sqlite3.connect(file, timeout=_BUSY_TIMEOUT_S, isolation_level=None)
        except (OSError, sqlite3.Error) as error:
            raise unusable(str(error), error) from error
        try:
            # Write-ahead: readers and the one writer do not wait for each other. Full: what was answered survives a power cut.
            _write_ahead(self._connection)
            self._connection.execute("PRAGMA synchronous = FULL")
            self.transact(_lay_out)
        except sqlite3.Error as error:
            self.close()
            raise unusable(str(error), error) from error
        except OracleCallError:
            self.close()
            raise

    def transact(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Runs `work` alone: no other process writes between its first read and its end. What it raises undoes it."""
        connection = self._connection
        try:
            # Immediate: two readers that both want to write would deadlock.
            connection.execute("BEGIN IMMEDIATE")
            try:
                result = work(connection)
                connection.execute("COMMIT")
            except BaseException:
                connection.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            # Nothing is known then, which is not "never seen".
            raise unusable(str(error), error) from error
        return result

    def close(self) -> None:
        """Idempotent."""
        self._connection.close()


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Changes a new file to write-ahead logging.

    SQLite does not wait for another process that is about to do the same, whatever its timeout (`sqlite3_busy_handler`):
    the later one has to look again. Python 3.10 has no error codes, so the words tell.
    """
    looks = round(_BUSY_TIMEOUT_S / _LOOK_AGAIN_S)
    for look in range(looks + 1):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or look == looks:
                raise
            time.sleep(_LOOK_AGAIN_S)
        else:
            return


def _lay_out(connection: sqlite3.Connection) -> None:
    (layout,) = connection.execute("PRAGMA user_version").fetchone()
    if layout == len(_LAYOUTS):
        return
    # A file that something else made, or a later version, is not an empty one.
    if not 0 <= layout < len(_LAYOUTS):
        raise unusable("it was made by another version")
    for tables in _LAYOUTS[layout:]:
        for statement in tables:
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {len(_LAYOUTS)}")


def _check_folder(folder: Path) -> None:
    """Whoever can write the folder chooses the keys, so it is the owner's alone. Windows has no such bits."""
    if not folder.exists():
        folder.mkdir(parents=True, mode=0o700)
        # The process's own mask may have taken more, never less.
        folder.chmod(0o700)
    if os.name != "nt" and folder.stat().st_mode & _OTHERS:
        raise unusable("its folder is open to others (chmod 700)")
