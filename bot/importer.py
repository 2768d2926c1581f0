"""Training data for Rasa: the project's own files, and the example questions of one content release.

A release folder holds answers as data/content does; only slug, title and examples are read, never a database.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import yaml
from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import INTENT, METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.decision import RETRIEVAL_INTENT
from bot.translations import translated

ROOT = Path(__file__).resolve().parent.parent
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The quick one where PyYAML was built with it; both read the same safe subset."""
OWN_FOLDERS = ("nlu", "rules", "stories")
Answer = dict[str, Any]


class ReleaseFault(ValueError):
    """A content release cannot be read; the message names the file and the entry."""


def release_folder() -> Path:
    """WAYLINE_RELEASE_DIR, else the live release of the data folder, else the shipped seed."""
    named = os.environ.get("WAYLINE_RELEASE_DIR")
    if named:
        return Path(named)
    live = Path(os.environ.get("WAYLINE_DATA_DIR", "var")) / "releases" / "current"
    return live if live.is_dir() else ROOT / "data" / "content"


def read_answers(folder: Path) -> list[Answer]:
    """Every answer of a release folder that has examples; raises ReleaseFault."""
    files = sorted(folder.glob("*.yml"))
    if not files:
        raise ReleaseFault(f"no answers in {folder}")
    return [answer for file in files for answer in _read_file(file) if answer.get("examples")]


def _read_file(file: Path) -> list[Answer]:
    entries = yaml.load(file.read_text(encoding="utf-8"), Loader=LOADER)  # noqa: S506 (both are safe)
    if not isinstance(entries, list):
        raise ReleaseFault(f"{file.name} must be a list of answers")
    for number, entry in enumerate(entries, 1):
        if not isinstance(entry, dict) or not isinstance(entry.get("examples"), list):
            raise ReleaseFault(f"{file.name}, entry {number}: examples must be a list of texts")
        texts = [entry.get("slug"), entry.get("title"), *entry["examples"]]
        if not all(isinstance(text, str) and text.strip() for text in texts):
            raise ReleaseFault(f"{file.name}, entry {number}: slug, title and examples must be texts")
    return entries


class Example(Message):
    """A message to learn from, quick to hash and to copy.

    Rasa merges its training data a dozen times on the way to the model, and each time copies every message
    deeply and hashes all that is in it: half of the time that training took.
    """

    @classmethod
    def of(cls, message: Message) -> Example:
        """The same message as an example."""
        return cls(data=dict(message.data), output_properties=set(message.output_properties))

    def __hash__(self) -> int:
        """By what it says and stands for; equality still looks at everything."""
        return hash((self.get(TEXT), self.get(INTENT)))

    def __deepcopy__(self, memo: dict[int, Any]) -> Example:
        """A copy that may be given features and labels of its own; nothing changes the values inside."""
        copied = Example.of(self)
        copied.features = list(self.features)
        return copied


def _messages(answer: Answer, own_intents: list[str]) -> list[Message]:
    """The answer's examples and its title, which people send back by tapping it as a choice."""
    slug, title = answer["slug"], answer["title"]
    own = slug.replace("-", "_")
    label = own if own in own_intents else f"{RETRIEVAL_INTENT}/{slug}"
    about = {INTENT: {"topic": slug}}
    texts = dict.fromkeys(text.strip() for text in [title, *answer["examples"]])
    messages = [Example.of(Message.build(text=text, intent=label)) for text in texts]
    for message in messages:
        message.set(METADATA, about)
    return messages


def _placeholder(slug: str) -> dict[str, Any]:
    return {"custom": {"kind": "answer", "answer": slug}}


class ContentImporter(TrainingDataImporter):
    """Named in config.yml; Rasa calls it for training, validation and tests alike."""

    def __init__(
        self,
        config_file: str | None = None,
        domain_path: str | None = None,
        training_data_paths: list[str] | str | None = None,
        **kwargs: Any,
    ) -> None:
        """Reads the files that Rasa's commands name; of a data folder only what engineers own."""
        self._files = RasaFileImporter(config_file, domain_path, _own_paths(training_data_paths))
        self._answers = read_answers(release_folder())

    def get_domain(self) -> Domain:
        """domain.yml, its translations, and a placeholder response for each topic (handoff has the words)."""
        domain = _in_all_languages(self._files.get_domain())
        slugs = [answer["slug"] for answer in self._answers if not self._is_own_intent(answer, domain)]
        responses = {f"utter_{RETRIEVAL_INTENT}/{slug}": [_placeholder(slug)] for slug in slugs}
        return domain.merge(Domain.from_dict({"responses": responses}))

    @staticmethod
    def _is_own_intent(answer: Answer, domain: Domain) -> bool:
        return answer["slug"].replace("-", "_") in domain.intents

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """data/nlu and the examples of the release."""
        own_intents = self._files.get_domain().intents
        messages = [message for answer in self._answers for message in _messages(answer, own_intents)]
        own = self._files.get_nlu_data(language)
        return TrainingData(
            [*map(Example.of, own.training_examples), *messages],
            own.entity_synonyms,
            own.regex_features,
            own.lookup_tables,
            own.responses,
        )

    def get_stories(self, exclusion_percentage: int | None = None) -> StoryGraph:
        """data/rules and data/stories."""
        return self._files.get_stories(exclusion_percentage)

    def get_conversation_tests(self) -> StoryGraph:
        """The test stories among the files named on the command line."""
        return self._files.get_conversation_tests()

    def get_config(self) -> dict[str, Any]:
        """config.yml."""
        return self._files.get_config()

    def get_config_file_for_auto_config(self) -> str | None:
        """config.yml's path."""
        return self._files.get_config_file_for_auto_config()


def _in_all_languages(domain: Domain) -> Domain:
    """The domain with the translations of its responses before its own, English words."""
    whole = domain.as_dict()
    responses = whole.get("responses", {})
    for name, variations in translated().items():
        if name in responses:
            responses[name] = [*variations, *responses[name]]
    return Domain.from_dict(whole)


def _own_paths(paths: list[str] | str | None) -> list[str]:
    """A whole data folder stands for the folders in it that hold training data; other paths are kept."""
    named = [paths] if isinstance(paths, str) else list(paths or [])
    own: list[str] = []
    for path in named:
        inner = [str(Path(path) / folder) for folder in OWN_FOLDERS if (Path(path) / folder).is_dir()]
        own += inner or [path]
    return own
