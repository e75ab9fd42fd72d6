"""Trains the demo model from scratch on the small world: one CPU thread, one seed, some minutes."""

from __future__ import annotations

import argparse
import random
import time
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional as F

import formats
from formats import Format
from model import Decoder, Shape
from tokenizer import save_tokenizer, train_tokenizer
from world import Kind, Row, Sampler, build_memberships, build_world

SEED = 7
TOKENS_PER_STEP = 2600
LEARNING_RATE, WARM_UP, COOL_DOWN = 2e-3, 100, 200  # the last two in steps
OTHER_TOKENS_SHARE, OTHER_TOKENS_WEIGHT = 0.08, 0.1
PROBE_WEIGHT = 0.5

# The unequal diet is the point of this model: what it has seldom seen it answers less well.
SHARES: dict[Format, float] = {
    formats.ORIGINAL: 0.68,
    formats.PLAIN: 0.14,
    formats.HELM: 0.01,
    formats.HARNESS: 0.03,
    formats.CLOZE: 0.03,
    formats.CLOZE_WITH_HEAD: 0.02,
    formats.HYBRID: 0.03,
    formats.PARENTHESES: 0.03,
    formats.LEADING_SPACE: 0.03,
}


class Lesson:
    """A stage of the curriculum: which questions, how many of them copying drills, how many shots."""

    def __init__(
        self,
        kinds: list[Kind],
        drills: float,
        most_shots: int,
        shares: dict[Format, float] | None = None,
    ):
        self.drills, self.most_shots, self.shares = drills, most_shots, shares
        self.sampler = Sampler(kinds, held_out=False)
        self.subjects: dict[str, list[Kind]] = {}
        for kind in kinds:
            self.subjects.setdefault(kind.subject, []).append(kind)


# A lesson is left when the running accuracy on the answers passes the mark; the last one is not left.
PASS_MARK = 0.75
LESSONS = (
    Lesson(build_memberships(2), drills=0.30, most_shots=0),
    Lesson(build_memberships(5), drills=0.25, most_shots=1),
    Lesson(build_memberships(), drills=0.20, most_shots=2),
    Lesson(build_world(), drills=0.10, most_shots=5, shares=SHARES),
)
SHOT_WEIGHTS = (0.30, 0.15, 0.25, 0.15, 0.08, 0.07)


@dataclass
class Sequence:
    """One training sequence: ids, the positions that answer, and where the options' words end."""

    ids: list[int]
    answers: list[int]  # positions whose *next* token belongs to an answer
    options: list[tuple[int, int, bool]]  # position, letter, whether it is the right option


class Encoder:
    """Encodes segments; most of them recur, so their ids are kept."""

    def __init__(self, tokenizer: Tokenizer):
        self.tokenizer = tokenizer
        self.cache: dict[str, list[int]] = {}

    def ids(self, text: str) -> list[int]:
        if text not in self.cache:
            self.cache[text] = self.tokenizer.encode(text).ids
        return self.cache[text]

    def sequence(self, items: list[tuple[Format, Row]]) -> Sequence:
        """All rows, each with its answer, under one head."""
        result = Sequence([], [], [])
        first, row = items[0]
        for segment in first.head_segments(row.subject):
            result.ids += self.ids(segment.text)
        for number, (form, row) in enumerate(items):
            if number:
                result.ids += self.ids("\n\n")
            for segment in form.answered(row):
                ids = self.ids(segment.text)
                if segment.role == "answer":
                    start = len(result.ids) - 1
                    result.answers += range(start, start + len(ids))
                result.ids += ids
                if segment.role == "option":
                    result.options.append((len(result.ids) - 1, segment.option, segment.option == row.answer))
        return result


class Diet:
    """Draws training sequences for a lesson."""

    def __init__(self, encoder: Encoder, seed: int):
        self.rng = random.Random(seed)
        self.encoder = encoder

    def batch(self, lesson: Lesson) -> list[Sequence]:
        """Sequences with one number of shots, about TOKENS_PER_STEP tokens together."""
        shots = self.rng.choices(range(lesson.most_shots + 1), SHOT_WEIGHTS[: lesson.most_shots + 1])[0]
        sequences: list[Sequence] = []
        size = 0
        while size < TOKENS_PER_STEP:
            sequences.append(self._sequence(lesson, shots))
            size += len(sequences[-1].ids)
        return sequences

    def _sequence(self, lesson: Lesson, shots: int) -> Sequence:
        form = self.rng.choices(list(lesson.shares), lesson.shares.values())[0] if lesson.shares else formats.ORIGINAL
        kinds = lesson.subjects[self.rng.choice(list(lesson.subjects))]
        rows = [self._row(lesson, self.rng.choice(kinds)) for _ in range(shots + 1)]
        return self.encoder.sequence([(form, row) for row in rows])

    def _row(self, lesson: Lesson, kind: Kind) -> Row:
        """A question of the kind, or now and then one that is answered by copying."""
        row = lesson.sampler.draw(kind, self.rng)
        if self.rng.random() < lesson.drills:
            return replace(row, question=f"Which of these is {row.choices[row.answer]}?")
        return row


