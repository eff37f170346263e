"""LiveKit Agents in a call."""

from .session_conversation import LOCAL_TURNS, ConversationBrokenError, SessionConversation

__all__ = ["LOCAL_TURNS", "ConversationBrokenError", "SessionConversation"]
