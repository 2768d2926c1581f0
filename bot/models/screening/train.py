"""Makes this folder's network: the published encoder tuned end to end to hear danger (maintainers only).

Three heads on one reading: level, category, and leaving education or work. README.md is the data card and
says how to run it.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
import yaml
from tokenizers import Tokenizer
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy
from transformers import BertModel

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path.insert(0, str(HERE.parent / "encoder"))

from export import (  # noqa: E402 (a script's neighbour in another folder)
    MAX_TOKENS,
    WEIGHTS_SHA256,
    batch,
    load_published,
    quantise,
    read_tokenizer,
    sha256,
    source_folder,
)
from tune import misspelt  # noqa: E402

EXAMPLES = ROOT / "data" / "screening" / "examples"
LEVELS = ("routine", "concern", "urgent", "emergency")
LEAVING = ("none", "at_risk", "now")
SEEDS = (1, 2)
"""One network each; the mean of their weights is published, and hears more than either."""
EPOCHS = 6
BATCH = 32
ORDINARY = 5_000
"""How many of the assistant's own example questions are shown as routine in each round."""
LEARNING_RATE, HEADS_LEARNING_RATE = 1e-4, 5e-3
WARM_UP = 0.1
SMOOTHING = 0.02
BURIED, MISSPELT, LOWERED = 0.25, 0.35, 0.3
"""The part of the messages put amid a practical one, misspelt, or written small, each time anew."""
BARS = {"concern": 0.32, "urgent": 0.4, "emergency": 0.25, "category": 0.3, "leaving": 0.62}
"""From which score on something is heard; docs/safety.md says on which messages they were chosen."""
ABOUT_LEARNING = re.compile(
    r"coll|schoo|skoo|skl|sixth|course|class|appren|job|work|wrk|train|drop|left|quit|leav|exclu|kick|uni\b|"
    r"nothing|nowt|neet|attend|study|stud|btec|gcse|a level|year|yr|term|boss|sack|shift|placement|learn"
)
"""A message about danger without any of these says nothing of being out of education and work."""
JOINTS = (" ", ". ", "\n", ", ", " also ", " and ", " btw ", " - ", " anyway ", " sorry ")
REFERENCE = (
    "i keep thinking everyone would be better off without me",
    "ive took all the tablets in the cupboard",
    "my stepdad comes in my room when mum is at work",
    "what grades do i need for college, also my dad hit me again last night",
    "this homework is killing me lol",
    "How much is the bursary and when is it paid?",
    "left college in october and got nothing now",
    "i might get kicked off my course",
)


@dataclass(frozen=True)
class Example:
    """One message: its level, categories and leaving, each None where it was not labelled."""

    text: str
    level: int | None
    categories: tuple[str, ...] | None
    leaving: int | None
    writer: str


def categories() -> list[str]:
    """The codes of data/vocabulary.yml, in its order."""
    vocabulary = yaml.safe_load((ROOT / "data" / "vocabulary.yml").read_text(encoding="utf-8"))
    return [entry["code"] for entry in vocabulary["categories"]]


def read_examples() -> list[Example]:
    """Every labelled message of data/screening/examples."""
    return [example for file in sorted(EXAMPLES.glob("*.yml")) for example in _read(file)]


def _read(file: Path) -> Iterator[Example]:
    for block in yaml.safe_load(file.read_text(encoding="utf-8")):
        level = LEVELS.index(block["level"]) if "level" in block else None
        leaving = LEAVING.index(block["leaving"]) if "leaving" in block else None
        named = (block["category"],) if block.get("category") else None
        for text in block["texts"]:
            out = 0 if leaving is None and not ABOUT_LEARNING.search(text.lower()) else leaving
            yield Example(text, level, () if level == 0 else named, out, block["writer"])


def read_ordinary() -> list[Example]:
    """What the assistant itself learns from: questions, small talk, other subjects. All of it is routine."""
    unclear = yaml.safe_load((ROOT / "data" / "screening" / "topics.yml").read_text(encoding="utf-8"))
    found = []
    for file in sorted((ROOT / "data" / "content").glob("*.yml")):
        for answer in yaml.safe_load(file.read_text(encoding="utf-8")):
            level = None if answer["slug"] in unclear["worrying"] else 0
            leaving = None if answer["slug"] in (*unclear["leaving"], *unclear["leaving_beside"]) else 0
            for text in answer.get("examples") or ():
                found.append(Example(text, level, () if level == 0 else None, leaving, "content"))
    for file in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        for block in yaml.safe_load(file.read_text(encoding="utf-8"))["nlu"]:
            leaving = {"at_risk": 1, "neet": 2}.get(block["intent"], 0)
            lines = [line.removeprefix("- ").strip() for line in block["examples"].splitlines()]
            found += [Example(line, 0, (), leaving, "content") for line in lines]
    return found


