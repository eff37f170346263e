"""The project's vectors, as they stand in `packages/protocol/vectors`, and ours."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from oracle_calls.protocol import OracleCallError, SecretBytes

ROOT = Path(__file__).parents[2]
VECTORS = ROOT / "packages" / "protocol" / "vectors"


def load(name: str) -> Any:
    return json.loads((VECTORS / name).read_text(encoding="utf-8"))


def load_ours(name: str) -> Any:
    return json.loads((VECTORS / "by-python" / name).read_text(encoding="utf-8"))


def secret(hex_text: str) -> SecretBytes:
    return SecretBytes(bytes.fromhex(hex_text), "published test vector")


def named(rows: list[Any]) -> Any:
    """Parameters whose ids are the rows' names."""
    return [pytest.param(row, id=str(row["name"])) for row in rows]


def code_of(work: Callable[[], object]) -> str | None:
    """The code that some work is refused with; any other exception passes through."""
    try:
        work()
    except OracleCallError as error:
        return error.code
    return None


class ListedEntropy:
    """Gives what a vector lists, in this order, and nothing else."""

    def __init__(self, *hex_texts: str) -> None:
        self.left = [bytes.fromhex(hex_text) for hex_text in hex_texts]

    def __call__(self, length: int) -> bytes:
        data = self.left.pop(0)
        assert len(data) == length
        return data
