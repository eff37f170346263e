"""LiveKit Agents in a call."""

from .session_conversation import ConversationBrokenError, SessionConversation

__all__ = ["ConversationBrokenError", "SessionConversation"]
