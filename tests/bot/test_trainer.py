"""What the texts mean is kept between trainings, and only ever saves time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot import trainer
from bot.encoder import Encoder
from bot.trainer import remembering

TEXTS = ["can i get a bus pass", "help with my cv"]


@pytest.fixture
def encoder(monkeypatch: pytest.MonkeyPatch) -> Encoder:
    """An encoder of the test's own: what it is asked is nobody else's."""
    own = Encoder.load()
    monkeypatch.setattr(trainer.Encoder, "shared", lambda: own)
    return own


def read_again(monkeypatch: pytest.MonkeyPatch, kept: Path, network: str | None = None) -> list[list[str]]:
    """What a later training has to read anew of the same texts."""
    later, read = Encoder.load(), list[list[str]]()
    run, later.fingerprint = later._run, network or later.fingerprint
    monkeypatch.setattr(later, "_run", lambda texts: read.append(sorted(texts)) or run(texts))
    monkeypatch.setattr(trainer.Encoder, "shared", lambda: later)
    with remembering(kept):
        alike = (later.encode(TEXTS) * Encoder.load().encode(TEXTS)).sum(axis=1)
    assert np.all(alike > 0.97)  # what stands beside a text in its batch changes its last digits
    return read


def test_what_was_read_is_not_read_again(tmp_path, monkeypatch, encoder):
    kept = tmp_path / "models/vectors.npz"
    with remembering(kept):
        encoder.encode(TEXTS)
    assert read_again(monkeypatch, kept) == []


def test_what_is_not_asked_for_any_more_is_not_kept(tmp_path, monkeypatch, encoder):
    kept = tmp_path / "vectors.npz"
    with remembering(kept):
        encoder.encode([*TEXTS, "withdrawn"])
    read_again(monkeypatch, kept)
    assert trainer.kept_vectors(kept, encoder.fingerprint).keys() == set(TEXTS)


@pytest.mark.parametrize("bytes_left", [0, 40, 400])
def test_half_a_file_is_read_as_none(tmp_path, monkeypatch, encoder, bytes_left):
    kept = tmp_path / "vectors.npz"
    with remembering(kept):
        encoder.encode(TEXTS)
    kept.write_bytes(kept.read_bytes()[:bytes_left])
    assert read_again(monkeypatch, kept) == [sorted(TEXTS)]


def test_another_network_reads_everything_anew(tmp_path, monkeypatch, encoder):
    kept = tmp_path / "vectors.npz"
    with remembering(kept):
        encoder.encode(TEXTS)
    assert read_again(monkeypatch, kept, "another") == [sorted(TEXTS)]


def test_a_place_that_cannot_be_written_fails_no_training(tmp_path, encoder):
    (tmp_path / "models").write_text("in the way")
    with remembering(tmp_path / "models/vectors.npz"):
        encoder.encode(TEXTS)
    assert (tmp_path / "models").read_text() == "in the way"
