"""The handshake of both ends: they neither send nor wait. Give them what arrives, send what they say."""

from .agent_handshake import AgentConfirmed, AgentHandshake, AgentOutcome
from .outcome import Ignored, Refused, Resend
from .session import CallSession
from .transcript import CallBinding
from .user_handshake import UserAccepted, UserConfirmed, UserHandshake, UserOutcome

__all__ = [
    "AgentConfirmed",
    "AgentHandshake",
    "AgentOutcome",
    "CallBinding",
    "CallSession",
    "Ignored",
    "Refused",
    "Resend",
    "UserAccepted",
    "UserConfirmed",
    "UserHandshake",
    "UserOutcome",
]
