"""Writes the demo questions (../demo-questions) from the held-out side of the world."""

from __future__ import annotations

import json
import random
from dataclasses import asdict
from pathlib import Path

from world import Kind, Row, Sampler, build_world

SEED = 2023
SPLITS = {"dev": 5, "validation": 8, "test": 70}  # rows per subject
FOLDER = Path(__file__).parent.parent / "demo-questions"


def _balanced_golds(count: int, rng: random.Random) -> list[int]:
    """Places of the right option: each as often as the others, in a random order."""
    golds = [index % 4 for index in range(count)]
    rng.shuffle(golds)
    return golds


def subject_rows(kinds: list[Kind], sampler: Sampler, rng: random.Random) -> dict[str, list[Row]]:
    """All splits of one subject; no question with the same right answer comes twice."""
    seen: set[tuple[str, str]] = set()
    splits: dict[str, list[Row]] = {}
    for split, count in SPLITS.items():
        rows: list[Row] = []
        for gold in _balanced_golds(count, rng):
            while True:
                row = sampler.draw(rng.choice(kinds), rng, gold)
                if (identity := (row.question, row.choices[row.answer])) not in seen:
                    break
            seen.add(identity)
            rows.append(row)
        splits[split] = rows
    return splits


def main() -> None:
    rng = random.Random(SEED)
    kinds = build_world()
    sampler = Sampler(kinds, held_out=True)
    lines: dict[str, list[str]] = {split: [] for split in SPLITS}
    for subject in sorted({kind.subject for kind in kinds}):
        own = [kind for kind in kinds if kind.subject == subject]
        for split, rows in subject_rows(own, sampler, rng).items():
            lines[split] += [json.dumps(asdict(row)) for row in rows]
    FOLDER.mkdir(exist_ok=True)
    for split, content in lines.items():
        (FOLDER / f"{split}.jsonl").write_text("\n".join(content) + "\n")
        print(f"{split}: {len(content)} rows")


if __name__ == "__main__":
    main()
