from __future__ import annotations

import re
from typing import Any

import pytest

from known_vectors import ROOT
from oracle_calls.agent import OracleSettings

README = (ROOT / "python" / "README.md").read_text(encoding="utf-8")
AGENT = (ROOT / "python" / "AGENT.md").read_text(encoding="utf-8")
AGENT_EXAMPLES = re.findall(r"```python\n(.*?)```", AGENT, flags=re.DOTALL)
EXAMPLES = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)


def test_there_are_examples() -> None:
    assert len(EXAMPLES) == 2


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_of_the_readme_runs(example: str, capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, Any] = {}
    exec(compile(example, "README.md", "exec"), names)
    printed = capsys.readouterr().out
    assert printed == "" or re.fullmatch(r"\d{5} \d{5}\nWhat is the capital of France\?\n", printed)


def test_every_package_of_the_protocol_is_in_the_readme() -> None:
    packages = [path.parent.name for path in (ROOT / "python/src/oracle_calls/protocol").glob("*/__init__.py")]
    assert [name for name in packages if name != "errors" and f"`protocol.{name}`" not in README] == []


@pytest.mark.parametrize("example", AGENT_EXAMPLES)
def test_an_example_for_oracles_makes_a_server_that_answers(example: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORACLE_CALLS_ORACLE_DID", "did:ixo:oracle")
    monkeypatch.setenv("ORACLE_CALLS_API_KEY_FILE", "agent.key")
    monkeypatch.setenv("ORACLE_CALLS_TRUST_STORE_FILE", "trust.db")
    names: dict[str, Any] = {"__name__": "example"}
    exec(compile(example, "AGENT.md", "exec"), names)
    assert names["server"]._entrypoint_fnc is names["entrypoint"]
    assert names["server"]._request_fnc == names["server"].on_request


def test_every_package_and_every_setting_of_the_agent_is_in_its_readme() -> None:
    packages = [path.parent.name for path in (ROOT / "python/src/oracle_calls/agent").glob("*/__init__.py")]
    # Who the agent is, is read for it.
    assert [name for name in packages if name != "identity" and f"`agent.{name}`" not in AGENT] == []
    settings = [name.upper() for name in OracleSettings.__dataclass_fields__]
    assert [name for name in settings if f"_{name}`" not in AGENT] == []
    assert len(AGENT_EXAMPLES) == 2
