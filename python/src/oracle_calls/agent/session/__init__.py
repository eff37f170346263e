"""LiveKit Agents in a call."""

from .function_brain import Answer, FunctionBrain, Turn
from .session_conversation import LOCAL_TURNS, ConversationBrokenError, SessionConversation

__all__ = ["LOCAL_TURNS", "Answer", "ConversationBrokenError", "FunctionBrain", "SessionConversation", "Turn"]
