"""Turns sentences into vectors with the small encoder in bot/models/encoder (onnxruntime).

Shared by both environments: Python 3.10 syntax, numpy 1.23 or 2, and no Rasa.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

SHIPPED = Path(__file__).resolve().parent / "models" / "encoder"
RECENT = 2048
BATCH = 32
FEW = 6

Vectors = npt.NDArray[np.float32]


class EncoderMismatch(RuntimeError):
    """A file of the encoder is missing, or differs from the hash in its manifest."""


@dataclass(frozen=True)
class Network:
    """A network ready to run, as its manifest describes it. Safe to share between threads."""

    session: onnxruntime.InferenceSession
    tokenizer: Tokenizer
    manifest: Mapping[str, Any]

    @classmethod
    def load(cls, folder: Path) -> Network:
        """Open the network in a folder; raises EncoderMismatch when a file is not its manifest's."""
        manifest = _check(folder)
        options = onnxruntime.SessionOptions()
        # Batches side by side on several processors are half as dear as one batch spread over them.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(
            str(folder / "encoder.onnx"), options, providers=["CPUExecutionProvider"]
        )
        return cls(session, Tokenizer.from_file(str(folder / "tokenizer.json")), manifest)

    @property
    def fingerprint(self) -> str:
        """Differs for another network, or the same with other files."""
        return hashlib.sha256(json.dumps(self.manifest, sort_keys=True).encode()).hexdigest()

    def run(self, texts: Sequence[str], outputs: Sequence[str]) -> list[Vectors]:
        """Each of the named outputs, one row a text; words past 128 tokens are not read."""
        encoded = self.tokenizer.encode_batch(list(texts))
        feed = {
            "input_ids": np.array([item.ids for item in encoded], dtype=np.int64),
            "attention_mask": np.array([item.attention_mask for item in encoded], dtype=np.int64),
        }
        found: list[Vectors] = self.session.run(list(outputs), feed)
        return found


def _check(folder: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        for name, expected in dict(manifest["files"]).items():
            if hashlib.sha256((folder / name).read_bytes()).hexdigest() != expected:
                raise EncoderMismatch(f"{name} of the encoder is not the file in its manifest")
    except (OSError, KeyError, TypeError, ValueError) as fault:
        raise EncoderMismatch(f"the encoder in {folder} cannot be read: {fault}") from fault
    return manifest


class Encoder:
    """Sentences in, vectors of length one out. Safe to share between threads."""

    def __init__(self, network: Network, workers: int = 1, recent: int = RECENT) -> None:
        self._network = network
        self._pool = ThreadPoolExecutor(workers) if workers > 1 else None
        self._recent: OrderedDict[str, Vectors] = OrderedDict()
        self._remembers = recent
        self._known: Mapping[str, Vectors] = {}
        self._lock = Lock()
        self.fingerprint = network.fingerprint
        self.dimensions: int = network.session.get_outputs()[0].shape[1]

    @classmethod
    def load(cls, path: Path | str = SHIPPED, workers: int = 1, recent: int = RECENT) -> Encoder:
        """Open the encoder in a folder, to read `workers` batches at once and remember so many texts.

        Raises EncoderMismatch when a file is not its manifest's.
        """
        return cls(Network.load(Path(path)), workers, recent)

    @classmethod
    @lru_cache(maxsize=1)
    def shared(cls) -> Encoder:
        """The shipped one on every processor, opened once a process: a model that is taken up beside another,
        or after it, reads by the same.
        """
        return cls.load(workers=os.cpu_count() or 1)

    def remember(self, known: Mapping[str, Vectors]) -> None:
        """Forget nothing from now on, and know these vectors, which the same network made before."""
        with self._lock:
            self._remembers, self._known = sys.maxsize, known

    def remembered(self) -> dict[str, Vectors]:
        """The vectors asked for last, by their texts; since `remember` all of them."""
        with self._lock:
            return dict(self._recent)

    def encode(self, sentences: Sequence[str]) -> Vectors:
        """Vectors of shape (len(sentences), dimensions), float32; words past 128 tokens are not read."""
        found = {text: vector for text in set(sentences) if (vector := self._recall(text)) is not None}
        missing = self._by_tokens(set(sentences) - found.keys())
        chunks = self._shared_out(missing)
        for chunk, vectors in zip(chunks, self._run_all(chunks), strict=True):
            for text, vector in zip(chunk, vectors, strict=True):
                found[text] = vector
                self._remember(text, vector)
        if not sentences:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        return np.stack([found[text] for text in sentences])

    def _shared_out(self, sentences: list[str]) -> list[list[str]]:
        """Batches to run side by side; of a few sentences the longest is one, as dear as the others are."""
        if 1 < len(sentences) <= FEW and self._pool:
            longest = max(sentences, key=len)
            return [[longest], [text for text in sentences if text != longest]]
        return [sentences[start : start + BATCH] for start in range(0, len(sentences), BATCH)]

    def _by_tokens(self, sentences: set[str]) -> list[str]:
        """Sorted by length, where there is more than one batch: a batch costs what its longest does."""
        ordered = sorted(sentences)
        if len(ordered) > BATCH:
            encoded = self._network.tokenizer.encode_batch(ordered)
            lengths = {text: sum(item.attention_mask) for text, item in zip(ordered, encoded, strict=True)}
            ordered.sort(key=lengths.__getitem__)
        return ordered

    def _run_all(self, chunks: list[list[str]]) -> Iterable[Vectors]:
        if self._pool is None or len(chunks) < 2:
            return map(self._run, chunks)
        return self._pool.map(self._run, chunks)

    def _run(self, sentences: list[str]) -> Vectors:
        return self._network.run(sentences, ["vectors"])[0]

    def _recall(self, text: str) -> Vectors | None:
        with self._lock:
            if text in self._known and text not in self._recent:
                self._recent[text] = self._known[text]
            if text in self._recent:
                self._recent.move_to_end(text)
            return self._recent.get(text)

    def _remember(self, text: str, vector: Vectors) -> None:
        with self._lock:
            self._recent[text] = vector
            if len(self._recent) > self._remembers:
                self._recent.popitem(last=False)
