from __future__ import annotations

import re
from typing import Any

import pytest

from known_vectors import ROOT

README = (ROOT / "python" / "README.md").read_text(encoding="utf-8")
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
