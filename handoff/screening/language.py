"""Hears that a message is in another language, and which: by its script, or by its words.

Slang, names and a borrowed "hola" among English words are English; languages.yml says how it is told."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from handoff.screening.languages import Codes, Languages, shipped_languages, words_of, written

# Arabic in Latin letters writes sounds of its own as numbers: "ma7al"; "level3" and "7days" are English.
_FRANCO_ARABIC = re.compile(r"[a-z]+(?:[37][a-z]+)+")
_ASKED = re.compile(
    r"\b(?:speaks?|speaking|talk|reply|answer|help|chat)\b(?: (?:to me|back|me))?(?: in)? (\w+)"
    r"|(\w+) (?:speaker|interpreter|translator)\b"
)
_WANTED = re.compile(r"\b(?:can|could|need|want|wanna|prefer|please|pls|only|anyone|someone|do (?:you|u))\b")
# Who studies it or would make it their work asks about a course or a job.
_STUDIED = re.compile(r"\b(?:become|becoming|gcse|a levels?|degree|career|course|exam|homework|job as)\b")
_NOTHING: Codes = frozenset()
SHORT, ACCENTED = 0.4, 0.5
"""What a short word, and an unknown one with a language's own accents, are worth against a clear one's 1."""
SHARE_OF_MANY, SHARE_OF_FEW = 1 / 3, 0.4
LEAST_WORD = 4
LEAST_ENGLISH = 3
LEAST_SEEN = 2
LETTERS_A_SIGN = 2.5
BY_LETTERS, BY_DEFAULT = 0.9, 0.1


@dataclass(frozen=True)
class Heard:
    """The ISO 639-1 code of a message's language; `more` than a greeting is for an adviser to read."""

    code: str
    more: bool


def hear_language(text: str) -> Heard | None:
    """The language of a message that is not in English, else None."""
    languages = shipped_languages()
    return _by_script(text, languages) or _by_words(text, languages)


def is_mixed(text: str) -> bool:
    """Whether some of a message in another language is English."""
    english = shipped_languages().english
    return sum(word in english for word in words_of(text)) >= LEAST_ENGLISH


def has_english(text: str) -> bool:
    """Whether any word of a message is plain English."""
    english = shipped_languages().english
    return any(word in english for word in words_of(text))


def asked_language(text: str) -> str | None:
    """The code of the language that English words ask for ("can i talk in arabic"), else None."""
    said = text.casefold()
    if not _WANTED.search(said) or _STUDIED.search(said):
        return None
    names = {name.casefold(): code for code, name in shipped_languages().names.items()}
    for found in _ASKED.finditer(said):
        code = names.get(found[1] or found[2])
        if code:
            return code
    return None


def spoken(text: str) -> dict[str, str | bool | None]:
    """What the assistant is told: the `language` a message is in or asks for, and whether it is `foreign`."""
    heard = hear_language(text)
    return {"language": heard.code if heard else asked_language(text), "foreign": heard is not None}


