"""What a message inside the registration is: an answer, a correction, a question, a way out. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from actions.fields import FIELDS, NO, YES, after
from actions.permission import taken_back
from actions.said import Said
from bot.codes import code_in

CONFIRMED, CHANGE, LEAVING = "confirmed", "change", "leaving"
"""What is asked besides the fields: the read-back, which field to change, whether to delete it all."""
DOUBTED = "doubted"
"""Whether a correction is right with which they could not register here."""
CODE, CODE_BIRTHDAY, SAVE_BIRTHDAY = "code", "code_birthday", "save_birthday"
"""What leads back to a registration that was begun, or is needed to leave it for later."""
LEAVE = "leave"
CODE_DIGITS = 5
LONGEST = 300
"""Longer than any answer, correction or question of the form: handoff says what is wrong with it."""
QUESTION_TOPIC = 0.3
"""How likely a topic must be for words that look like a question to be answered with it."""

# Not "nonsense": a name never seen before looks like it; the check of the field says what is wrong.
_SMALL_TALK = {"greet", "thanks", "goodbye", "insult", "other_language", "acknowledge"}
_LEAVING_INTENTS = {"cancel_registration", "stop_messages", "delete_my_data"}
_DELETE = re.compile(r"\b(delete|remove|erase|wipe|scrap|bin|clear|get(ting)? rid|cancel)\b", re.I)
_KEEP = re.compile(r"\b(don'?t|do not|not|keep|never|carry on|continue)\b", re.I)
_LEAVE = re.compile(
    r"((please|pls|just|can (yo)?u) )*(stop|forget (it|this|about it)|never ?mind|nvm|leave it|quit|exit|end"
    r"|cancel( (it|this|that|my|the|registration))*"
    r"|(delete|remove|erase|wipe|get rid of)"
    r"( (it|this|that|all|of|everything|my|the|stuff|details|answers|info|data|chat|please|pls"
    r"|what i (said|told you|wrote)))*"
    r"|i (don'?t|do not) want (to|this)( (do|carry on|register|continue).*)?)[\s.!]*",
    re.I,
)
_SAVE = re.compile(
    r"((can|could|may) (i|we|u|you)|i'?ll|i will|i|let me|let'?s|ok|sorry|hang on|actually|please|pls|well)?"
    r"[\s,]*((save|keep)( (it|this|my answers|my place|that))*( for (later|now))?"
    r"|((do|finish|fill|continue|carry on|come back|return)"
    r"( (it|this|that|the rest|with it|to (it|this)|back))*)"
    r" (later|tomorrow|another (time|day)|after( \w+)?|tonight|in a bit|some other time)"
    r"|gtg|g2g|gotta (go|run)|got to go|(have|need) to go|brb|be right back|ttyl|not now|maybe later|later"
    r"|no(t| time) now|i'?m busy)\b[\s.!]*((now|bye|sorry|pls|please|thanks)[\s.!]*)*",
    re.I,
)
_BACK = re.compile(
    r"((no|nah|wait|sorry|oops|pls|please|can|could|i|we|u|you|want|wanna|need|to|let'?s|hang on)[\s,]*)*"
    r"(go|take me|get)? ?(back|previous|undo)"
    r"( (a|one) (step|question)| to the (last|previous) (one|question)| pls| please)*[\s.!]*",
    re.I,
)
_WAIT = re.compile(
    r"((no|ok|okay|sorry|pls|please|just|can u|can you)[\s,]*)*"
    r"(wait|hang on|hold on|(one|1|a|gimme a|give me a) (sec|second|min|minute|moment|mo)"
    r"|(two|2) (secs?|mins?|minutes))( (pls|please|a (sec|second|min|minute|moment)))*[\s.!]*",
    re.I,
)
_KEPT = re.compile(r"\b(keep|save|later)\b", re.I)
_HAVE_CODE = re.compile(r"\bcome[- ]?back code\b|\b(have|got|my) (a |the )?code\b", re.I)
_NO_CODE = re.compile(
    r"\b(no code|(don'?t|do not|haven'?t) (have|got|know|remember)|lost|forgot\w*|start (again|over|new|a new"
    r"|fresh)|new (one|registration))\b",
    re.I,
)
_NO_PHONE = re.compile(
    r"((no|nah|sorry|well|but)\b[, ]*)*(i )?"
    r"(no|none|(don'?t|do not|ain'?t|haven'?t) (have|got|own|get)( a| any)?|(have|got) no)"
    r"( (phone|mobile|number|mob))+\b|none$|i (don'?t|do not) (have|own) one",
    re.I,
)
_REACH = re.compile(r"@|\d{6}|\d[\d\s]{8}")
_PERSON = re.compile(
    r"\b(talk|speak|spk|speek|chat|need|want|get)\b.*\b(person|human|some(one|body|1)|advis[eo]r|real)\b"
    r"|\bhuman\b",
    re.I,
)
_ALL_RIGHT = re.compile(
    r"(yes|yeah|yh|no|nah|ok|okay)?[\s,]*"
    r"((it|that|this|everything|all)?(['’]?s| is| looks?| sounds?|s)?( all)? ?"
    r"(good|right|correct|fine|ok|okay|perfect|spot on|great)|cool|spot on|looks? good|sounds? good)"
    r"( (thanks|thank you|ty|now|to me|mate|pls|please))*[\s.!]*",
    re.I,
)
_WRONG = re.compile(r"\b(wrong|incorrect|not (right|correct|quite)|mistake)\b", re.I)
_POSTCODE = re.compile(r"\b[a-z]{1,2}\d[a-z\d]?\s*\d[a-z]{2}\b", re.I)
_REFERENCE = re.compile(r"\b(reference|ref)( (number|no|num|code))?\b", re.I)
_ASKS = re.compile(
    r"(?:(?:ok(?:ay)?|so|but|and|wait|hang on|hold on|sorry|um+|er+|hey)\b[\s,.]*)*"
    r"(what'?s?|wat|wats|wot|why|y|how|when|wen|who|where|which|can|could|do|does|did|is|are|will|would|should)\b",
    re.I,
)
_TIME = re.compile(r"\W*(when|wen|where)\b", re.I)
_WHY = re.compile(r"\b(why|y|what for)\b.*\b(need|want|ask|know|tell)", re.I)
_MARK = re.compile(
    r"\b(no|nah|nope|actually|wait|sorry|oops|wrong|change|correct|update|fix|meant|mistake|edit|instead|not)\b",
    re.I,
)
_BARE = re.compile(
    r"(no|nah|nope|sorry|actually|wait|oops|i meant|not that)\b[\s,.:;-]*"
    r"((it['’]?s|it is|i meant|should be|make it)\s+)*(?P<rest>.+)",
    re.I,
)
_BUT = re.compile(r"\b(but|wrong|change|except|not)\b", re.I)
_BARE_FIELDS = ("contact", "postcode", "date_of_birth")
_NAME_TYPED = re.compile(r"[A-Z](?:[^\W\d_]|['’-])+(?: [A-Z](?:[^\W\d_]|['’-])+){1,3}")
"""A name with its capitals: where a date is asked for, "no its Kofi Mensah" can be nothing else."""


@dataclass(frozen=True)
class Answer:
    """What to have checked for the question that is open."""

    text: str


@dataclass(frozen=True)
class Correction:
    """A field to change; `text` is "" when the new answer is still to be asked."""

    field: str
    text: str


@dataclass(frozen=True)
class TakesBack:
    """Who must not be told: the purposes of permission.py."""

    purposes: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """A question in the middle; topic is None when there is no answer to give."""

    topic: str | None


@dataclass(frozen=True)
class Wants:
    """Person, leave, save, delete, stay, finish, change, reference, no_phone, code, no_code, elsewhere,
    as_before, back, wait or again."""

    what: str


Heard = Answer | Correction | TakesBack | Question | Wants


def hear(said: Said, requested: str, given: Collection[str]) -> Heard:
    """What the message is, while `requested` is asked and the fields in `given` are answered."""
    if len(said.text) > LONGEST and requested in FIELDS:
        return Answer(said.text)
    if purposes := taken_back(said):
        return TakesBack(tuple(purposes))
    if requested == LEAVING:
        return _asked_instead(said) or Wants(_leaving(said))
    wanted = _wanted(said, requested)
    if wanted:
        return Wants(wanted)
    return _correction(said.text, requested, given) or question_in(said, requested) or _plain(said, requested)


def _wanted(said: Said, requested: str) -> str | None:
    """A wish that is none of the form's answers; None when there is none."""
    text = said.text
    confirmed = requested == CONFIRMED and _confirms(said)
    wishes = {
        "save": _SAVE.fullmatch(text) or said.intent == "goodbye",
        LEAVE: wants_to_leave(said),
        "person": _asks_for_person(said, requested),
        "no_code": requested == CODE and _NO_CODE.search(text),
        "code": requested not in (CODE_BIRTHDAY, "contact") and _means_code(said, requested),
        "no_phone": requested == "contact" and _NO_PHONE.match(text) and not _REACH.search(text),
        "back": _BACK.fullmatch(text),
        "wait": _WAIT.fullmatch(text),
        "reference": said.intent == "my_reference" or _asks_for_reference(text, requested),
        "finish": confirmed,
    }
    return next((wish for wish, is_so in wishes.items() if is_so), None)


