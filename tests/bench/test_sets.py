"""The public sets are read as they are published, and a folder that is not theirs is told at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from bench.nlu import Parsed, project
from bench.sets import BANKING, CLINC, PublicSet, our_pipeline, public_set, scored
from ops.console import ROOT, Trouble


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of sets, named in SETS."""
    rows = 'text,category\n"Where is it, my card?",card_arrival\nTop up,top_up\n'
    (tmp_path / "banking77-train-10-a-class.csv").write_text(rows)
    (tmp_path / "banking77-test.csv").write_text('text,category\n"two\nlines",top_up\n')
    parts = {
        "train": [["play a song", "music"]],
        "test": [["a tune", "music"]],
        "oos_train": [["never learnt", "oos"]],
        "oos_test": [["who is who", "oos"]],
    }
    (tmp_path / "clinc150-small.json").write_text(json.dumps(parts))
    monkeypatch.setenv("SETS", str(tmp_path))
    return tmp_path


def understood(best: str, confidence: float) -> Parsed:
    """A message of which this was understood."""
    return Parsed(best, best, confidence, 0.002, 0.001)


def test_banking77_is_read_with_its_quoted_texts(folder):
    found = public_set(BANKING)
    assert found is not None
    assert found.learnt == [("Where is it, my card?", "card_arrival"), ("Top up", "top_up")]
    assert found.messages == ["two\nlines"]


def test_clinc150_is_learnt_without_its_out_of_scope_part(folder):
    found = public_set(CLINC)
    assert found is not None
    assert found.learnt == [("play a song", "music")]
    assert found.messages == ["a tune", "who is who"]


def test_without_a_folder_there_is_no_set(monkeypatch):
    monkeypatch.delenv("SETS", raising=False)
    assert public_set(BANKING) is None


def test_a_folder_without_the_set_is_told_by_name(folder):
    (folder / "banking77-test.csv").unlink()
    with pytest.raises(Trouble, match=r"SETS is .*banking77-test\.csv"):
        public_set(BANKING)


def test_the_likeliest_label_is_scored_and_the_outside_by_its_confidence():
    found = PublicSet(CLINC, [], [("a", "music"), ("b", "alarm")], ["c"])
    parsed = [understood("music", 0.9), understood("music", 0.3), understood("music", 0.4)]
    accuracy, told = scored("ours", found, parsed, bars=True)
    assert (accuracy.value, accuracy.bar, told.value, told.bar) == (0.5, 0.95, 0.5, 0.965)


def test_our_pipeline_is_that_of_the_project_with_its_thresholds_open():
    [classifier] = [part for part in our_pipeline() if part["name"].endswith("TopicClassifier")]
    assert (classifier["sure"], classifier["margin"], classifier["sure_in_form"]) == (0.0, 0.0, 0.0)
    assert len(our_pipeline()) == len(yaml.safe_load((ROOT / "config.yml").read_text())["pipeline"])


def test_a_text_of_several_lines_stays_one_example():
    nlu = project([], [("two\n  lines", "top_up")])["nlu.yml"]
    assert "- two lines" in nlu
