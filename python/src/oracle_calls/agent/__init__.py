"""Oracles written in Python: answers calls on LiveKit Agents. Needs the extra `agent`."""

from oracle_calls.protocol.hearing import HEARD_HERE, ON_THIS_MACHINE, CallHearing, EnginePlace, SentTo, place_of

from .call import CallContext, Conversation
from .log_lines import log_as_json
from .oracle import Oracle
from .server import PERMISSIONS, OracleServer
from .session import LOCAL_TURNS, FunctionBrain, Turn
from .settings import OracleSettings
from .trust import TrustStore

__all__ = [
    "HEARD_HERE",
    "LOCAL_TURNS",
    "ON_THIS_MACHINE",
    "PERMISSIONS",
    "CallContext",
    "CallHearing",
    "Conversation",
    "EnginePlace",
    "FunctionBrain",
    "Oracle",
    "OracleServer",
    "OracleSettings",
    "SentTo",
    "TrustStore",
    "Turn",
    "log_as_json",
    "place_of",
]
