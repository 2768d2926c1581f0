"""The questions whose words or choices depend on what is known: the borough, and the reason to claim.

Every other question is a response of the assistant (domain.yml). Each fits one part of a text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handoff.content.areas import Area
from handoff.registrations.borough import offered
from handoff.registrations.eligibility import grounds

NOT_SAFE = "Home isn't safe"
"""A choice of data/vocabulary.yml that is triaged as words are."""
_BOROUGH = "I don't have {postcode} in my list. Which borough or council is it in? It says who registers you."
_GROUND = (
    "What's the main reason you need to claim? It decides who can help you best. You don't have to explain "
    'or prove anything here. You can say "rather not say", and an adviser will ask.'
)
_GROUND_SMS = "Why do you need to claim?"


def question(name: str, values: Mapping[str, str], areas: Mapping[str, Area], sms: bool) -> dict[str, Any]:
    """The words of a question and its choices; KeyError for one that is asked in the same words always.

    `values` are those that may be said here: the boroughs on offer tell of the postcode, too.
    """
    if name == "ground" and sms:
        return _asked(_GROUND_SMS, [*(one.sms for one in grounds()), "Other", "Rather not say"])
    if name == "ground":
        return _asked(
            _GROUND, [*(one.web for one in grounds()), NOT_SAFE, "Something else", "Rather not say"]
        )
    if name != "borough":
        raise KeyError(name)
    postcode = values.get("postcode")
    choices = offered(postcode, areas) if postcode else []
    return _asked(_BOROUGH.format(postcode=postcode or "your postcode"), choices)


def _asked(text: str, choices: list[str]) -> dict[str, Any]:
    return {"text": text, "choices": [{"text": one, "answer": None} for one in choices]}
