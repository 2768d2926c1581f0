"""Says what a message is about: logistic regression over sentence vectors, one class a topic or intent.

A topic (example label `faq/<slug>`) comes out as intent `faq` with entity `topic`. Where the best guess is
weak, or two are close, the intent is `unclear` and the likeliest topics are there to choose; see `decide`.
What was answered last counts for a message that says little by its own words; see `reading`.
"""

from __future__ import annotations

import json
from typing import Any
from warnings import catch_warnings, simplefilter

import numpy as np
import numpy.typing as npt
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_RESPONSE_KEY, METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from bot.components.decision import Label, Reading, Thresholds, decide
from bot.components.reading import Chances, Reader
from bot.components.sentence_featurizer import MORE_VECTORS

Matrix = npt.NDArray[np.float64]
META = "labels.json"
ARRAYS = "weights.npz"
SPREAD = 5.0
"""How far the centred vectors are stretched to be learnt from: the same fit, found in half the rounds."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TopicClassifier(GraphComponent, IntentClassifier):
    """Trains in about a second; needs a featurizer before it that sets dense sentence features."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`strength` and `rounds` of the fit, and the thresholds of `decision.Thresholds`."""
        return {"strength": 60.0, "rounds": 30, **Thresholds().__dict__}

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        self.config = config
        self._storage = storage
        self._resource = resource
        self._thresholds = Thresholds(**{name: config[name] for name in Thresholds().__dict__})
        self._labels: list[Label] = []
        self._weights: Matrix = np.zeros((0, 0))
        self._bias: Matrix = np.zeros(0)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TopicClassifier:
        """A classifier that knows no label yet."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Fit one class a label; labels with one class only, or none, leave it knowing nothing."""
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        labels = {label.name: label for label in map(_label_of, examples)}
        if len(labels) < 2:
            return self._resource
        vectors = np.vstack([_vector(example) for example in examples])
        centre = vectors.mean(axis=0)
        model = LogisticRegression(C=self.config["strength"] / SPREAD**2, max_iter=self.config["rounds"])
        with catch_warnings():
            # It stops before the very best fit on purpose: more rounds cost seconds and change no answer.
            simplefilter("ignore", ConvergenceWarning)
            model.fit((vectors - centre) * SPREAD, [_label_of(example).name for example in examples])
        self._labels = [labels[name] for name in model.classes_]
        # With two classes scikit-learn keeps one row: the second class against the first.
        sign = [[-1.0], [1.0]] if len(labels) == 2 else [[1.0]]
        self._weights = model.coef_ * sign * SPREAD
        self._bias = model.intercept_ * np.ravel(sign) - self._weights @ centre
        self._persist()
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing after this component learns from its guesses."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Set intent, ranking, topic entity, topic_ranking and response_selector of each message."""
        reader = Reader(self._labels, self._thresholds)
        for message in messages:
            text, metadata = message.get(TEXT) or "", message.get(METADATA) or {}
            reading = self._read(reader, message, text, metadata)
            for name, value in decide(text, reading, metadata, self._thresholds).items():
                message.set(name, value, add_to_output=True)
        return messages

    def _read(self, reader: Reader, message: Message, text: str, metadata: dict[str, Any]) -> Reading:
        if not self._labels:
            return Reading([])
        vectors = message.get(MORE_VECTORS)
        own = self._chances(_vector(message))[0]
        return reader.read(text, own, metadata, lambda texts: self._chances(vectors(texts)))

    def _chances(self, vectors: Matrix) -> Chances:
        """The logarithm of every label's probability; one row a vector."""
        scores = vectors @ self._weights.T + self._bias
        scores -= scores.max(axis=1, keepdims=True)
        return np.asarray(scores - np.log(np.exp(scores).sum(axis=1, keepdims=True)))

    def _persist(self) -> None:
        with self._storage.write_to(self._resource) as folder:
            labels = [label.__dict__ for label in self._labels]
            (folder / META).write_text(json.dumps(labels), encoding="utf-8")
            np.savez(folder / ARRAYS, weights=self._weights, bias=self._bias)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> TopicClassifier:
        """As trained; knows nothing when training stored nothing."""
        component = cls(config, model_storage, resource)
        try:
            with model_storage.read_from(resource) as folder:
                labels = json.loads((folder / META).read_text(encoding="utf-8"))
                arrays = np.load(folder / ARRAYS)
                component._labels = [Label(**label) for label in labels]
                component._weights, component._bias = arrays["weights"], arrays["bias"]
        except ValueError:
            # Rasa's way to say that training stored nothing.
            return component
        return component


def _label_of(example: Message) -> Label:
    about = (example.get(METADATA) or {}).get(INTENT) or {}
    return Label(
        name=example.get(INTENT_RESPONSE_KEY) or example.get(INTENT),
        intent=example.get(INTENT),
        topic=about.get("topic"),
    )


def _vector(message: Message) -> Matrix:
    _, sentence = message.get_dense_features(TEXT)
    if sentence is None:
        raise ValueError("TopicClassifier needs a featurizer before it in config.yml")
    row: Matrix = sentence.features
    return row
