"""Every setting the code reads is explained in .env.example, and nothing else is."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from ops.console import ROOT
from ops.settings import DEFAULTS, QUIET, SYSTEM, read_env_file

LISTED = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
FAMILIES = re.compile(
    r"(WAYLINE|TWILIO|RASA|INTERNAL|ACTIONS|LIMIT|DEFAULT|PUBLIC|WIDGET|TRUSTED|TRACKER)(_[A-Z0-9]+)+"
)
NOT_SETTINGS = {*QUIET, *SYSTEM, "RASA_NEEDS", "WAYLINE_MODEL", "PYENV_ROOT"}


def names_in(path: Path) -> Iterator[str]:
    """Names that look like ours, and whatever is read from the environment by name."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and FAMILIES.fullmatch(node.value):
            yield node.value
        if isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith("environ"):
            yield from re.findall(r"^'([A-Z0-9_]+)'$", ast.unparse(node.slice))
        if isinstance(node, ast.Call) and re.search(
            r"(environ\.get|getenv|env\.get)$", ast.unparse(node.func)
        ):
            yield from re.findall(r"^'([A-Z0-9_]+)'$", ast.unparse(node.args[0]))


def test_every_setting_named_in_code_is_explained():
    read = {
        f"{name} ({path.relative_to(ROOT)})"
        for folder in ("ops", "bot", "actions", "handoff")
        for path in (ROOT / folder).rglob("*.py")
        for name in names_in(path)
        if name not in LISTED | NOT_SETTINGS
    }
    assert read == set(), "explain these in .env.example"


def test_every_setting_rasa_reads_from_its_files_is_explained():
    files = [ROOT / name for name in ("config.yml", "endpoints.yml", "credentials.yml", "domain.yml")]
    text = "".join(path.read_text() for path in files if path.exists())
    assert set(re.findall(r"\$\{([A-Z_]+)\}", text)) <= LISTED


def test_the_example_can_be_used_as_it_is_and_changes_nothing():
    values = read_env_file(ROOT / ".env.example")
    assert {name: values[name] for name in DEFAULTS} == DEFAULTS
