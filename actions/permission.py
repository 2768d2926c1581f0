"""A permission taken back in plain words: done at once, also in the middle of a form, and said as it is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.form import Events
from actions.handoff_client import TakenBack, Turn, handoff
from actions.said import Said

JOBCENTRE, OTHERS = "jobcentre", "others"
_THE_JOBCENTRE = r"(?:job ?cent(?:re|er)|jcp|dwp|uc|universal credit)"
_SOMEBODY = r"(?:college|school|sixth form|6th form|social worker|teacher|tutor|others|other people)"
_EVERYBODY = r"(?:any ?(?:one|body)|no ?(?:one|body)|people)"
_NAMED = rf"(?:{_THE_JOBCENTRE}|{_SOMEBODY})"
_OTHERS = re.compile(rf"\b(?:{_SOMEBODY}|{_EVERYBODY})\b", re.I)
_JOBCENTRE = re.compile(rf"\b(?:{_THE_JOBCENTRE}|{_EVERYBODY})\b", re.I)
_DO = r"(?:tell|inform|share|send|contact)"
_DOING = r"(?:telling|informing|sharing|sending|contacting|talking to|speaking to)"
_TELL = rf"(?:{_DO}|talk to|speak to)"
# Whom it is about; "me" there, or something else that begins, says that it is not for us to do.
_WHOM = (
    r"(?! (?:me|us)\b)"
    r"(?:(?!\b(?:i|im|i'm|that|when|because|cos)\b|\babout (?!(?:me|it|this)\b))[^.,;!?\n]){0,30}?"
    rf"\b{_NAMED}\b"
)
_NOT = r"(?:don'?t|do not) (?:(?:you|u|ever|even|please|pls|go|dare) )*"
_OPENING = (
    r"^\W*(?:(?:yes|yeah|yh|yep|no|nah|ok|okay|sure|fine|hi|hey|sorry|wait|oh|also|just|and|but|so|actually"
    r"|please|pls|plz)\b\W*)*"
)
_LATER = r"\b(?:please|pls|plz|actually),? "
# "I dont talk to my teacher" and "left college, dont speak to my tutor" say what is. "Dont tell my teacher"
# asks for something: only what begins the message does, or follows a word that asks.
_PLAINLY = re.compile(
    rf"(?:{_OPENING}|{_LATER})(?:{_NOT}{_TELL}|stop {_DOING}){_WHOM}"
    rf"|(?:{_OPENING}|{_LATER}|\b(?:and|but) |[.!?]\s+)(?:{_NOT}|never ){_DO}{_WHOM}"
    rf"|\b(?:can|could|would|will) (?:you|u|ya) (?:(?:please|pls) )?(?:not|stop) (?:{_TELL}|{_DOING}){_WHOM}"
    rf"|\bi (?:don'?t|do not) want (?:you|u|ya)\b.{{0,10}}\b(?:{_TELL}|{_DOING}){_WHOM}"
    rf"|\bi (?:don'?t|do not) want (?:the |my )?{_NAMED}(?: plus)?(?: to)?(?: be)? (?:know|told|contacted)\b"
    r"|\b(?:take|withdraw|remove|revoke)\b.{0,12}\b(?:permission|consent)\b",
    re.I,
)
_UNDOES = re.compile(r"\b(?:don'?t|not|no|never|stop|can'?t|remove|withdraw|delete|back)\b", re.I)
_SPEAKS_OF_IT = re.compile(rf"\b(?:{_NAMED}|{_EVERYBODY}|permission|consent)\b", re.I)


def taken_back(said: Said) -> list[str]:
    """The purposes whose permission a message inside a form takes back; empty when it is something else."""
    text = said.text.replace("’", "'")
    meant = said.intent == "take_back_permission" and _UNDOES.search(text) and _SPEAKS_OF_IT.search(text)
    return _purposes(text) if meant or _PLAINLY.search(text) else []


def _purposes(text: str) -> list[str]:
    """Whom it is about; the Jobcentre where nobody is named."""
    meant = [OTHERS] if _OTHERS.search(text) else []
    return [*meant, JOBCENTRE] if _JOBCENTRE.search(text) or not meant else meant


async def take_back(turn: Turn, purposes: Sequence[str]) -> TakenBack:
    """Have these taken back from whoever registered here."""
    done = [await handoff().take_back(turn, purpose) for purpose in purposes]
    return TakenBack(any(one.found for one in done), any(one.had_gone for one in done))


async def say_taken_back(dispatcher: CollectingDispatcher, turn: Turn, done: TakenBack) -> None:
    """What became of it; where nobody registered here an adviser sorts it."""
    if not done.found:
        case = await handoff().open_case(turn, "request", {"permission": "taken back"})
        dispatcher.utter_message(response="utter_no_registration_here", when=case.when)
    elif done.had_gone:
        dispatcher.utter_message(response="utter_permission_taken_back_after")
    else:
        dispatcher.utter_message(response="utter_permission_taken_back")


class ActionTakeBackPermission(Action):
    """Someone does not want Jobcentre Plus, or others, to be told any more."""

    def name(self) -> str:
        return "action_take_back_permission"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Events:
        turn = Turn.of(tracker)
        done = await take_back(turn, _purposes(Said.of(tracker).text))
        await say_taken_back(dispatcher, turn, done)
        return []