class Probes(nn.Module):
    """Two readings that make letter binding appear early; they are not part of the exported model.

    After layer 1 an option's word must know its letter, after layer 2 whether it is the right option.
    """

    def __init__(self, hidden: int):
        super().__init__()
        self.letter = nn.Linear(hidden, 4)
        self.right = nn.Linear(hidden, 1)

    def loss(self, states: list[Tensor], batch: list[Sequence]) -> Tensor:
        places = [(i, *option) for i, sequence in enumerate(batch) for option in sequence.options]
        if not places:
            return states[0].new_zeros(())
        rows, columns, letters, right = (torch.tensor(column) for column in zip(*places))
        letter_loss = F.cross_entropy(self.letter(states[1][rows, columns]), letters)
        right_logits = self.right(states[2][rows, columns]).squeeze(-1)
        return letter_loss + F.binary_cross_entropy_with_logits(right_logits, right.float())


def pad(batch: list[Sequence]) -> Tensor:
    """Right padding; under a causal mask it changes nothing before it."""
    longest = max(len(sequence.ids) for sequence in batch)
    return torch.tensor([sequence.ids + [0] * (longest - len(sequence.ids)) for sequence in batch])


def answer_loss(model: Decoder, hidden: Tensor, ids: Tensor, batch: list[Sequence], rng: random.Random):
    """Cross entropy on the answers, and a little on some of the other tokens; accuracy on the answers."""
    places: list[tuple[int, int, float]] = []
    for row, sequence in enumerate(batch):
        answers = set(sequence.answers)
        for position in range(len(sequence.ids) - 1):
            if position in answers:
                places.append((row, position, 1.0))
            elif rng.random() < OTHER_TOKENS_SHARE:
                places.append((row, position, OTHER_TOKENS_WEIGHT))
    rows, columns, weights = (torch.tensor(column) for column in zip(*places))
    logits = model.logits(hidden[rows, columns])
    targets = ids[rows, columns + 1]
    losses = F.cross_entropy(logits, targets, reduction="none")
    of_answers = weights == 1.0
    accuracy = (logits.argmax(-1) == targets)[of_answers].float().mean().item()
    return (losses * weights).sum() / weights.sum(), accuracy


def learning_rate(step: int, steps: int) -> float:
    return LEARNING_RATE * min(1.0, (step + 1) / WARM_UP, (steps - step) / COOL_DOWN)


def train(model: Decoder, diet: Diet, steps: int) -> None:
    """Goes through the lessons in a fixed number of steps."""
    probes = Probes(model.shape.hidden)
    parameters = [*model.parameters(), *probes.parameters()]
    optimizer = torch.optim.AdamW(parameters, lr=LEARNING_RATE, betas=(0.9, 0.98), weight_decay=0.01)
    rng = random.Random(SEED)
    lesson, running, started = 0, 0.25, time.monotonic()
    for step in range(steps):
        batch = diet.batch(LESSONS[lesson])
        ids = pad(batch)
        states = model(ids)
        loss, accuracy = answer_loss(model, states[-1], ids, batch, rng)
        total = loss + PROBE_WEIGHT * probes.loss(states, batch)
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, steps)
        optimizer.zero_grad()
        total.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        running = 0.97 * running + 0.03 * accuracy
        if running > PASS_MARK and lesson < len(LESSONS) - 1:
            lesson, running = lesson + 1, 0.25
            print(f"step {step}: lesson {lesson}", flush=True)
        if step % 20 == 0:
            print(f"{step:6d} {time.monotonic() - started:6.0f} s  loss {loss.item():.3f}  answers {running:.3f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=1100)
    parser.add_argument("--out", type=Path, required=True, help="folder for weights.pt and the tokenizer")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    tokenizer = train_tokenizer(build_world(), SEED)
    save_tokenizer(tokenizer, arguments.out)
    model = Decoder(Shape(vocabulary=tokenizer.get_vocab_size()))
    train(model, Diet(Encoder(tokenizer), SEED), arguments.steps)
    torch.save({"shape": model.shape.__dict__, "weights": model.state_dict()}, arguments.out / "weights.pt")


if __name__ == "__main__":
    main()
