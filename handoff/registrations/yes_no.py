"""Reads a yes or a no as young people write it.

It is a young person's permission, so only a plain yes counts; what could be either is asked again.
"""

from __future__ import annotations

import re

from handoff.registrations.reading import Accepted, Problem

_YES = frozenset(
    "y ye yes yea yeah yeh yh ya yah yep yup yess yas yass aye ok okay oki k kk sure fine alright aight "
    "course ofc definitely def defo deffo absolutely certainly agree happy allowed cool bet".split()
)
_NO = frozenset(
    "n no nope nah naw nay never not dont don't won't wont can't cant refuse disagree rather neither "
    "except unless".split()
)
_HELPING = frozenset("dont don't won't wont can't cant".split())
_ABOUT_IT = frozenset(
    "tell telling told want wanna share talk talking speak contact let ask inform say agree like do give "
    "need think anyone them jobcentre jobcenter dwp others it that this you u".split()
)
"""One of these follows a "don't" that answers; "I can't live at home" does not."""
_BEFORE = frozenset(
    "um er erm well oh please i i'd id i'm im am guess suppose think so of "
    "that that's thats it it's its is".split()
)
_KIND_NO = re.compile(
    r"\b(?:no (?:problems?|worries|probs?|issues?)|(?:dont|don't|do not|not) mind|why not)\b"
)
_UNSURE = re.compile(
    r"\bnot (?:really |too )?sure\b|\b(?:dont|don't|do not) (?:really )?(?:know|understand|get)\b|\?|"
    r"\b(?:unsure|dunno|idk|maybe|perhaps|depends|possibly|later|what|whatever|why|who|how|if)\b"
)
_ALSO_YES = re.compile(
    r"(?:go (?:ahead|on|for it)|do it|please(?: do| tell them)?|(?:you|u) can(?: tell them)?|tell them)\W*"
)
_YES_SIGNS, _NO_SIGNS = "👍👌✅✔🆗💯🙌🫡", "👎❌🚫🙅✖"


def read_permission(text: str) -> Accepted | Problem:
    """Yes or no, as the first word that carries either says, unless the rest says otherwise."""
    said = _KIND_NO.sub("yes", text.casefold().replace("’", "'"))
    words = [_plain(word) for word in re.findall(r"[\w']+", said)]
    while words and words[0] in _BEFORE:
        words.pop(0)
    yes = bool((words and words[0] in _YES) or _ALSO_YES.fullmatch(said) or _signed(said, _YES_SIGNS))
    no = bool((words and words[0] in _NO) or _signed(said, _NO_SIGNS))
    beside = words[:1] and words[0] in _HELPING and words[1:] and _ABOUT_IT.isdisjoint(words)
    wavers = (yes and not _NO.isdisjoint(words)) or (no and not _YES.isdisjoint(words))
    if yes == no or beside or wavers or _UNSURE.search(said):
        return Problem("not_yes_or_no")
    answer = "yes" if yes else "no"
    return Accepted(answer, answer)


def _plain(word: str) -> str:
    """The word without its drawn-out end: "yesss" is yes, "nooo" is no."""
    return word if word in _YES | _NO | _BEFORE else re.sub(r"(.)\1+$", r"\1", word)


def _signed(said: str, signs: str) -> bool:
    return any(sign in said for sign in signs)
