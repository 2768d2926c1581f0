"""Hears that somebody else sees what is sent to a phone, an e-mail or a chat ("but my dad reads it"). Pure.

To be asked for another way once too often costs less than a message that the wrong person reads.
"""

from __future__ import annotations

import re

_NO = r"(?:not|never|no|\w+n'?t)"
_HOME = r"(?:mum(?:my)?|mom|mam|mother|dad(?:dy)?|father|step\w+|parents?|brothers?|bro|sisters?|sis)"
_OTHERS = (
    rf"(?:{_HOME}|nan\w?|gran\w*|cousins?|aunt\w*|uncle|boyfriend|girlfriend|bf|gf|partner|ex|husband|wife|family"
    r"|(?:flat|house|room)?mates?|friends?|carers?|staff|teacher|he|she|they|(?:every|any|some)(?:one|body)"
    r"|people|others|man|men)(?:'?s)?"
)
_MY_PHONE = (
    r"(?:it|this|that|access|in(?:to)?|my (?:phone|mob\w*|number|e-?mails?|sim|pass\w*|pin|tablet"
    r"|laptop|accounts?|texts?|messages?))"
)
# "She takes care of me", "he takes calls", "they check in on me" say who looks after them, and who answers.
_READS = (
    r"(?:read(?:s|ing)?|see(?:s|ing|n)?|saw"
    rf"|check(?:s|ed|ing)?(?! (?:up )?(?:in|on)\b(?! {_MY_PHONE}\b))"
    rf"|look(?:s|ed|ing)?(?! after\b(?! {_MY_PHONE}\b))"
    r"|go(?:es|ing)? (?:through|thru|on|in)|went through|monitor\w*|track\w*|spy\w*|spies|snoop\w*"
    r"|watch\w*|control\w*|open(?:s|ed|ing)?"
    r"|listen\w*|own(?:s|ed)?|us(?:es?|ed|ing)"
    r"|(?:tak(?:es?|ing)|took)(?! (?:good |great )?(?:care|calls)\b)|log(?:s|ged)? in|confiscat\w*"
    rf"|(?:ha[sd]|have|gets?|got) {_MY_PHONE}|kn(?:ow|ows|ew) (?:my|the) (?:pass\w*|pin|code))"
)
_BETWEEN = rf"(?:[\s,]+(?!(?:{_NO}|i)\b)[\w']+)"
_TOLD = (
    rf"{_OTHERS}\b{_BETWEEN}{{0,4}}?\s+{_READS}\b(?!\W*(?:me|her|his|him|their|them)\b)",
    rf"(?:{_HOME}|partner|boyfriend|girlfriend|(?:any|every)(?:one|body))\b{_BETWEEN}{{0,2}}?"
    r"\s+(?:pick(?:s|ed)? (?:it )?up|answers?)",
    rf"(?:except|apart from|other than|besides)\b[\s\w]{{0,12}}?\b{_OTHERS}",
    rf"{_OTHERS} (?:does|do|might|can|could|may|will)(?: too| sometimes)?\W*$",
    rf"(?:gets?|getting|is|it'?s|are|be|being|been)(?: (?!{_NO}\b)\w+)? (?:read|checked|seen|monitored"
    r"|watched|tracked|looked (?:at|through)|gone through|opened|used|taken)\b(?! by me\b)",
    r"(?<!not )(?<!never )(?<!n't )(?<!nt )(?<!not a )(?<!n't a )(?:shar(?:e[sd]?|ing)|joint"
    r"|family (?:phone|e-?mail|account|number|computer|laptop|tablet))",
    r"(?:not|isn'?t|ain'?t|never|no longer)(?: \w+)? (?:mine|my own|private)",
    r"(?:goes|linked|connected|synced|forwarded|comes?|shows?|pops?) (?:up )?(?:to|with|on)(?: \w+)? "
    rf"{_OTHERS}",
)
_SEEN = re.compile("|".join(rf"\b{one}\b" if one[-1] != "$" else rf"\b{one}" for one in _TOLD), re.IGNORECASE)


def seen_by_others(text: str) -> bool:
    """Whether the words tell of it; "nobody reads it" and "so my mum can't see it" do not."""
    return bool(_SEEN.search(text.replace("’", "'")))
