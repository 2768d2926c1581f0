"""Whether words are in no vocabulary: typing at random says nothing of anybody, however sure a network is."""

from __future__ import annotations

from collections import defaultdict

from tokenizers import Tokenizer

_CRUMBS, _CRUMB = 3, 2.5  # a word of so many pieces, of so many letters each at most, is in no vocabulary
_MOSTLY = 0.4  # of the words: far above what children's spelling comes to, below typing at random
_COMMON = 12_000  # the network's vocabulary begins with signs and then the words people use most
_ENOUGH, _SOME = 5, 0.3  # of so many words of two letters and more, this part is common at least
Pieces = list[tuple[int, int]]  # of a word: where each stands in the vocabulary, and its letters


def is_gibberish(text: str, tokenizer: Tokenizer) -> bool:
    """Whether so many words fall into crumbs in the network's own vocabulary, or so few are common, that they
    cannot be meant.

    Spelling as children do breaks a word ("nemore" into three), but few of a message's words; and short words
    at random are whole in the vocabulary now and then, but seldom common.
    """
    words: dict[int, Pieces] = defaultdict(list)
    read = tokenizer.encode(text, add_special_tokens=False)
    for word, number, (start, end) in zip(read.word_ids, read.ids, read.offsets, strict=True):
        if word is not None and text[start:end].isalpha():
            words[word].append((number, end - start))
    longer = [one for one in words.values() if _letters(one) > 1]
    common = sum(len(one) == 1 and one[0][0] < _COMMON for one in longer)
    unknown = sum(len(one) >= _CRUMBS and _letters(one) <= _CRUMB * len(one) for one in words.values())
    return unknown > _MOSTLY * len(words) or (len(longer) >= _ENOUGH and common < _SOME * len(longer))


def _letters(word: Pieces) -> int:
    return sum(letters for _, letters in word)
