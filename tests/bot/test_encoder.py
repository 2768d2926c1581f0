"""The encoder: agrees with the published weights, refuses other files, takes any text."""

import json
import shutil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.encoder import SHIPPED, Encoder, EncoderMismatch

ENCODER = Encoder.load()
REFERENCE = json.loads((SHIPPED / "reference.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("pair", REFERENCE, ids=lambda pair: pair["text"])
def test_quantised_vectors_agree_with_the_published_weights(pair):
    assert float(ENCODER.encode([pair["text"]])[0] @ np.array(pair["vector"])) > 0.97


def test_sentences_that_mean_the_same_are_closer_than_others():
    money, bus, grades = ENCODER.encode(
        ["help with money for college", "can college pay my bus", "I failed my exams"]
    )
    assert money @ bus > money @ grades


def test_no_sentences_give_no_rows():
    assert ENCODER.encode([]).shape == (0, ENCODER.dimensions)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=300), min_size=1, max_size=4))
def test_any_text_gives_a_vector_of_length_one(sentences):
    vectors = ENCODER.encode(sentences)
    assert vectors.shape == (len(sentences), ENCODER.dimensions) and vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)


@pytest.mark.parametrize("name", ["encoder.onnx", "tokenizer.json", "manifest.json"])
def test_a_file_that_is_not_the_one_in_the_manifest_is_refused(tmp_path, name):
    folder = shutil.copytree(SHIPPED, tmp_path / "encoder")
    with (folder / name).open("ab") as file:
        file.write(b"x")
    with pytest.raises(EncoderMismatch):
        Encoder.load(folder)


def test_a_missing_encoder_is_refused(tmp_path):
    with pytest.raises(EncoderMismatch):
        Encoder.load(tmp_path)
