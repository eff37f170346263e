"""The secure link of a call: key exchange, rekeys and data over time."""

from .agent_link import AgentLink, LinkParties
from .ports import ConfirmedAttempt, FrameKeys, LinkListener, SendFrame

__all__ = ["AgentLink", "ConfirmedAttempt", "FrameKeys", "LinkListener", "LinkParties", "SendFrame"]
