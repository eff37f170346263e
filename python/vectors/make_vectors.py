"""Makes the vectors of the Python package, which every other implementation must pass.

    python make_vectors.py --check    # the committed files are what the package makes
    python make_vectors.py --write    # makes them anew

Keys, nonces and salts follow from labels. Encapsulations are random, since ML-KEM here takes no given randomness: those that
the committed files hold are kept, so that nothing changes without a reason; delete a file to make new ones.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from data_rows import data_vectors
from did_rows import did_vectors
from handshake_rows import handshake_vectors
from rekey_rows import rekey_vectors

HERE = Path(__file__).parent


def committed(name: str) -> dict[str, Any] | None:
    path = HERE / name
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def made() -> dict[str, str]:
    """File name → text."""
    vectors = {
        "handshake.json": handshake_vectors(committed("handshake.json")),
        "rekey.json": rekey_vectors(committed("rekey.json")),
        "data-frames.json": data_vectors(),
        "did-documents.json": did_vectors(),
    }
    return {name: json.dumps(content, indent=2) + "\n" for name, content in vectors.items()}


def differing() -> list[str]:
    """Files that are not what the package makes."""
    texts = made().items()
    return [name for name, text in texts if not (HERE / name).exists() or (HERE / name).read_text("utf-8") != text]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    mode = parser.add_mutually_exclusive_group(required=True)
    mode.add_argument("--write", action="store_true")
    mode.add_argument("--check", action="store_true")
    if parser.parse_args().write:
        for name, text in made().items():
            (HERE / name).write_text(text, encoding="utf-8")
    found = differing()
    print(
        "\n".join(f"{name} is not what the package makes" for name in found) or "the vectors are what the package makes"
    )
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
