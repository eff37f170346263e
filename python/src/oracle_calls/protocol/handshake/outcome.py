"""What an end makes of a message, and how its table decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from ..errors import ErrorCode, OracleCallError

#: What a table says of a message: check it, answer the same again, pass it over, or refuse it with a code.
Decision: TypeAlias = "Literal['verify', 'resend', 'ignore'] | ErrorCode"


def refusal_of(decision: Decision) -> OracleCallError:
    """What a table refuses with; a decision that the state cannot follow is an order that was not kept."""
    if decision == "verify" or decision == "resend" or decision == "ignore":
        return OracleCallError("ERR_HANDSHAKE_ORDER")
    return OracleCallError(decision)


@dataclass(frozen=True, slots=True)
class Refused:
    """The message changed nothing."""

    error: OracleCallError


@dataclass(frozen=True, slots=True)
class Resend:
    """The same message came again: send the same answer again."""

    frame: bytes


@dataclass(frozen=True, slots=True)
class Ignored:
    """The same message came again and needs no answer."""