class Screen(torch.nn.Module):
    """The encoder's mean over the words, and three heads on it."""

    def __init__(self, bert: BertModel, categories: int) -> None:
        super().__init__()
        size = bert.config.hidden_size
        self.bert = bert
        self.drop = torch.nn.Dropout(0.1)
        self.level = torch.nn.Linear(size, len(LEVELS) - 1)
        self.category = torch.nn.Linear(size, categories)
        self.leaving = torch.nn.Linear(size, len(LEAVING))

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Levels (n, 3: at least concern, urgent, emergency), categories (n, k), leaving (n, 3): logits."""
        words = self.bert(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(words.dtype)
        reading = self.drop((words * mask).sum(1) / mask.sum(1))
        return self.level(reading), self.category(reading), self.leaving(reading)


class Chances(torch.nn.Module):
    """What is exported: the same as chances from 0 to 1."""

    def __init__(self, screen: Screen) -> None:
        super().__init__()
        self.screen = screen

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Levels and categories each by itself, leaving adding up to one."""
        level, category, leaving = self.screen(input_ids, attention_mask)
        return torch.sigmoid(level), torch.sigmoid(category), torch.softmax(leaving, dim=1)


def spoken(example: Example, practical: Sequence[Example], chance: random.Random) -> Example:
    """The example as somebody may send it today: amid something practical, misspelt, in small letters."""
    text = example.text
    if example.leaving == 0:
        practical = [other for other in chance.sample(practical, 8) if other.leaving == 0] or [example]
    if chance.random() < BURIED and len(text.split()) < 60:
        first, last = chance.choice(practical).text, chance.choice(practical).text
        place = chance.choice(((text, last), (first, text), (first, text, last)))
        text = chance.choice(JOINTS).join(place)
    if chance.random() < MISSPELT:
        text = misspelt(text, chance)
    elif chance.random() < LOWERED:
        text = text.lower().replace("'", "")
    return replace(example, text=text)


def batches(examples: Sequence[Example], chance: random.Random) -> list[list[Example]]:
    """Random batches, each of messages about equally long."""
    order = chance.sample(list(examples), len(examples))
    found = []
    for start in range(0, len(order), 8 * BATCH):
        stretch = sorted(order[start : start + 8 * BATCH], key=lambda example: len(example.text))
        found += [stretch[at : at + BATCH] for at in range(0, len(stretch), BATCH)]
    return chance.sample(found, len(found))


def loss_of(heads: Sequence[torch.Tensor], chosen: Sequence[Example], names: Sequence[str]) -> torch.Tensor:
    """The three heads' losses, each over the examples that are labelled for it."""
    level, category, leaving = heads
    levels = torch.tensor([-1 if example.level is None else example.level for example in chosen])
    wanted = (
        torch.stack([(levels >= at).float() for at in (1, 2, 3)], dim=1) * (1 - 2 * SMOOTHING) + SMOOTHING
    )
    weights = (levels >= 0).float().unsqueeze(1).expand_as(wanted)
    found = binary_cross_entropy_with_logits(level, wanted, reduction="none") * weights
    total = 3 * found.sum() / weights.sum().clamp(min=1)
    named = [at for at, example in enumerate(chosen) if example.categories is not None]
    if named:
        rows = [[float(name in (chosen[at].categories or ())) for name in names] for at in named]
        per_name = binary_cross_entropy_with_logits(category[named], torch.tensor(rows), reduction="none")
        total = total + 0.5 * per_name.sum(1).mean()
    told = [at for at, example in enumerate(chosen) if example.leaving is not None]
    if told:
        labels = torch.tensor([chosen[at].leaving for at in told])
        total = total + cross_entropy(leaving[told], labels, label_smoothing=0.05)
    return total


