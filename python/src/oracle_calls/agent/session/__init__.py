"""LiveKit Agents in a call."""

from .function_brain import Answer, FunctionBrain, Turn
from .gateway_models import check_hearing
from .session_conversation import LOCAL_TURNS, ConversationBrokenError, SessionConversation

__all__ = [
    "LOCAL_TURNS",
    "Answer",
    "ConversationBrokenError",
    "FunctionBrain",
    "SessionConversation",
    "Turn",
    "check_hearing",
]
