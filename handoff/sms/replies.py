"""The fixed words that only a phone gets, and the words that a phone network itself acts on."""

from __future__ import annotations

OFF, ON, ABOUT = "off", "on", "about"

_OFF_WORDS = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"})
_ON_WORDS = frozenset({"start", "unstop"})
_ABOUT_WORDS = frozenset({"help", "info"})

ONLY_WORDS = (
    "I can only read words, so I could not open what you sent. Please tell me in a text instead. "
    "If you are in danger now, call 999."
)
NO_WORDS = "Your text came without any words in it. Please send it again. If you are in danger now, call 999."
TOO_LONG = "That was too long to arrive in one piece. Please send it again as a few shorter texts."
WHO_WE_ARE = (
    "This is Wayline, an advice line for young people: school, college, work, training and money. A computer "
    "answers first, and there are people behind it. Just text your question, or say you want a person. "
    "In danger now? Call 999. To talk to someone any time: Childline, 0800 1111, free."
)
WELCOME_BACK = (
    "Welcome back. Texts from Wayline are on for this number. What would you like help with? "
    "If you are in danger now, call 999."
)
WELCOME_BACK_TO_PEOPLE = (
    "Welcome back. Texts from Wayline are on for this number. A person has your messages and will text you. "
    "If you are in danger now, call 999."
)

STAFF_BLOCKED = (
    "This number has switched off texts from us. Nothing we send will arrive until they text START. "
    "Think of another way to reach them."
)
STAFF_UNBLOCKED = "This number has switched texts from us on again."
STAFF_PICTURE = "They sent a picture, video or voice message. It was not kept; we asked for words."
STAFF_WORD = "A lone word that phone networks act on. It got no fixed text, as it may be meant for you."
STAFF_EMPTY = "They sent a text without words."


def mark_of(sid: str) -> str:
    """The id of our own message about the text of this id."""
    return f"{sid}:ours"


def command(body: str, blocked: bool) -> str | None:
    """What a whole message tells the network to do, as Twilio reads it: one word, in any case.

    YES switches texts on only where they are off; everywhere else it is an answer.
    """
    word = body.strip().casefold()
    if word in _OFF_WORDS:
        return OFF
    if word in _ON_WORDS or (blocked and word == "yes"):
        return ON
    return ABOUT if word in _ABOUT_WORDS else None
