"""Measures the exported demo model on the demo questions, with plain full forward passes.

Deliberately apart from the extension's own engine: no cache, no shared prefixes, no batches. What it
finds is written to expected.json, which other implementations can be compared with.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

import formats
from formats import Format
from world import Row

HERE = Path(__file__).parent
MODEL = HERE.parent / "demo-model"
QUESTIONS = HERE.parent / "demo-questions"
FORMATS = (formats.ORIGINAL, formats.HELM, formats.HARNESS)
RECORDED_PER_SUBJECT = 10


class Scorer:
    """The exported model behind two questions: how likely is a continuation, and what comes next."""

    def __init__(self, folder: Path):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(folder / "onnx" / "model.onnx", options)
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.config = json.loads((folder / "config.json").read_text())

    def encode(self, text: str) -> list[int]:
        return self.tokenizer.encode(text, add_special_tokens=False).ids

    def forward(self, ids: list[int], past: list[np.ndarray] | None = None, keep: int = 0) -> list[np.ndarray]:
        """All outputs of the graph: logits, then the keys and values of each layer."""
        past = past or self.empty_cache()
        length = past[0].shape[2]
        feeds = {
            "input_ids": np.array([ids], np.int64),
            "attention_mask": np.ones((1, length + len(ids)), np.int64),
            "position_ids": np.arange(length, length + len(ids), dtype=np.int64)[None],
            "num_logits_to_keep": np.array(keep, np.int64),
        }
        names = [entry.name for entry in self.session.get_inputs() if entry.name.startswith("past_")]
        return self.session.run(None, feeds | dict(zip(names, past)))

    def empty_cache(self) -> list[np.ndarray]:
        config = self.config
        dimensions = (1, config["num_key_value_heads"], 0, config["head_dim"])
        return [np.zeros(dimensions, np.float32)] * (2 * config["num_hidden_layers"])

    def log_probabilities(self, ids: list[int], keep: int) -> np.ndarray:
        """Natural log-softmax of the last `keep` positions, in float64."""
        logits = self.forward(ids, keep=keep)[0][0].astype(np.float64)
        logits -= logits.max(-1, keepdims=True)
        return logits - np.log(np.exp(logits).sum(-1, keepdims=True))

    def continuation(self, context: list[int], continuation: list[int]) -> float:
        """Summed log-probability of a continuation."""
        rows = self.log_probabilities(context + continuation[:-1], keep=len(continuation))
        return float(sum(row[token] for row, token in zip(rows, continuation)))


def read_split(split: str) -> list[Row]:
    lines = (QUESTIONS / f"{split}.jsonl").read_text().splitlines()
    rows = (json.loads(line) for line in lines)
    return [Row(row["question"], row["subject"], tuple(row["choices"]), row["answer"]) for row in rows]


def shots_of_subject(form: Format, splits: dict[str, list[Row]], k: int) -> list[list[Row]]:
    """The shots of each test row of one subject, as the format's implementation chose them."""
    if form is formats.HARNESS:
        return formats.harness_shots(splits["test"], splits["validation"], k)
    choose = formats.helm_shots if form is formats.HELM else formats.original_shots
    return [choose(splits["dev"], k)] * len(splits["test"])


def score(scorer: Scorer, form: Format, shots: list[Row], row: Row) -> dict[str, object]:
    """One sample: the prompt's fingerprint, the log-probabilities and what they decide."""
    prompt = form.prompt(shots, row)
    context = scorer.encode(prompt)
    # Encoded apart from the prompt. For these formats and this tokenizer joint encoding gives the same ids.
    continuations = [form.continuation(row, index) for index in range(4)]
    tokens = [scorer.encode(text) for text in continuations]
    logprobs = [scorer.continuation(context, ids) for ids in tokens]
    sample: dict[str, object] = {
        "format": form.name,
        "subject": row.subject,
        "prompt_sha256": hashlib.sha256(prompt.encode()).hexdigest(),
        "n_tokens": len(context),
        "continuations": continuations,
        "logprobs": [round(value, 6) for value in logprobs],
        "label_mass": round(sum(math.exp(value) for value in logprobs), 6),
        "prediction": int(np.argmax(logprobs)),
        "gold": row.answer,
    }
    if form is formats.HELM:
        best = int(scorer.log_probabilities(context, keep=1)[0].argmax())
        sample["generated"] = scorer.tokenizer.decode([best], skip_special_tokens=False)
        letter = str(sample["generated"]).strip()
        sample["prediction"] = formats.LETTERS.index(letter) if letter in tuple(formats.LETTERS) else None
    sample["correct"] = sample["prediction"] == row.answer
    return sample