def train(examples: Sequence[Example], tokenizer: Tokenizer, source: Path, seed: int = SEEDS[0]) -> Screen:
    """Tune the whole network; the same examples and seed give the same network on the same machine."""
    chance, names = random.Random(seed), categories()
    torch.manual_seed(seed)
    screen = Screen(load_published(source), len(names))
    ordinary = read_ordinary()
    practical = [e for e in [*examples, *ordinary] if e.level == 0 and 5 <= len(e.text.split()) <= 40]
    heads = [weights for name, weights in screen.named_parameters() if not name.startswith("bert")]
    groups: list[dict[str, Any]] = [
        {"params": list(screen.bert.parameters()), "lr": LEARNING_RATE},
        {"params": heads, "lr": HEADS_LEARNING_RATE},
    ]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01)
    steps = EPOCHS * ((len(examples) + ORDINARY) // BATCH + 1)
    pace = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min((step + 1) / (WARM_UP * steps), max(0.02, 1 - step / steps))
    )
    screen.train()
    for epoch in range(EPOCHS):
        shown = [*examples, *chance.sample(ordinary, ORDINARY)]
        for chosen in batches([spoken(example, practical, chance) for example in shown], chance):
            # Half precision is two to three times as fast where the processor has it, and learns as well.
            with torch.autocast("cpu", dtype=torch.bfloat16):
                raw = screen(*batch(tokenizer, tuple(example.text for example in chosen)))
            loss = loss_of([head.float() for head in raw], chosen, names)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(screen.bert.parameters(), 1.0)
            optimiser.step()
            pace.step()
        sys.stderr.write(f"round {epoch + 1} of {EPOCHS}: loss {loss.item():.3f}\n")
    return screen.eval()


def mean_of(screens: Sequence[Screen]) -> Screen:
    """The network whose weights are the mean of the given ones', which began as the same network."""
    states = [screen.state_dict() for screen in screens]
    mean = {
        name: torch.stack([state[name] for state in states]).mean(0)
        if weights.is_floating_point()
        else weights
        for name, weights in states[0].items()
    }
    screens[0].load_state_dict(mean)
    return screens[0]


@torch.no_grad()
def chances(screen: Screen, tokenizer: Tokenizer, texts: Sequence[str]) -> list[dict[str, list[float]]]:
    """What the network in full precision says of each text."""
    model, found = Chances(screen).eval(), []
    for text in texts:
        rows = [[round(float(one), 5) for one in head[0]] for head in model(*batch(tokenizer, (text,)))]
        found.append(dict(zip(("levels", "categories", "leaving"), rows, strict=True)))
    return found


def publish(screen: Screen, tokenizer: Tokenizer, examples: int) -> None:
    """Export, quantise, record: every file of this folder but the texts and this script."""
    inputs, model = batch(tokenizer, REFERENCE), Chances(screen).eval()
    outputs = ["levels", "categories", "leaving"]
    axes = {0: "texts", 1: "tokens"}
    with torch.no_grad(), tempfile.TemporaryDirectory() as scratch:
        full = Path(scratch) / "full.onnx"
        torch.onnx.export(
            model,
            inputs,
            str(full),
            input_names=["input_ids", "attention_mask"],
            output_names=outputs,
            dynamic_axes={
                "input_ids": axes,
                "attention_mask": axes,
                **{name: {0: "texts"} for name in outputs},
            },
            opset_version=17,
            dynamo=False,
        )
        quantise(full, HERE / "encoder.onnx")
    tokenizer.save(str(HERE / "tokenizer.json"), pretty=False)
    said = chances(screen, tokenizer, REFERENCE)
    lines = [json.dumps({"text": text, **row}) for text, row in zip(REFERENCE, said, strict=True)]
    (HERE / "reference.json").write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")
    manifest = {
        "name": f"all-MiniLM-L6-v2 tuned to screen on {examples} messages, int8",
        "max_tokens": MAX_TOKENS,
        "weights_sha256": WEIGHTS_SHA256,
        "categories": categories(),
        "bars": BARS,
        "files": {name: sha256(HERE / name) for name in ("encoder.onnx", "tokenizer.json")},
    }
    (HERE / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    """Train on every example and publish; or leave a writer out and print what is made of their messages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--without", metavar="WRITER", help="leave this writer out, and print their scores")
    asked = parser.parse_args()
    source = source_folder()
    tokenizer, examples = read_tokenizer(source), read_examples()
    if asked.without is None:
        screens = [train(examples, tokenizer, source, seed) for seed in SEEDS]
        publish(mean_of(screens), tokenizer, len(examples))
        return
    screen = train([one for one in examples if one.writer != asked.without], tokenizer, source)
    left = [one for one in examples if one.writer == asked.without]
    for example, said in zip(left, chances(screen, tokenizer, [one.text for one in left]), strict=True):
        print(json.dumps({"text": example.text, "level": example.level, "leaving": example.leaving, **said}))


if __name__ == "__main__":
    main()
