"""Wordings of data/reference/risk_indicators.yml as patterns, and a statement told from a story."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_TOKEN = re.compile(r"\.\.\.|\([^()]*\)\??|[^\s()]+")
_GAP = r"[\s,]+"
_SHORT = {"i'm": r"(?:i['’]?m|i am)", "i've": r"(?:i['’]?ve|i have|i)"}
# Right before words about oneself these make them somebody else's, a what-if, or not so.
_NOT_THEIRS = re.compile(
    r"\b(?:never|not|no|nor|isn'?t|aren'?t|wasn'?t|don'?t|didn'?t|haven'?t|without|if|unless|when|whether"
    r"|he|she|they"
    r"|(?:my|a|his|her|their) (?:friend|mate|bestie|brother|bro|sister|sis|cousin|mum|dad)"
    r"|(?:boyfriend|girlfriend|bf|gf)|friends|mates|someone|somebody|people|anyone)\b(?:[\s,]+[\w'’-]+){0,3}[\s,]*$",
    re.I | re.A,
)
_SENTENCE_END = re.compile(r"[.?!;\n]")
_LONGEST = 200


def compile_words(says: str) -> re.Pattern[str]:
    """A wording as a pattern: "(a|b)" is one of them, "(a|b)?" may be absent, "..." is up to three words."""
    tokens = _TOKEN.findall(says)
    parts = [_part(token, last=place == len(tokens) - 1) for place, token in enumerate(tokens)]
    return re.compile(rf"\b{''.join(parts)}\b", re.I | re.A)


def _part(piece: str, last: bool) -> str:
    gap = "" if last else _GAP
    if piece == "...":
        return rf"(?:[\w'’&-]+{_GAP}){{0,3}}"
    if piece.startswith("("):
        choices = "|".join(_words(choice) for choice in piece.strip("()?").split("|"))
        return f"(?:(?:{choices}){gap})?" if piece.endswith("?") else f"(?:{choices}){gap}"
    return _words(piece) + gap


def _words(text: str) -> str:
    return r"[\s,]+".join(_SHORT.get(word, re.escape(word).replace("'", "['’]?")) for word in text.split())


def stated(text: str, patterns: Iterable[re.Pattern[str]]) -> Iterator[re.Match[str]]:
    """Where the text states one of the patterns of its writer."""
    for pattern in patterns:
        for match in pattern.finditer(text):
            before = _SENTENCE_END.split(text[max(0, match.start() - _LONGEST) : match.start()])[-1]
            if not _NOT_THEIRS.search(before):
                yield match


def sentence(text: str, match: re.Match[str]) -> str:
    """The sentence that a match stands in, cut to what an adviser can take in at a glance."""
    start = max((end.end() for end in _SENTENCE_END.finditer(text, 0, match.start())), default=0)
    end = _SENTENCE_END.search(text, match.end())
    start = max(start, match.start() - _LONGEST // 2)
    return " ".join(text[start : min(end.start() if end else len(text), match.end() + _LONGEST // 2)].split())
