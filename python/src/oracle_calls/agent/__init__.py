"""Oracles written in Python: answers calls on LiveKit Agents. Needs the extra `agent`."""

from .call import CallContext, Conversation
from .oracle import PERMISSIONS, Oracle
from .session import LOCAL_TURNS
from .settings import OracleSettings
from .trust import TrustStore

__all__ = ["LOCAL_TURNS", "PERMISSIONS", "CallContext", "Conversation", "Oracle", "OracleSettings", "TrustStore"]
