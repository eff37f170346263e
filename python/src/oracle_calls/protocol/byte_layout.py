"""The one binary encoding: big-endian numbers, fixed parts as they are, other parts behind their length as u16."""

from __future__ import annotations

from .errors import ErrorCode, OracleCallError

#: Largest integer that every implementation can hold exactly (JavaScript's `Number.MAX_SAFE_INTEGER`).
MAX_SAFE_INTEGER = 2**53 - 1


def u8(value: int) -> bytes:
    return value.to_bytes(1, "big")


def u16(value: int) -> bytes:
    return value.to_bytes(2, "big")


def u32(value: int) -> bytes:
    return value.to_bytes(4, "big")


def u64(value: int) -> bytes:
    if value > MAX_SAFE_INTEGER:
        raise OverflowError("An integer of at most 53 bits expected.")
    return value.to_bytes(8, "big")


def sized(data: bytes) -> bytes:
    """Bytes behind their length as u16."""
    return u16(len(data)) + data


def text(value: str) -> bytes:
    """UTF-8 behind its length as u16."""
    return sized(value.encode())


def fixed(data: bytes, length: int) -> bytes:
    """Bytes whose length the layout fixes; another length is a mistake of the caller."""
    if len(data) != length:
        raise ValueError(f"{length} bytes expected, not {len(data)}.")
    return bytes(data)


class ByteReader:
    """Reads a layout from outside. Whatever does not fit is one error with the layout's code; call `end` last."""

    def __init__(self, data: bytes, code: ErrorCode) -> None:
        self._data = bytes(data)
        self._code = code
        self._at = 0

    def fixed(self, length: int) -> bytes:
        end = self._at + length
        if end > len(self._data):
            raise self._malformed("it ends too early")
        part = self._data[self._at : end]
        self._at = end
        return part

    def u8(self) -> int:
        return self.fixed(1)[0]

    def u32(self) -> int:
        return int.from_bytes(self.fixed(4), "big")

    def u64(self) -> int:
        value = int.from_bytes(self.fixed(8), "big")
        if value > MAX_SAFE_INTEGER:
            raise self._malformed("an integer is too large")
        return value

    def sized(self, max_bytes: int) -> bytes:
        length = int.from_bytes(self.fixed(2), "big")
        if length > max_bytes:
            raise self._malformed("a field is too long")
        return self.fixed(length)

    def text(self, max_bytes: int) -> str:
        data = self.sized(max_bytes)
        try:
            return data.decode()
        except UnicodeDecodeError:
            raise self._malformed("a text is not UTF-8") from None

    def filled_text(self, max_bytes: int) -> str:
        value = self.text(max_bytes)
        if value == "":
            raise self._malformed("a text is empty")
        return value

    def rest(self, min_bytes: int) -> bytes:
        left = len(self._data) - self._at
        if left < min_bytes:
            raise self._malformed("it ends too early")
        return self.fixed(left)

    def end(self) -> None:
        """Refuses trailing bytes: they would be a second encoding of the same value."""
        if self._at != len(self._data):
            raise self._malformed("there are trailing bytes")

    def _malformed(self, issue: str) -> OracleCallError:
        return OracleCallError(self._code, details={"issues": [issue]})
