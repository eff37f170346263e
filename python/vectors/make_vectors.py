"""Makes the vectors that come of the Python package, which every other implementation must pass: `packages/protocol/vectors/by-python`,
and envelopes, rotations and transcripts beside it.

    python make_vectors.py --check    # the committed files are what the package makes
    python make_vectors.py --write    # makes them anew

Keys, nonces and salts follow from labels. Encapsulations are random, since ML-KEM here takes no given randomness, and so are sealed
call keys: those that the committed files hold are kept, so that nothing changes without a reason; delete a file to make new
ones. Envelopes that TypeScript seals need Node 24 on the PATH.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from data_rows import data_vectors
from did_rows import did_vectors
from envelope_rows import envelope_vectors
from handshake_rows import handshake_vectors
from rekey_rows import rekey_vectors
from rotation_rows import rotation_vectors
from transcript_rows import transcript_vectors

PROJECTS = Path(__file__).parents[2] / "packages" / "protocol" / "vectors"
OURS = PROJECTS / "by-python"


def committed(path: Path) -> dict[str, Any] | None:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def made() -> dict[Path, str]:
    """The files and their texts."""

    def of(path: Path, make: Callable[[dict[str, Any] | None], dict[str, Any]]) -> tuple[Path, dict[str, Any]]:
        return path, make(committed(path))

    vectors = dict(
        (
            of(OURS / "handshake.json", handshake_vectors),
            of(OURS / "rekey.json", rekey_vectors),
            of(PROJECTS / "signed-envelope.json", envelope_vectors),
            (OURS / "data-frames.json", data_vectors()),
            (OURS / "did-documents.json", did_vectors()),
            (PROJECTS / "key-rotation.json", rotation_vectors()),
            (PROJECTS / "transcripts.json", transcript_vectors()),
        )
    )
    return {path: json.dumps(content, indent=2, ensure_ascii=False) + "\n" for path, content in vectors.items()}


def differing() -> list[str]:
    """Files that are not what the package makes."""
    return [str(path) for path, text in made().items() if not path.exists() or path.read_text("utf-8") != text]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    mode = parser.add_mutually_exclusive_group(required=True)
    mode.add_argument("--write", action="store_true")
    mode.add_argument("--check", action="store_true")
    if parser.parse_args().write:
        for path, text in made().items():
            path.write_text(text, encoding="utf-8")
    found = differing()
    print(
        "\n".join(f"{name} is not what the package makes" for name in found) or "the vectors are what the package makes"
    )
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
