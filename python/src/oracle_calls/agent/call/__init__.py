"""One call: setting it up, holding it, ending it."""

from .call_job import CallDeps, CallJob
from .conversation import CallContext, Conversation, ConversationObserver, OracleActivity
from .open_call import OlderProtocol, OpenedCall, Opening, open_call

__all__ = [
    "CallContext",
    "CallDeps",
    "CallJob",
    "Conversation",
    "ConversationObserver",
    "OlderProtocol",
    "OpenedCall",
    "Opening",
    "OracleActivity",
    "open_call",
]
