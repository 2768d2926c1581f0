"""Whether words are in no vocabulary: typing at random says nothing of anybody, however sure a network is."""

from __future__ import annotations

from collections import defaultdict

from tokenizers import Tokenizer

_CRUMBS, _CRUMB = 3, 2.5  # a word of so many pieces, of so many letters each at most, is in no vocabulary
_MOSTLY = 0.4  # of the words: far above what children's spelling comes to, below typing at random


def is_gibberish(text: str, tokenizer: Tokenizer) -> bool:
    """Whether so many words fall into crumbs in the network's own vocabulary that they cannot be meant.

    Spelling as children do breaks a word ("nemore" into three), but few of a message's words.
    """
    crumbs: dict[int, list[int]] = defaultdict(list)
    read = tokenizer.encode(text, add_special_tokens=False)
    for word, (start, end) in zip(read.word_ids, read.offsets, strict=True):
        if word is not None and text[start:end].isalpha():
            crumbs[word].append(end - start)
    unknown = sum(len(one) >= _CRUMBS and sum(one) <= _CRUMB * len(one) for one in crumbs.values())
    return unknown > _MOSTLY * len(crumbs)
