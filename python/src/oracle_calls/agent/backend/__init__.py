"""The oracle's backend, and what else an agent asks over HTTP."""

from .answers import ClaimedCall, SealedKey, WaitingCall
from .bearer_secret import BearerSecret, read_secret_file
from .client import Backend, BackendClient
from .did_fetch import DidFetch, create_session
from .retry import CLAIM_RETRY, RetryLimits, retrying

__all__ = [
    "CLAIM_RETRY",
    "Backend",
    "BackendClient",
    "BearerSecret",
    "ClaimedCall",
    "DidFetch",
    "RetryLimits",
    "SealedKey",
    "WaitingCall",
    "create_session",
    "read_secret_file",
    "retrying",
]