def _asks_for_person(said: Said, requested: str) -> bool:
    """ "text me on 07700 900123" says how to be reached, however much it is like asking for a person."""
    if said.intent != "talk_to_person":
        return False
    return requested != "contact" or bool(_PERSON.search(said.text) and not _REACH.search(said.text))


def _confirms(said: Said) -> bool:
    return bool(_ALL_RIGHT.fullmatch(said.text)) or (_means_yes(said) and not _BUT.search(said.text))


def _means_code(said: Said, requested: str) -> bool:
    if requested == CODE:
        return code_in(said.text) is not None or len(re.findall(r"\d", said.text)) >= CODE_DIGITS
    return said.intent == "come_back" or bool(code_in(said.text) or _HAVE_CODE.search(said.text))


def _leaving(said: Said) -> str:
    """Delete, keep for later, or stay: "keep it" keeps what a yes would delete."""
    if _KEPT.search(said.text) and not re.search(r"\b(don'?t|do not) (keep|save)\b", said.text, re.I):
        return "save"
    return "delete" if _wants_it_deleted(said) else "stay"


def _asked_instead(said: Said) -> Question | None:
    """A question about something else, asked where to delete it all or not was the question."""
    about_it = any(pattern.search(said.text) for pattern in (_DELETE, _KEEP, _KEPT))
    question = None if about_it else question_in(said, LEAVING)
    return question if question and question.topic else None


