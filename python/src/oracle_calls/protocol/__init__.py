"""The protocol of Oracle Calls, version 3: pure, without a clock, a timer or a socket. The text is `docs/protocol.md`."""

from .errors import ErrorCode, OracleCallError
from .secret_bytes import SecretBytes

__all__ = ["ErrorCode", "OracleCallError", "SecretBytes"]
