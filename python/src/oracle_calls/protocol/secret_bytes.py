"""Secrets as objects that do not print."""

from __future__ import annotations

import secrets
from types import TracebackType
from typing import NoReturn

from .errors import OracleCallError


class SecretBytes:
    """Secret bytes that do not print, pickle or compare: logs, f-strings and tracebacks show only a label.

    `destroy` overwrites this copy. Python and the libraries below may have made others, so wiping is best effort.
    """

    __slots__ = ("_bytes", "_is_destroyed", "_label")

    def __init__(self, data: bytes | bytearray | memoryview, label: str) -> None:
        """Takes a copy; the caller still owns (and should wipe) the original."""
        self._bytes = bytearray(data)
        self._label = label
        self._is_destroyed = False

    @classmethod
    def random(cls, length: int, label: str) -> SecretBytes:
        """Fresh bytes from the platform's CSPRNG."""
        return cls(secrets.token_bytes(length), label)

    def __len__(self) -> int:
        return len(self._bytes)

    @property
    def is_destroyed(self) -> bool:
        return self._is_destroyed

    def expose(self) -> bytearray:
        """The bytes themselves, not a copy: do not keep them. Raises `ERR_INTERNAL` after `destroy`."""
        if self._is_destroyed:
            raise OracleCallError("ERR_INTERNAL", f"{self._label} was already destroyed.")
        return self._bytes

    def copy(self) -> SecretBytes:
        """A second copy with its own lifetime."""
        return SecretBytes(self.expose(), self._label)

    def destroy(self) -> None:
        """Overwrites the bytes. Idempotent."""
        self._bytes[:] = bytes(len(self._bytes))
        self._is_destroyed = True

    def __enter__(self) -> SecretBytes:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.destroy()

    def __repr__(self) -> str:
        return f"[SecretBytes {self._label}]"

    def __reduce__(self) -> NoReturn:
        raise TypeError("A secret is not pickled.")
