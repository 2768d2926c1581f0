"""What the assistant says in other languages, from data/translations.yml, as Rasa's conditional responses.

The only reader of that file. A variation of a response is said while slot `language` is its code.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

SHIPPED = Path(__file__).resolve().parent.parent / "data" / "translations.yml"
PERSON = "talk-to-person"
Variation = dict[str, Any]


def translated(path: Path = SHIPPED) -> dict[str, list[Variation]]:
    """By response name (`utter_...`) a variation for each language."""
    languages = yaml.safe_load(path.read_text(encoding="utf-8"))
    responses: dict[str, list[Variation]] = {}
    for code, said in languages.items():
        for name, words in said.items():
            responses.setdefault(f"utter_{name}", []).append(_variation(code, words))
    return responses


def _variation(code: str, words: dict[str, str]) -> Variation:
    """A `choice` asks for a person; the texts carry their language, for those who have them read aloud."""
    custom: dict[str, Any] = {"kind": "talk", "text": words["text"], "sms": words["sms"], "language": code}
    if "choice" in words:
        custom |= {"kind": "choices", "choices": [{"text": words["choice"], "answer": PERSON}]}
    return {"condition": [{"type": "slot", "name": "language", "value": code}], "custom": custom}