def samples(scorer: Scorer, form: Format, splits: dict[str, list[Row]], k: int) -> Iterator[dict[str, object]]:
    """All test rows in file order; the pools of shots are those of the row's subject."""
    for subject in dict.fromkeys(row.subject for row in splits["test"]):
        own = {name: [row for row in rows if row.subject == subject] for name, rows in splits.items()}
        for shots, row in zip(shots_of_subject(form, own, k), own["test"]):
            yield {"key": f"test/{splits['test'].index(row)}"} | score(scorer, form, shots, row)


def wilson(correct: int, n: int, z: float = 1.959964) -> list[float]:
    """The 95 % Wilson interval of a proportion."""
    p, spread = correct / n, z * z / n
    centre = (p + spread / 2) / (1 + spread)
    half = z * math.sqrt(p * (1 - p) / n + spread / (4 * n)) / (1 + spread)
    return [round(centre - half, 4), round(centre + half, 4)]


def summary(results: list[dict[str, object]]) -> dict[str, object]:
    correct = sum(bool(sample["correct"]) for sample in results)
    return {
        "n": len(results),
        "correct": correct,
        "accuracy": round(correct / len(results), 4),
        "ci95": wilson(correct, len(results)),
        "label_mass": round(sum(float(sample["label_mass"]) for sample in results) / len(results), 4),
        "no_letter": sum(sample["prediction"] is None for sample in results),
    }


def check_cache(scorer: Scorer, text: str) -> float:
    """The largest difference between a prompt scored whole and scored as prefix and suffix."""
    ids = scorer.encode(text)
    whole = scorer.forward(ids)[0][0]
    worst = 0.0
    for cut in (1, len(ids) // 2, len(ids) - 1):
        past = scorer.forward(ids[:cut])[1:]
        suffix = scorer.forward(ids[cut:], past)[0][0]
        worst = max(worst, float(np.abs(suffix - whole[cut:]).max()))
    return worst


def recorded(results: list[dict[str, object]]) -> list[dict[str, object]]:
    """The first few samples of each subject."""
    seen: dict[str, int] = {}
    kept = []
    for sample in results:
        subject = str(sample["subject"])
        seen[subject] = seen.get(subject, 0) + 1
        if seen[subject] <= RECORDED_PER_SUBJECT:
            kept.append(sample)
    return kept


def write_expected(path: Path, heading: dict[str, object], kept: list[dict[str, object]]) -> None:
    """JSON with one sample a line, so that a change shows as the lines that changed."""
    head = json.dumps(heading, indent=1)[:-2]
    lines = ",\n  ".join(json.dumps(sample) for sample in kept)
    path.write_text(f'{head},\n "samples": [\n  {lines}\n ]\n}}\n')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shots", type=int, default=2)
    parser.add_argument("--write", action="store_true", help="write expected.json")
    arguments = parser.parse_args()
    scorer = Scorer(MODEL)
    splits = {name: read_split(name) for name in ("dev", "validation", "test")}
    accuracies: dict[str, object] = {}
    kept: list[dict[str, object]] = []
    for form in FORMATS:
        results = list(samples(scorer, form, splits, arguments.shots))
        accuracies[form.name] = summary(results)
        kept += recorded(results)
        print(form.name, json.dumps(accuracies[form.name]))
    longest = formats.ORIGINAL.prompt(splits["dev"][:5], splits["test"][0])
    print(f"prefix + suffix against whole: {check_cache(scorer, longest):.1e}")
    if arguments.write:
        digest = hashlib.sha256((MODEL / "onnx" / "model.onnx").read_bytes()).hexdigest()
        heading = {"model_sha256": digest, "num_fewshot": arguments.shots, "formats": accuracies}
        write_expected(HERE / "expected.json", heading, kept)


if __name__ == "__main__":
    main()
