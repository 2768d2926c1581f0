"""Makes this folder's encoder: the published network beside a copy tuned on our examples (maintainers only).

An offline step, no part of `make train`: the encoder learns how young people write about these topics and is
then exported as export.py does. README.md says what that gains and how to run it.
"""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
import yaml
from export import (
    SentenceVectors,
    batch,
    load_published,
    pooled,
    publish,
    read_tokenizer,
    source_folder,
)
from tokenizers import Tokenizer
from torch.nn.functional import cross_entropy, normalize
from transformers import BertModel

ROOT = Path(__file__).resolve().parents[3]
SEED = 0
EPOCHS = 5
BATCH = 64
LEARNING_RATE = 1.5e-4
LABEL_LEARNING_RATE = 5e-3
WARM_UP = 0.1
SHARPNESS = 16.0
"""What a cosine is multiplied with before the softmax."""
SMOOTHING = 0.1
PUBLISHED, TUNED = 0.88, 0.475
"""What each reading weighs in the vector; their squares add up to one."""
MISSPELT = 0.5
"""The part of the examples that is misspelt anew each time it is seen."""

TEXT_SPEAK = {
    "you": "u", "your": "ur", "are": "r", "to": "2", "for": "4", "before": "b4", "what": "wot", "the": "da",
    "because": "cos", "don't": "dont", "with": "w", "and": "n", "about": "abt", "get": "git", "been": "bin",
    "people": "ppl", "really": "rly", "school": "skool", "something": "sumthin", "money": "munny",
    "through": "thru", "know": "kno", "right": "rite", "would": "wud", "should": "shud", "could": "cud",
    "though": "tho", "there": "ther", "their": "there", "have": "hav", "when": "wen", "please": "pls",
}  # fmt: skip


@dataclass(frozen=True)
class Example:
    """One message and the label (topic or intent) it stands for."""

    text: str
    label: str


def read_examples() -> list[Example]:
    """Every example of data/content and data/nlu, in a settled order, each text once."""
    found = {re.sub(r"\W+", " ", item.text.casefold()): item for item in [*_answers(), *_small_talk()]}
    return list(found.values())


def _answers() -> Iterator[Example]:
    for file in sorted((ROOT / "data" / "content").glob("*.yml")):
        for answer in yaml.safe_load(file.read_text(encoding="utf-8")):
            for text in answer["examples"]:
                yield Example(text, answer["slug"])


def _small_talk() -> Iterator[Example]:
    for file in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        for block in yaml.safe_load(file.read_text(encoding="utf-8"))["nlu"]:
            for line in block["examples"].splitlines():
                yield Example(line.removeprefix("- ").strip(), block["intent"])


def misspelt(text: str, chance: random.Random) -> str:
    """The text as somebody in a hurry might type it: text-speak, slips, letters twice or not at all."""
    words = [_misspelt_word(word, chance) for word in text.split()]
    typed = " ".join(words)
    return typed.lower() if chance.random() < 0.5 else typed


def _misspelt_word(word: str, chance: random.Random) -> str:
    short, drawn = TEXT_SPEAK.get(word.lower()), chance.random()
    if short is not None and drawn < 0.35:
        return short
    if len(word) <= 3 or drawn >= 0.12:
        return word
    at = chance.randrange(1, len(word) - 1)
    slips = (
        word[:at] + word[at + 1 :],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        word[:at] + word[at] + word[at:],
        word[:at] + chance.choice("aeioustnr") + word[at + 1 :],
    )
    return chance.choice(slips)


def batches(examples: Sequence[Example], chance: random.Random) -> Iterator[list[int]]:
    """Places of the examples in random batches, each of messages about equally long."""
    order = chance.sample(range(len(examples)), len(examples))
    stretches = [order[start : start + 8 * BATCH] for start in range(0, len(order), 8 * BATCH)]
    for stretch in stretches:
        stretch.sort(key=lambda place: len(examples[place].text))
    groups = [
        stretch[start : start + BATCH] for stretch in stretches for start in range(0, len(stretch), BATCH)
    ]
    yield from chance.sample(groups, len(groups))


class TwoReadings(torch.nn.Module):
    """The published and the tuned network's vectors side by side; both start from the same word vectors."""

    def __init__(self, published: BertModel, tuned: BertModel) -> None:
        super().__init__()
        self.published, self.tuned = published, tuned

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Shape (n, 2 x dimensions), each row of length one."""
        words = self.published.embeddings(input_ids)
        mask = self.published.get_extended_attention_mask(attention_mask, input_ids.shape)
        readings = [
            pooled(bert.encoder(words, mask).last_hidden_state, attention_mask)
            for bert in (self.published, self.tuned)
        ]
        return torch.cat([PUBLISHED * readings[0], TUNED * readings[1]], dim=1)


@torch.no_grad()
def first_centres(
    model: SentenceVectors, tokenizer: Tokenizer, examples: Sequence[Example], labels: Sequence[str]
) -> torch.Tensor:
    """The mean vector of each label's examples, shape (labels, dimensions)."""
    model.eval()
    sums = torch.zeros(len(labels), model.bert.config.hidden_size)
    for start in range(0, len(examples), BATCH):
        chunk = examples[start : start + BATCH]
        vectors = model(*batch(tokenizer, tuple(item.text for item in chunk)))
        sums.index_add_(0, torch.tensor([labels.index(item.label) for item in chunk]), vectors)
    return normalize(sums, dim=1)


def tune(model: SentenceVectors, tokenizer: Tokenizer, examples: Sequence[Example]) -> None:
    """Move the weights so that messages of one label lie together; the vectors of words are left alone."""
    chance = random.Random(SEED)
    torch.manual_seed(SEED)
    labels = sorted({item.label for item in examples})
    centres = torch.nn.Parameter(first_centres(model, tokenizer, examples, labels))
    model.bert.embeddings.requires_grad_(False)
    learnt = [weights for weights in model.parameters() if weights.requires_grad]
    optimiser = torch.optim.AdamW(
        [
            {"params": learnt, "lr": LEARNING_RATE},
            {"params": [centres], "lr": LABEL_LEARNING_RATE, "weight_decay": 0.0},
        ]
    )
    steps = EPOCHS * len(list(batches(examples, random.Random(SEED))))
    pace = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min((step + 1) / (WARM_UP * steps), 1 - step / steps)
    )
    model.train()
    for epoch in range(EPOCHS):
        for places in batches(examples, chance):
            chosen = [examples[place] for place in places]
            texts = [misspelt(i.text, chance) if chance.random() < MISSPELT else i.text for i in chosen]
            vectors = model(*batch(tokenizer, tuple(texts)))
            cosines = vectors @ normalize(centres, dim=1).T
            wanted = torch.tensor([labels.index(item.label) for item in chosen])
            loss = cross_entropy(SHARPNESS * cosines, wanted, label_smoothing=SMOOTHING)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(learnt, 1.0)
            optimiser.step()
            pace.step()
        sys.stderr.write(f"epoch {epoch + 1} of {EPOCHS}: loss {loss.item():.3f}\n")


def main() -> None:
    """Tune a copy, set it beside the published network, export."""
    source = source_folder()
    tokenizer = read_tokenizer(source)
    model = SentenceVectors(load_published(source))
    examples = read_examples()
    tune(model, tokenizer, examples)
    both = TwoReadings(load_published(source), model.bert)
    publish(both, tokenizer, f"all-MiniLM-L6-v2 beside itself tuned on {len(examples)} examples, int8")


if __name__ == "__main__":
    main()
