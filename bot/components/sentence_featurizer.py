"""Gives each message one dense vector: its meaning (the encoder) beside its spelling (character n-grams).

The spelling half lets text-speak and typing slips reach their topic; config.yml says how much it weighs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, METADATA, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.components.splitting import is_settled, parts
from bot.encoder import Encoder, EncoderMismatch

Matrix = npt.NDArray[np.float32]
META = "featurizer.json"
ARRAYS = "featurizer.npz"
MORE_VECTORS = "vectors_of"
"""A message's property: gives the vectors of further texts, for one that its own words do not settle."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class SentenceFeaturizer(GraphComponent):
    """Trainable: learns which n-grams the examples hold and compresses them; the encoder itself is fixed."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`spelling_weight` against the meaning's 1, `spelling_dimensions` it is compressed to."""
        return {"spelling_weight": 0.6, "spelling_dimensions": 200, "shortest": 2, "longest": 5}

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        self.config = config
        self._storage = storage
        self._resource = resource
        self._encoder = Encoder.shared()
        self._ngrams: TfidfVectorizer | None = None
        self._compress: Matrix | None = None

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Another encoder makes Rasa train again where it would take this component from its cache."""
        return Encoder.shared().fingerprint

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceFeaturizer:
        """A featurizer that has learnt no n-grams yet."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the n-grams of the examples and the directions that tell most about them."""
        texts = [example.get(TEXT) for example in training_data.training_examples if example.get(TEXT)]
        if texts:
            self._ngrams = self._vectorizer()
            counts = self._ngrams.fit_transform(texts)
            size = min(self.config["spelling_dimensions"], min(counts.shape) - 1)
            if size > 0:
                compressor = TruncatedSVD(size, n_iter=2, random_state=0).fit(counts)
                self._compress = compressor.components_.T
                self._persist()
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Featurize every example, many at a time, on every processor: nobody waits for an answer now."""
        spoken = [example for example in training_data.training_examples if example.get(TEXT) is not None]
        for example, vector in zip(spoken, self._vectors([e.get(TEXT) for e in spoken]), strict=True):
            _set_vector(example, vector)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the sentence feature of each message that has a text, the empty text included.

        What may be questions of their own is read beside the whole: both processors then work at once.
        """
        for message in messages:
            text = message.get(TEXT)
            if text is not None:
                pieces = [] if is_settled(message.get(METADATA) or {}) else parts(text)
                vectors = self._vectors([text, *pieces])
                _set_vector(message, vectors[0])
                known = dict(zip(pieces, vectors[1:], strict=True))
                message.set(MORE_VECTORS, partial(self._more_vectors, known))
        return messages

    def _more_vectors(self, known: Mapping[str, Matrix], texts: Sequence[str]) -> Matrix:
        if known.keys() >= set(texts):
            return np.stack([known[text] for text in texts])
        return self._vectors(texts)

    def _vectors(self, texts: Sequence[str]) -> Matrix:
        meaning = self._encoder.encode(texts)
        if self._ngrams is None or self._compress is None:
            return meaning
        # In one kind of number: otherwise the whole matrix is converted for each message.
        counts = self._ngrams.transform(texts).astype(np.float32)
        spelling = counts @ self._compress * self.config["spelling_weight"]
        return np.hstack([meaning, spelling]).astype(np.float32)

    def _vectorizer(self, vocabulary: dict[str, int] | None = None) -> TfidfVectorizer:
        lengths = (self.config["shortest"], self.config["longest"])
        return TfidfVectorizer(
            analyzer="char_wb",
            ngram_range=lengths,
            sublinear_tf=True,
            min_df=1 if vocabulary else 2,
            vocabulary=vocabulary,
            dtype=np.float32,
        )

    def _persist(self) -> None:
        assert self._ngrams is not None and self._compress is not None
        words = {word: int(index) for word, index in self._ngrams.vocabulary_.items()}
        meta = {"encoder": self._encoder.fingerprint, "ngrams": words}
        with self._storage.write_to(self._resource) as folder:
            (folder / META).write_text(json.dumps(meta), encoding="utf-8")
            np.savez(folder / ARRAYS, weights=self._ngrams.idf_, compress=self._compress)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> SentenceFeaturizer:
        """As trained; raises EncoderMismatch when the model was trained with another encoder."""
        component = cls(config, model_storage, resource)
        try:
            with model_storage.read_from(resource) as folder:
                meta = json.loads((folder / META).read_text(encoding="utf-8"))
                arrays = np.load(folder / ARRAYS)
                component._restore(meta, arrays["weights"], arrays["compress"])
        except ValueError:
            # Rasa's way to say that training stored nothing: there were no examples.
            return component
        return component

    def _restore(self, meta: dict[str, Any], weights: npt.NDArray[np.float64], compress: Matrix) -> None:
        if meta["encoder"] != self._encoder.fingerprint:
            raise EncoderMismatch("the model was trained with another encoder: train again")
        self._ngrams = self._vectorizer(meta["ngrams"])
        self._ngrams.idf_ = weights
        # Row by row in memory: multiplying a sparse row with it is then four times as fast.
        self._compress = np.ascontiguousarray(compress)


def _set_vector(message: Message, vector: Matrix) -> None:
    row = vector.reshape(1, -1)
    message.add_features(Features(row, FEATURE_TYPE_SENTENCE, TEXT, SentenceFeaturizer.__name__))
