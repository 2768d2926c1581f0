"""Screens one message: phrases, trained screen and language check, in one verdict; keeps what was found.

`screen` needs no database and no network: it works whatever else is down. If it fails, a person reads it."""

from __future__ import annotations

import logging
import re
import uuid
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.conversations.model import Message
from handoff.screening import force, sets
from handoff.screening.answers import plain_answers
from handoff.screening.language import Heard, has_english, hear_language, is_mixed
from handoff.screening.leaving import Leaving, Said, leaving_phrases
from handoff.screening.model import StoredFinding as StoredFinding
from handoff.screening.phrases import PhraseScreen
from handoff.screening.sets import SHIPPED as SHIPPED
from handoff.screening.trained import TrainedScreen, trained_screen
from handoff.screening.verdict import Finding, Verdict

log = logging.getLogger(__name__)
NEET = "neet"
NO_NETWORK = "The trained screen is not used: its files differ from their manifest. Phrases run alone."
_PLAINLY_NEET = re.compile(
    r"(?<!if )(?<!when )(?<!while )\b(?:i'?m|i am) (?:(?:a|now|still|currently|officially) )*"
    r"(?:neet\b|not in (?:any )?(?:education|school|college|learning)(?:,| or| and| nor)+(?: in| at)* "
    r"(?:work|employment|training|a job)\b)",
    re.IGNORECASE,
)
_FINDINGS = select(StoredFinding).where(StoredFinding.message_id == bindparam("message"))
_SENTENCES = re.compile(r"[.?!\n]+")
_CLEAR_WORD = 4  # letters: short ones are known in any language
_MOST_SENTENCES, _LONGEST_EVIDENCE = 6, 200


def screen(text: str, *, before: Sequence[str] = (), question: str | None = None) -> Verdict:
    """The verdict on `text`, heard after the messages `before` it and as an answer to the bot's `question`.

    Never raises: a message that cannot be screened is urgent, so that an adviser reads it."""
    findings = _sure(lambda: phrase_screen().screen(text, before, question))
    language, failed = _language_of(text)
    findings += [*failed, *_sure(lambda: _by_language(text, before, question, language))]
    return Verdict.of([*findings, *_neet(text)])


def _language_of(text: str) -> tuple[Heard | None, list[Finding]]:
    """The language that it is in, if not in English; that it cannot be told is a finding."""
    try:
        return hear_language(text), []
    except Exception as error:
        return None, [_failure(error)]


def _by_language(
    text: str, before: Sequence[str], question: str | None, language: Heard | None
) -> list[Finding]:
    """The trained screen reads English; what is in another language a person reads the same day as well."""
    model = trained_screen()
    if language is None:
        if model is None or _only_answers(model, text, question):
            return []
        found = model.screen(text, read := () if _is_apart(text, before) else before)
        return found if not found or _is_readable(model, text, read) else _unread(found)
    found = model.screen_foreign(text) if model and is_mixed(text) else []
    return [*found, Finding("concern", (), (), "language", language.code)] if language.more else found


def _is_readable(model: TrainedScreen, text: str, before: Sequence[str]) -> bool:
    """Whether what was heard may be said to be about something. In words of which the trained screen knows
    none it hears forced marriage and the like: a person reads those, and no helpline is named. What is
    heard on from those `before` that can be read is about them. Where languages fail, it is believed."""
    try:
        if model.knows(text, _CLEAR_WORD) or has_english(text):
            return True
        known = [one for one in before if has_english(one)]
        return model.screen(text, known) not in ([], model.screen(text))
    except Exception:  # `_language_of` has found it; what was heard is kept
        return True


def _unread(found: Sequence[Finding]) -> list[Finding]:
    """Marked, so that no helpline is named. A concern, whose message names none, keeps its subject."""
    return [replace(one, categories=_subject(one), unread=True) for one in found]


def _subject(one: Finding) -> tuple[str, ...]:
    return one.categories if one.level == "concern" else ()


