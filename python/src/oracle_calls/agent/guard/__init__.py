"""The guard between the media library and a media server that may lie."""

from .join_token import identity_of
from .signal_guard import SignalGuard

__all__ = ["SignalGuard", "identity_of"]
