"""What the assistant itself says is short enough for a text, and never asks for a word networks swallow."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

DOMAIN = yaml.safe_load((Path(__file__).parents[2] / "domain.yml").read_text("utf-8"))
SAID = {name: [one["custom"] for one in variants] for name, variants in DOMAIN["responses"].items()}
ALL = [pytest.param(custom, id=name) for name, customs in SAID.items() for custom in customs]
KINDS = {"answer", "choices", "prompt", "fallback", "notice", "talk"}
FILLED = re.compile(r"\{[a-z_]+\}")


def as_text(custom: dict[str, Any]) -> str:
    return str(custom.get("sms") or custom.get("text", ""))


@pytest.mark.parametrize("custom", ALL)
def test_kind_is_one_of_the_contract_and_choices_say_so(custom: dict[str, Any]) -> None:
    assert custom["kind"] in KINDS
    if custom.get("choices"):
        assert custom["kind"] in {"choices", "prompt", "fallback"}


@pytest.mark.parametrize("custom", ALL)
def test_only_plain_characters_go_by_text(custom: dict[str, Any]) -> None:
    assert as_text(custom).isascii()


@pytest.mark.parametrize("custom", ALL)
def test_no_word_that_networks_swallow_is_asked_for(custom: dict[str, Any]) -> None:
    assert not re.search(r"\b(STOP|STOPALL|UNSUBSCRIBE|END|CANCEL|QUIT|REVOKE|OPTOUT)\b", str(custom))
    alone = {
        choice["text"].lower() for choice in custom.get("choices") or () if custom["choices"] != "$topics"
    }
    assert not alone & {"stop", "end", "cancel", "quit", "unsubscribe"}


@pytest.mark.parametrize("name", [n for n in SAID if n.startswith(("utter_prompt_", "utter_problem_"))])
def test_a_question_and_its_choices_fit_one_part_of_a_text(name: str) -> None:
    for custom in SAID[name]:
        choices = enumerate(custom.get("choices") or (), 1)
        lines = [as_text(custom), *(f"{number} {choice['text']}" for number, choice in choices)]
        assert len("\n".join(lines)) <= 160


def test_nobody_is_ever_told_what_they_have_a_right_to() -> None:
    assert [name for name, customs in SAID.items() if "entitle" in str(customs).lower()] == []


def test_only_a_finished_registration_says_your_reference_is() -> None:
    saying = [name for name, customs in SAID.items() if "Your reference is" in str(customs)]
    assert saying == ["utter_registered"]


def test_a_finished_registration_says_it_is_not_the_claim_in_every_channel() -> None:
    [custom] = SAID["utter_registered"]
    assert "not the claim" in custom["text"]
    assert "not the claim" in custom["sms"]