def wants_to_leave(said: Said) -> bool:
    """Whether a message asks to be let out of the form."""
    return bool(_LEAVE.fullmatch(said.text)) or said.intent in _LEAVING_INTENTS


def question_after_all(said: Said) -> Question | None:
    """For an answer that was refused: the question it may have been instead."""
    return Question(said.topic) if said.intent == "faq" else None


def _plain(said: Said, requested: str) -> Heard:
    if requested == CONFIRMED:
        refused = NO.fullmatch(said.text) or _WRONG.search(said.text) or said.intent == "deny"
        return Wants(CHANGE if refused else "again")
    if requested in (CHANGE, CODE):
        return Wants("again")
    if requested == DOUBTED:
        return Wants(_doubted(said))
    if requested == "name" and said.intent in _SMALL_TALK:
        return Wants("again")
    return Answer(said.text)


def _doubted(said: Said) -> str:
    """Only a plain yes lets go of what was answered before."""
    if NO.fullmatch(said.text) or said.intent == "deny" or _WRONG.search(said.text):
        return "as_before"
    return "elsewhere" if _means_yes(said) and not _BUT.search(said.text) else "again"


def _means_yes(said: Said) -> bool:
    return said.intent == "affirm" or bool(YES.fullmatch(said.text))


def _asks_for_reference(text: str, requested: str) -> bool:
    """ "waiting for a reference" is an answer to what they do now, "whats my reference" never is."""
    reviewing = requested in (CONFIRMED, CHANGE)
    return bool(_REFERENCE.search(text) and (reviewing or _ASKS.match(text)))


def _wants_it_deleted(said: Said) -> bool:
    """ "get rid of it" deletes as a yes does; "no keep it" and "yes but dont delete it" never do."""
    if _KEEP.search(said.text):
        return False
    if _DELETE.search(said.text) or _LEAVE.fullmatch(said.text):
        return True
    return not NO.fullmatch(said.text) and (said.intent in _LEAVING_INTENTS or _means_yes(said))


def question_in(said: Said, requested: str) -> Question | None:
    """The question that a message asks while something else is asked."""
    if said.tapped:
        return Question(said.topic)
    # "Will Smith" and "Can Yilmaz" are names, "when i left school" is a time.
    words = len(said.text.split())
    answers = (requested == "name" and words <= 3) or (requested == "since" and _TIME.match(said.text))
    asks = said.text.endswith("?") or (_ASKS.match(said.text) and not answers)
    if not asks:
        return None
    if _WHY.search(said.text):
        return Question("confidentiality")
    return Question(said.likeliest(QUESTION_TOPIC))


def _correction(text: str, requested: str, given: Collection[str]) -> Correction | None:
    if _WHY.search(text):
        return None
    return _named_correction(text, requested, given) or _bare_correction(text, requested, given)


def _named_correction(text: str, requested: str, given: Collection[str]) -> Correction | None:
    """ "no my birthday is 3 feb 2010", "change my postcode"; at the read-back the field's name is enough."""
    reviewing = requested in (CONFIRMED, CHANGE)
    marked = _MARK.search(text)
    if not marked and (not reviewing or text.endswith("?")):
        return None
    for field in FIELDS.values():
        found = field.named.search(text)
        if found and field.name != requested and (reviewing or field.name in given):
            new = after(field, text, found.end())
            if new is not None:
                return Correction(field.name, new)
    return None


def _bare_correction(text: str, requested: str, given: Collection[str]) -> Correction | None:
    """ "no, 2009": a new answer whose look says which question it is for."""
    found = _BARE.fullmatch(text)
    if not found:
        moved = _POSTCODE.search(text)
        alone = moved and "postcode" in given and requested != "postcode" and moved[0] == text.strip(" .,!")
        told = alone or requested in (CONFIRMED, CHANGE, "borough")
        return Correction("postcode", moved[0]) if moved and told else None
    rest = found["rest"].strip(" .,!")
    for name in _BARE_FIELDS:
        if name in given and name != requested and FIELDS[name].fits.fullmatch(rest):
            return Correction(name, rest)
    renamed = requested == "date_of_birth" and "name" in given and _NAME_TYPED.fullmatch(rest)
    return Correction("name", rest) if renamed else None
