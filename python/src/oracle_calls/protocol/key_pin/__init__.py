"""Keys that were seen before, and how they may change."""

from .judge import FirstContact, KeyJudgement, Rotated, Same, judge_keys
from .pin import KeyPin, PresentedKeys, create_key_pin, parse_key_pin
from .rotation import KeyRotation, parse_key_rotation, sign_key_rotation

__all__ = [
    "FirstContact",
    "KeyJudgement",
    "KeyPin",
    "KeyRotation",
    "PresentedKeys",
    "Rotated",
    "Same",
    "create_key_pin",
    "judge_keys",
    "parse_key_pin",
    "parse_key_rotation",
    "sign_key_rotation",
]
