"""Who the agent is."""

from .own_identity import PRIVATE_KEY_VARIABLE, OwnIdentity, read_own_identity

__all__ = ["PRIVATE_KEY_VARIABLE", "OwnIdentity", "read_own_identity"]