def _is_apart(text: str, before: Sequence[str]) -> bool:
    """Whether what has no English word ("tak") comes after another language: no English goes on in it.
    Where languages cannot be told, everything is read on."""
    try:
        return not has_english(text) and any(map(hear_language, before))
    except Exception:  # `_language_of` has found it, and a person reads the message
        return False


def _only_answers(model: TrainedScreen, text: str, question: str | None) -> bool:
    """Whether `text` says what the assistant asked and no more: how they live, or a name nobody knows."""
    answers = plain_answers()
    if question is None or answers is None:
        return False
    return answers.cover(text) or (answers.asks_name(question) and not model.knows(text))


def _sure(detect: Callable[[], list[Finding]]) -> list[Finding]:
    """What one detector finds; that it failed, which is urgent, takes nothing from the others."""
    try:
        return detect()
    except Exception as error:
        return [_failure(error)]


def _failure(error: Exception) -> Finding:
    log.error("screening failed why=%s", type(error).__name__)
    return Finding("urgent", (), (), "failure", type(error).__name__)


def hear_neet(text: str) -> Leaving | None:
    """Whether somebody says that they are out of learning and work ("now") or may soon be ("at_risk").

    Phrases say how far the trained screen is believed; only they are heard while it cannot be used."""
    if _PLAINLY_NEET.search(text):
        return "now"
    phrases, model = leaving_phrases(), trained_screen()
    said = phrases.hear(text) if phrases else Said()
    if model is None:
        return said.leaving
    heard = model.leaving(text, said.least)
    return said.leaving if heard and said.leaving else heard


def _neet(text: str) -> list[Finding]:
    """The third detector's finding: routine, with the sentences that show it; what was heard is its version.

    Its failure is no danger to anybody, so it leaves the verdict as it is."""
    try:
        heard = hear_neet(text)
        if heard is None:
            return []
        sentences = [part.strip() for part in _SENTENCES.split(text) if part.strip()]
        shows = [one for one in sentences[:_MOST_SENTENCES] if hear_neet(one) == heard]
        return [Finding("routine", (), tuple(shows or [text[:_LONGEST_EVIDENCE]]), NEET, heard)]
    except Exception as error:
        log.error("hearing neet failed why=%s", type(error).__name__)
        return []


def faults() -> list[str]:
    """In a sentence each, what screening should go by and does not."""
    found = [fault for one in force.ALL for fault in one.held.faults]
    found += sets.faults_beside(sets.SHIPPED)
    return found if trained_screen() else [*found, NO_NETWORK]


def store_findings(session: AsyncSession, at: datetime, message: Message, verdict: Verdict) -> None:
    """Keep every finding about a message, in the caller's transaction."""
    for finding in verdict.findings:
        session.add(
            StoredFinding(
                conversation_id=message.conversation_id,
                message_id=message.id,
                level=finding.level,
                categories=list(finding.categories),
                evidence=list(finding.evidence),
                detector=finding.detector,
                version=finding.version,
                at=at,
            )
        )


async def findings_of(session: AsyncSession, message_id: uuid.UUID) -> list[StoredFinding]:
    """What was found in one message."""
    return list((await session.execute(_FINDINGS, {"message": message_id})).scalars())


async def findings_by_message(
    session: AsyncSession, conversation_id: uuid.UUID
) -> dict[uuid.UUID, list[StoredFinding]]:
    """What was found in each message of a conversation."""
    query = select(StoredFinding).where(StoredFinding.conversation_id == conversation_id)
    found: dict[uuid.UUID, list[StoredFinding]] = defaultdict(list)
    for finding in (await session.execute(query.order_by(StoredFinding.at))).scalars():
        found[finding.message_id].append(finding)
    return found


def phrase_screen() -> PhraseScreen:
    """The phrases in force. Raises NoUsableSet."""
    return force.PHRASES.get()