def yes_to(text: str, offered: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """The choice that was offered in another language and that a plain yes in it takes ("tak", "sí")."""
    words, agreeing = words_of(text), shipped_languages().agreeing
    in_which = {code for code, yes in agreeing.items() if words and yes.issuperset(words)}
    for choice in offered if in_which else ():
        heard = hear_language(choice["text"])
        if heard and heard.code in in_which:
            return choice
    return None


def language_name(code: str) -> str:
    """What advisers call it: "Polish"."""
    return shipped_languages().names[code]


def _by_script(text: str, languages: Languages) -> Heard | None:
    """Another script than the Latin one that carries half of the message or more."""
    letters = [char for char in text if char.isalpha()]
    counts = Counter(_script(char) for char in letters if not char.isascii())
    script, count = max(
        ((name, counts[name]) for name in languages.scripts), key=lambda found: found[1], default=("", 0)
    )
    dense = script in languages.dense
    least = 1 if script in languages.whole else LEAST_SEEN
    if count < least or 2 * count * (LETTERS_A_SIGN if dense else 1) < len(letters):
        return None
    words = words_of(text)
    code = _likeliest(text, words, script, languages)
    return Heard(code, not all(languages.greets(word, code) or word in languages.loans for word in words))


def _script(char: str) -> str:
    return unicodedata.name(char, "").split(" ")[0].split("-")[0]


def _likeliest(text: str, words: list[str], script: str, languages: Languages) -> str:
    """Of the languages in a script the likeliest: by its words in the message, then by its letters."""
    options = languages.scripts[script]
    known = {code: sum(code in languages.of(word) for word in words) for code, _ in options}
    hint = next((code for code, letters in options if letters & set(text)), "")
    plain = next((code for code, letters in options if not letters), "")
    return max(known, key=lambda one: known[one] + BY_LETTERS * (one == hint) + BY_DEFAULT * (one == plain))


@dataclass
class _Signs:
    """What speaks for one language in a message of Latin letters."""

    clear: list[str]
    short: set[str]
    accented: int = 0

    @property
    def score(self) -> float:
        return len(self.clear) + SHORT * len(self.short) + ACCENTED * self.accented

    def enough(self, counted: int, english: int) -> bool:
        """Several clear signs and more of them than English words; or one or more, and no English word."""
        accented = ACCENTED * self.accented
        if len(set(self.clear)) + accented >= 2 and len(self.clear) + accented > english:
            return self.score >= counted * SHARE_OF_MANY
        clear = max(map(len, self.clear), default=0) >= LEAST_WORD or bool(self.clear and self.accented)
        return clear and not english and self.score >= counted * SHARE_OF_FEW


def _by_words(text: str, languages: Languages) -> Heard | None:
    words = [word for word in words_of(text) if word not in languages.loans]
    counted = [word for word in words if word not in languages.neutral]
    greeting = _greeting(counted, languages)
    if greeting or not counted:
        return greeting
    found: list[tuple[float, str]] = []
    # "sợ" is no "so": a word with accents is not English.
    accented = {plain for word in written(text) if not word.isascii() for plain in words_of(word)}
    plain_english = languages.english - accented
    for code, signs in _signs(text, words, languages).items():
        known = {*signs.clear, *signs.short}
        english = sum(word in plain_english and word not in known for word in words)
        if signs.enough(len(counted), english):
            found.append((signs.score, code))
    if not found:
        return None
    code = max(found)[1]
    rest = [word for word in counted if not languages.greets(word, code)]
    # "hola maria": one word that may be a name makes no message of a greeting.
    name = len(rest) == 1 and len(counted) > 1 and code not in languages.of(rest[0])
    return Heard(code, bool(rest) and not name)


def _greeting(counted: list[str], languages: Languages) -> Heard | None:
    """Words of one language's greetings and nothing else, more than one of them."""
    if len(counted) < 2 or all(word in languages.english for word in counted):
        return None
    shared = frozenset.intersection(*(languages.greetings.get(word, _NOTHING) for word in counted))
    return Heard(min(shared), False) if shared else None


def _signs(text: str, words: list[str], languages: Languages) -> dict[str, _Signs]:
    found: dict[str, _Signs] = {}
    for word in words:
        clear = languages.of(word)
        if not clear and word not in languages.english and _looks_franco_arabic(word):
            clear = frozenset({"ar"})
        for code in clear:
            found.setdefault(code, _Signs([], set())).clear.append(word)
        for code in languages.short.get(word, _NOTHING) - clear:
            found.setdefault(code, _Signs([], set())).short.add(word)
    for accented in (word for word in written(text) if not word.isascii()):
        known = frozenset[str]().union(*(languages.of(word) for word in words_of(accented)))
        for code, letters in languages.letters.items():
            if letters & set(accented) and code not in known:
                found.setdefault(code, _Signs([], set())).accented += 1
    return found


def _looks_franco_arabic(word: str) -> bool:
    return len(word) >= LEAST_WORD and bool(_FRANCO_ARABIC.fullmatch(word))
