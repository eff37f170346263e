"""The errors of Oracle Calls: the codes are the contract and the same in every implementation."""

from .error_table import ERROR_TABLE, ErrorCode, ErrorRow
from .oracle_call_error import DetailValue, OracleCallError

__all__ = ["ERROR_TABLE", "DetailValue", "ErrorCode", "ErrorRow", "OracleCallError"]
