"""Sums of money that stand in an answer's words: what to write instead, so that they follow the rate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from handoff.content.checks import sums_in
from handoff.content.facts import Facts
from handoff.content.money import Figure


def written_out(texts: Mapping[str, Sequence[str]], facts: Facts, day: date) -> dict[str, list[str]]:
    """A sentence for each sum of the texts, by field; it keeps nothing back, as a sum may be one that no
    placeholder stands for."""
    said = {
        name: [_instead(amount, facts, day) for amount in dict.fromkeys(sums_in("\n".join(own)))]
        for name, own in texts.items()
    }
    return {name: sentences for name, sentences in said.items() if sentences}


def _instead(amount: str, facts: Facts, day: date) -> str:
    """The placeholder that says this sum today; else one that said it, or will, on another day."""
    figures = facts.money.values()
    now = [one for one in figures if _worth(amount) in _worths(one.words(day))]
    ever = [one for one in figures if any(_worth(amount) in _worths(rate.amount) for rate in one.rates)]
    ways = [f"{{money.{one.key}}}, its value today is {_today(one, day)}" for one in now or ever]
    if ways:
        return f"{amount} is written out and stays as it is: use the placeholder {'; or '.join(ways)}"
    return (
        f"{amount} is written out and stays as it is, and no placeholder says it: have whoever runs Wayline"
        " add it to data/reference/money.yml"
    )


def _today(figure: Figure, day: date) -> str:
    return figure.words(day) if figure.on(day) else f"not known (people get “{figure.words(day)}”)"


def _worths(text: str) -> set[Decimal]:
    return {_worth(amount) for amount in sums_in(text)}


def _worth(amount: str) -> Decimal:
    """£8 and £8.00 are the same."""
    whole, dot, pence = amount.removeprefix("£").replace(",", "").strip().partition(".")
    return Decimal(f"{whole}{dot}{pence.replace('.', '')}")
