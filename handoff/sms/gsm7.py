"""The GSM-7 alphabet: what a cheap text message can carry, and how many parts it takes.

Pure: no input or output, so that content checks, previews and the outbox count alike.
"""

import re
import unicodedata

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("\f^{}\\[~]|€")
"""Each of these costs two places, an escape and itself."""

SINGLE_GSM, PART_GSM = 160, 153
SINGLE_UCS2, PART_UCS2 = 70, 67

_TYPOGRAPHY = str.maketrans(
    {
        "‘": "'", "’": "'", "‚": "'", "‛": "'", "′": "'", "`": "'", "´": "'",
        "“": '"', "”": '"', "„": '"', "″": '"', "«": '"', "»": '"',
        "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-",
        "…": "...", "•": "-", "·": "-", "×": "x", "½": "1/2", "¼": "1/4", "¾": "3/4", "°": " deg", "©": "(c)",
        "\t": " ", "\u2028": "\n", "\u2029": "\n",
        "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "ħ": "h", "Ħ": "H", "œ": "oe", "Œ": "OE",
        "þ": "th", "Þ": "Th", "ð": "d", "ŧ": "t",
    }
)  # fmt: skip

_EMOJI_WORDS = str.maketrans(
    {char: words for chars, words in (
        ("😀😃😄😁😊🙂☺", ":)"), ("😉", ";)"), ("😢😭😞😔🙁☹", ":("), ("❤♥🧡💛💚💙💜🖤🤍", "<3"),
        ("👍", "(thumbs up)"), ("👎", "(thumbs down)"), ("✅✔☑", "(tick)"), ("➡→", "->"),
    ) for char in chars}
)  # fmt: skip

_DROPPED = "\x00"  # stands where something was left out, until the space beside it is tidied
_INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Cn")


def to_gsm7(text: str) -> str:
    """The text as a phone network carries it cheaply; what is sent is what comes back.

    - typographic marks, spaces and foreign accents become their plain form
    - an emoji becomes a word or a smiley where there is one and is left out where there is none (it is
      kept where it is all there is)
    - control characters and invisible ones are left out
    - another script is kept (the whole text then costs more: see `parts`)
    """
    worded = _plain_text(text).translate(_EMOJI_WORDS)
    marked = "".join(_DROPPED if _is_picture(char) else char for char in worded)
    if _DROPPED not in marked:
        return marked
    tidied = re.sub(f" ?{_DROPPED}+", "", re.sub(f"^{_DROPPED}+ ?", "", marked, flags=re.MULTILINE))
    return tidied if tidied.strip() else worded


def unmappable(text: str) -> list[str]:
    """The characters, each once and in order, that GSM-7 has no plain form for: another script, an emoji."""
    return list(dict.fromkeys(char for char in _plain_text(text) if not _is_gsm(char)))


def septets(text: str) -> int:
    """Places the text takes in GSM-7. ValueError when it cannot be carried."""
    if unmappable(text):
        raise ValueError("not a GSM-7 text")
    return sum(2 if char in EXTENDED else 1 for char in to_gsm7(text))


def parts(text: str) -> int:
    """Message parts an SMS network charges for: GSM-7 if every character fits, UCS-2 otherwise."""
    mapped = to_gsm7(text)
    if any(not _is_gsm(char) for char in mapped):
        return _count(_widths_ucs2(mapped), SINGLE_UCS2, PART_UCS2)
    return _count([2 if char in EXTENDED else 1 for char in mapped], SINGLE_GSM, PART_GSM)


def _is_gsm(char: str) -> bool:
    return char in BASIC or char in EXTENDED


def _is_picture(char: str) -> bool:
    """True for an emoji, or for one of the signs that colour or join emoji."""
    if _is_gsm(char):
        return False
    return unicodedata.category(char) == "So" or "\U0001f3fb" <= char <= "\U0001f3ff" or char == "\u20e3"


def _plain_text(text: str) -> str:
    return "".join(_plain(char) for char in text.translate(_TYPOGRAPHY))


def _plain(char: str) -> str:
    if _is_gsm(char):
        return char
    category = unicodedata.category(char)
    if category == "Zs":
        return " "
    if category in _INVISIBLE or "\ufe00" <= char <= "\ufe0f":
        return ""
    stripped = "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c))
    return stripped if stripped and all(_is_gsm(c) for c in stripped) else char


def _widths_ucs2(text: str) -> list[int]:
    return [len(char.encode("utf-16-le")) // 2 for char in text]


def _count(widths: list[int], single: int, part: int) -> int:
    """Parts needed; an escaped or surrogate pair is never split over two parts."""
    if sum(widths) <= single:
        return 1
    used, count = 0, 1
    for width in widths:
        if used + width > part:
            used, count = 0, count + 1
        used += width
    return count
