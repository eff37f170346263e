"""What the driver of a rekey has to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

from ..errors import OracleCallError
from ..frame import FrameHeader
from ..handshake.outcome import Ignored, Refused
from ..handshake.session import CallSession
from ..key_schedule import EpochKeys

#: How long the keys of the epoch before still open what is on the way.
PREVIOUS_KEY_GRACE_MS: Final = 10_000
#: How often the agent begins a rekey.
REKEY_INTERVAL_MS: Final = 15 * 60_000


@dataclass(frozen=True, slots=True)
class InstallReceive:
    """Take what comes under these keys; keep taking what comes under the keys before."""

    keys: EpochKeys


@dataclass(frozen=True, slots=True)
class Send:
    frame: bytes


@dataclass(frozen=True, slots=True)
class SwitchSend:
    """Send under these keys from now on, and tell the other end `epoch-switched`."""

    keys: EpochKeys


@dataclass(frozen=True, slots=True)
class StartGrace:
    """Call `grace_over(epoch)` after `PREVIOUS_KEY_GRACE_MS`."""

    epoch: int


@dataclass(frozen=True, slots=True)
class Retire:
    """Overwrite the slot of this epoch: its keys are wiped."""

    epoch: int


RekeyStep: TypeAlias = InstallReceive | Send | SwitchSend | StartGrace | Retire


@dataclass(frozen=True, slots=True)
class Steps:
    """To be done in this order, each before the next."""

    steps: tuple[RekeyStep, ...]


RekeyOutcome: TypeAlias = Steps | Ignored | Refused


def check_exchange(header: FrameHeader, sender_identity: str, peer_identity: str, session: CallSession) -> None:
    """Whether a message belongs to the session's attempt and comes from its other end.

    Raises `ERR_HANDSHAKE_STALE`, `ERR_HANDSHAKE_ORDER`, `ERR_HANDSHAKE_IDENTITY`.
    """
    if header.attempt != session.attempt:
        raise OracleCallError("ERR_HANDSHAKE_STALE" if header.attempt < session.attempt else "ERR_HANDSHAKE_ORDER")
    if sender_identity != peer_identity:
        raise OracleCallError("ERR_HANDSHAKE_IDENTITY")
