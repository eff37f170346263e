"""What an oracle remembers of those who called it, over restarts: keys, contexts, numbers of attempts."""

from __future__ import annotations

import os

from .attempt_numbers import AttemptNumbers
from .database import TrustDatabase
from .used_contexts import UsedContexts
from .user_key_pins import KnownUser, UserKeyPins

__all__ = ["AttemptNumbers", "KnownUser", "TrustStore", "UsedContexts", "UserKeyPins"]


class TrustStore:
    """One SQLite file for all processes of one oracle, in a folder that is its owner's alone."""

    def __init__(self, file: str | os.PathLike[str]) -> None:
        """Raises `ERR_KEY_STORE` when the file cannot be used, or its folder is open to others."""
        self._database = TrustDatabase(file)
        self.user_keys = UserKeyPins(self._database)
        self.used_contexts = UsedContexts(self._database)
        self.attempts = AttemptNumbers(self._database)

    def close(self) -> None:
        """Idempotent."""
        self._database.close()

    def __enter__(self) -> TrustStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
