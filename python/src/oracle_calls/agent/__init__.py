"""Oracles written in Python: answers calls on LiveKit Agents. Needs the extra `agent`."""

from oracle_calls.protocol.hearing import HEARD_HERE, CallHearing, EnginePlace, SentTo, place_of

from .call import CallContext, Conversation
from .oracle import PERMISSIONS, Oracle
from .session import LOCAL_TURNS
from .settings import OracleSettings
from .trust import TrustStore

__all__ = [
    "HEARD_HERE",
    "LOCAL_TURNS",
    "PERMISSIONS",
    "CallContext",
    "CallHearing",
    "Conversation",
    "EnginePlace",
    "Oracle",
    "OracleSettings",
    "SentTo",
    "TrustStore",
    "place_of",
]
