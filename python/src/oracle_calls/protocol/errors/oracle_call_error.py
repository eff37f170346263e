from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from .error_table import ERROR_TABLE, ErrorCode

#: A small fact about an error, safe to show and log: no key, token, envelope or personal text.
DetailValue: TypeAlias = "str | int | float | bool | Sequence[str]"


class OracleCallError(Exception):
    """The one error of Oracle Calls. Switch on `code`; the message is for people and may change."""

    def __init__(
        self, code: ErrorCode, message: str | None = None, *, details: Mapping[str, DetailValue] | None = None
    ) -> None:
        super().__init__(message or ERROR_TABLE[code].title)
        self.code: ErrorCode = code
        self.details: Mapping[str, DetailValue] = dict(details or {})

    @property
    def retryable(self) -> bool:
        """Whether the same request may succeed later without a change by the caller."""
        return ERROR_TABLE[self.code].retryable

    def __repr__(self) -> str:
        return f"OracleCallError({self.code!r}, {str(self)!r})"
