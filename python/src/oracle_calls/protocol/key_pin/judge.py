"""Deciding about keys that are presented for a DID."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ..errors import OracleCallError
from .pin import KeyPin, PresentedKeys, hold_same_keys
from .rotation import SignedKeyRotation, is_signed_by, parse_key_rotation


@dataclass(frozen=True, slots=True)
class FirstContact:
    """Trust on first use; not to be called verified."""

    pin: KeyPin


@dataclass(frozen=True, slots=True)
class Same:
    """Nothing changed."""

    pin: KeyPin


@dataclass(frozen=True, slots=True)
class Rotated:
    """The keys changed as their owner said; always to be shown to people."""

    pin: KeyPin
    previous: KeyPin


KeyJudgement: TypeAlias = FirstContact | Same | Rotated


def _first_pin(presented: PresentedKeys, statements: Sequence[SignedKeyRotation]) -> KeyPin:
    """An older statement must not be able to bring back the keys of before, so its number counts as used."""
    led = (one.rotation for one in statements if hold_same_keys(one.rotation.following, presented))
    return KeyPin(presented, max((rotation.sequence for rotation in led), default=0))


def _follow(pin: KeyPin, statements: Sequence[SignedKeyRotation]) -> KeyPin:
    """Follows newer statements, each signed by the keys that the one before it made valid."""
    newer = [one for one in statements if one.rotation.sequence > pin.sequence]
    for statement in sorted(newer, key=lambda one: one.rotation.sequence):
        # Two statements of one number: somebody signed twice.
        if statement.rotation.sequence <= pin.sequence or not is_signed_by(statement, pin.keys):
            raise OracleCallError("ERR_KEY_ROTATION")
        pin = KeyPin(statement.rotation.following, statement.rotation.sequence)
    return pin


def judge_keys(pin: KeyPin | None, presented: PresentedKeys, rotations: Sequence[str] = ()) -> KeyJudgement:
    """Whether keys are new, the same, or rotated by statements that lead to exactly what the document shows.

    `rotations` are those that the document publishes, in hex, in any order. Store the pin of the result. Raises
    `ERR_KEY_CHANGED` when keys changed without a word, `ERR_KEY_ROTATION` when a statement is not valid or leads to other keys,
    `ValueError` when the pin is of another DID.
    """
    if pin is not None and pin.did != presented.did:
        raise ValueError("The pin is of another DID.")
    statements = [parse_key_rotation(statement) for statement in rotations]
    if pin is None:
        return FirstContact(_first_pin(presented, statements))
    reached = _follow(pin, statements)
    if not hold_same_keys(reached.keys, presented):
        raise OracleCallError("ERR_KEY_CHANGED" if reached.sequence == pin.sequence else "ERR_KEY_ROTATION")
    shown = KeyPin(presented, reached.sequence)
    return Same(shown) if hold_same_keys(pin.keys, presented) else Rotated(shown, pin)
