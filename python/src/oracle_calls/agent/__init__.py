"""Oracles written in Python: answers calls on LiveKit Agents. Needs the extra `agent`."""

from .call import CallContext, Conversation
from .oracle import PERMISSIONS, Oracle
from .settings import OracleSettings
from .trust import TrustStore

__all__ = ["PERMISSIONS", "CallContext", "Conversation", "Oracle", "OracleSettings", "TrustStore"]
