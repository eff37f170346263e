"""With this folder in `PYTHONPATH`, a Python process loads the project's sources with the patches of the environment.

Part of the attack suite alone (`tests/attacks/twin`): the package has no switch for any of it, and nothing imports this.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType

#: As `tests/attacks/twin/environment.ts` writes it.
PATCHES_VARIABLE = "ORACLE_CALLS_TWIN_PATCHES"
ROOT = Path(__file__).resolve().parents[3]


class NoTwinError(Exception):
    """A twin that changes nothing proves nothing."""


def patched(text: str, file: str, patches: Sequence[dict[str, str]]) -> str:
    for patch in patches:
        if patch["file"] != file:
            continue
        places = text.count(patch["find"])
        if places != 1 or patch["find"] == patch["replace"]:
            raise NoTwinError(f"twin: the text to replace stands {places} times in {file}: {patch['find']}")
        text = text.replace(patch["find"], patch["replace"])
    return text


class _PatchingLoader(SourceFileLoader):
    """Compiles anew: what Python has kept of a file is of the file as it is."""

    def __init__(self, fullname: str, path: str, file: str, patches: Sequence[dict[str, str]]) -> None:
        super().__init__(fullname, path)
        self._file, self._patches = file, patches

    def get_code(self, fullname: str) -> CodeType:
        text = self.get_data(self.path).decode()
        return self.source_to_code(patched(text, self._file, self._patches).encode(), self.path)


class _PatchingFinder(MetaPathFinder):
    def __init__(self, patches: Sequence[dict[str, str]]) -> None:
        self._patches = patches
        self._files = {str(ROOT / patch["file"]): patch["file"] for patch in patches}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.origin not in self._files:
            return None
        spec.loader = _PatchingLoader(fullname, spec.origin, self._files[spec.origin], self._patches)
        return spec


def become_twin(patches: Sequence[dict[str, str]]) -> None:
    """Raises `NoTwinError`. At once, and not when a file is loaded: a process that can be no twin must not start as anything else."""
    for file in {patch["file"] for patch in patches}:
        patched((ROOT / file).read_text(encoding="utf-8"), file, patches)
    sys.meta_path.insert(0, _PatchingFinder(patches))


if __name__ == "sitecustomize" and PATCHES_VARIABLE in os.environ:
    try:
        become_twin(json.loads(os.environ[PATCHES_VARIABLE]))
    except Exception:  # noqa: BLE001
        # Python would go on without.
        traceback.print_exc()
        os._exit(70)
