"""The patches of the attack suite reach a process and what it starts, and nothing starts when they do not fit."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from known_vectors import ROOT

PATCH = {
    "file": "python/src/oracle_calls/protocol/call_status.py",
    "find": "from __future__ import annotations\n",
    "replace": 'from __future__ import annotations\nPATCHED = "patched"\n',
}
ASK = "from oracle_calls.protocol import call_status as it; print(getattr(it, 'PATCHED', 'as it is'))"
ASK_IN_CHILD = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {ASK!r}], check=True)"


def run(script: str, *patches: dict[str, str]) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(ROOT / "python/tests/twin"), str(ROOT / "python/src")])
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    if patches:
        environment["ORACLE_CALLS_TWIN_PATCHES"] = json.dumps(patches)
    return subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("script", [ASK, ASK_IN_CHILD], ids=["a process", "a process that it starts"])
def test_the_patched_source_is_loaded_and_without_a_patch_the_source_as_it_is(script: str) -> None:
    assert run(script, PATCH).stdout == "patched\n"
    assert run(script).stdout == "as it is\n"


@pytest.mark.parametrize("find", ["what was refactored away", "\n"])
def test_a_process_whose_patch_does_not_fit_does_not_start(find: str) -> None:
    ended = run("print('started')", {**PATCH, "find": find})
    assert (ended.stdout, ended.returncode) == ("", 70)
    assert "times in python/src/oracle_calls/protocol/call_status.py" in ended.stderr
