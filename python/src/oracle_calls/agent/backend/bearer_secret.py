"""Bearer secrets as objects that do not print."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NoReturn

from oracle_calls.protocol import OracleCallError


class BearerSecret:
    """A token or an API key. `expose` it only into a header."""

    __slots__ = ("_label", "_text")

    def __init__(self, text: str, label: str) -> None:
        """Raises `ERR_PROTOCOL_MALFORMED` when it is empty."""
        if text == "":
            raise OracleCallError("ERR_PROTOCOL_MALFORMED", f"{label} is empty.")
        self._text = text
        self._label = label

    @classmethod
    def read(cls, path: str | os.PathLike[str], label: str) -> BearerSecret:
        """A secret kept as the only text of a file. Raises `ERR_PROTOCOL_MALFORMED` naming the file, never its content."""
        return cls(read_secret_file(path).decode("utf-8", "replace").strip(), label)

    def expose(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"[BearerSecret {self._label}]"

    def __reduce__(self) -> NoReturn:
        raise TypeError("A secret is not pickled.")


def read_secret_file(path: str | os.PathLike[str]) -> bytes:
    """Raises `ERR_PROTOCOL_MALFORMED` naming the file and why."""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise OracleCallError("ERR_PROTOCOL_MALFORMED", f"{path} cannot be read ({error.strerror}).") from None
