"""Oracles written in Python: answers calls on LiveKit Agents. Needs the extra `agent`."""

from .call import CallContext, Conversation
from .log_lines import log_as_json
from .oracle import Oracle
from .server import PERMISSIONS, OracleServer
from .session import LOCAL_TURNS, FunctionBrain, Turn
from .settings import OracleSettings
from .trust import TrustStore

__all__ = [
    "LOCAL_TURNS",
    "PERMISSIONS",
    "CallContext",
    "Conversation",
    "FunctionBrain",
    "Oracle",
    "OracleServer",
    "OracleSettings",
    "TrustStore",
    "Turn",
    "log_as_json",
]
