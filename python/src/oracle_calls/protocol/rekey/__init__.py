"""Rekeys of both ends: give them what arrives, do what they say, in the order given."""

from .agent_rekey import AgentRekey
from .steps import (
    PREVIOUS_KEY_GRACE_MS,
    REKEY_INTERVAL_MS,
    InstallReceive,
    RekeyOutcome,
    RekeyStep,
    Retire,
    Send,
    StartGrace,
    Steps,
    SwitchSend,
)
from .user_rekey import UserRekey

__all__ = [
    "PREVIOUS_KEY_GRACE_MS",
    "REKEY_INTERVAL_MS",
    "AgentRekey",
    "InstallReceive",
    "RekeyOutcome",
    "RekeyStep",
    "Retire",
    "Send",
    "StartGrace",
    "Steps",
    "SwitchSend",
    "UserRekey",
]
