"""The checks of an Ed25519 public key that RFC 8032 leaves to the caller. Public numbers only: nothing here is secret."""

from __future__ import annotations

from typing import Final

#: The field of edwards25519 (RFC 8032, section 5.1).
_P: Final = 2**255 - 19
_D: Final = -121665 * pow(121666, -1, _P) % _P
_SQRT_MINUS_ONE: Final = pow(2, (_P - 1) // 4, _P)

PUBLIC_KEY_BYTES: Final = 32

#: Order of the base point (RFC 8032, section 5.1).
ORDER: Final = 2**252 + 27742317777372353535851937790883648493


def _y_and_sign(encoded: bytes) -> tuple[int, int]:
    number = int.from_bytes(encoded, "little")
    return number % 2**255, number >> 255


def _x_of(encoded: bytes) -> int | None:
    """The x of a canonical encoding of a point on the curve (RFC 8032, section 5.1.3)."""
    y, sign = _y_and_sign(encoded)
    if len(encoded) != PUBLIC_KEY_BYTES or y >= _P:
        return None
    u, v = (y * y - 1) % _P, (_D * y * y + 1) % _P
    x = u * pow(v, 3, _P) * pow(u * pow(v, 7, _P), (_P - 5) // 8, _P) % _P
    if v * x * x % _P == -u % _P:
        x = x * _SQRT_MINUS_ONE % _P
    if v * x * x % _P != u or (x == 0 and sign == 1):
        return None
    return x if x % 2 == sign else _P - x


def _double(point: tuple[int, int]) -> tuple[int, int]:
    """Twice a point, in affine coordinates (RFC 8032, section 5.1.4)."""
    x, y = point
    product = _D * x * x * y * y % _P
    return 2 * x * y * pow(1 + product, -1, _P) % _P, (y * y + x * x) * pow(1 - product, -1, _P) % _P


def is_strict_public_key(encoded: bytes) -> bool:
    """Whether it is canonical, on the curve, and not of small order."""
    x = _x_of(encoded)
    if x is None:
        return False
    # The cofactor is 8: three doublings take a point of small order to the neutral one.
    point = _double(_double(_double((x, _y_and_sign(encoded)[0]))))
    return point != (0, 1)


def to_montgomery(encoded: bytes) -> bytes:
    """The X25519 key of the same secret (RFC 7748, section 4.1)."""
    y, _ = _y_and_sign(encoded)
    return ((1 + y) * pow(1 - y, -1, _P) % _P).to_bytes(32, "little")
