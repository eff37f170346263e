"""The life of a call, as data: pending → active → ended, or pending → ended."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias, get_args

CallStatus: TypeAlias = Literal["pending", "active", "ended"]
CALL_STATUSES: Final[tuple[CallStatus, ...]] = get_args(CallStatus)

CALL_TRANSITIONS: Final[dict[CallStatus, tuple[CallStatus, ...]]] = {
    "pending": ("active", "ended"),
    "active": ("ended",),
    "ended": (),
}

CallType: TypeAlias = Literal["audio", "video"]
CALL_TYPES: Final[tuple[CallType, ...]] = get_args(CallType)

#: Why a call ended: the first three are ordinary, the rest tell the user that something failed.
EndReason: TypeAlias = Literal[
    "hangup",
    "completed",
    "replaced",
    "cancelled",
    "connection-lost",
    "media-failed",
    "oracle-absent",
    "invalid-authentication",
    "agent-failed",
    "expired",
]
END_REASONS: Final[tuple[EndReason, ...]] = get_args(EndReason)


def can_move(before: CallStatus, after: CallStatus) -> bool:
    """Whether a call may go from one status to another. Staying is not a move."""
    return after in CALL_TRANSITIONS[before]
