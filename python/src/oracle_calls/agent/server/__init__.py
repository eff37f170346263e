"""The worker of an oracle: waits for calls, and cleans up after processes that died."""

from .handed_calls import HandedCalls
from .lost_jobs import LostJobs, SeatRemoval
from .oracle_server import MAX_CALLS, PERMISSIONS, OracleServer
from .standby import Standby

__all__ = ["MAX_CALLS", "PERMISSIONS", "HandedCalls", "LostJobs", "OracleServer", "SeatRemoval", "Standby"]
