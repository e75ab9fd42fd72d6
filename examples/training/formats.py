"""Prompt formats: the three that the demo evaluation compares, and the others seen in training.

A prompt is a list of segments. The benchmark joins their texts; training also reads the roles, to
know where the answers and the options stand. Every segment starts at a word boundary of the
tokenizer, so encoding them one by one equals encoding the joined text.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal

from world import Row

LETTERS = "ABCD"
HEAD = "The following are multiple choice questions (with answers) about"
HARNESS_SEED = 42


@dataclass(frozen=True)
class Segment:
    """A piece of a prompt. `option` is the index of the option shown by it."""

    text: str
    role: Literal["text", "option", "answer"] = "text"
    option: int = -1


@dataclass(frozen=True)
class Format:
    """One way to write a question down."""

    name: str
    head: Literal["", " ", "  "] = ""  # what stands before the subject in the first line; "" = no such line
    question_prefix: str = ""
    choices_line: bool = False
    option_label: str | None = "{}."  # None = the options are not shown
    answer: Literal["letter", "text", "label"] = "letter"

    def head_segments(self, subject: str) -> list[Segment]:
        if not self.head:
            return []
        return [Segment(HEAD), Segment(f"{self.head}{subject.replace('_', ' ')}.\n\n")]

    def item(self, row: Row) -> list[Segment]:
        """The question up to and including the answer cue."""
        segments = [Segment(self.question_prefix)] if self.question_prefix else []
        space = " " if self.question_prefix else ""
        segments.append(Segment(space + row.question))
        if self.choices_line:
            segments.append(Segment("\nChoices:"))
        if self.option_label:
            for index, choice in enumerate(row.choices):
                segments.append(Segment("\n" + self.option_label.format(LETTERS[index])))
                segments.append(Segment(" " + choice, "option", index))
        segments.append(Segment("\nAnswer:"))
        return segments

    def continuation(self, row: Row, index: int) -> str:
        """The string that stands for option `index` after the answer cue."""
        if self.answer == "text":
            return " " + row.choices[index]
        if self.answer == "label":
            return " " + self.option_label.format(LETTERS[index])
        return " " + LETTERS[index]

    def answered(self, row: Row) -> list[Segment]:
        return [*self.item(row), Segment(self.continuation(row, row.answer), "answer")]

    def segments(self, shots: list[Row], row: Row) -> list[Segment]:
        """A few-shot prompt that ends with the answer cue of `row`."""
        parts = self.head_segments(row.subject)
        for shot in shots:
            parts += [*self.answered(shot), Segment("\n\n")]
        return parts + self.item(row)

    def prompt(self, shots: list[Row], row: Row) -> str:
        return "".join(segment.text for segment in self.segments(shots, row))


ORIGINAL = Format("original", head="  ")
HELM = Format("helm", head=" ", question_prefix="Question:")
HARNESS = Format("harness-2023-01", question_prefix="Question:", choices_line=True, answer="text")

# Seen in training only, each in a small share: they give other formats of a user's own something to stand on.
PLAIN = Format("plain")
PARENTHESES = Format("parentheses", head=" ", option_label="({})", answer="label")
LEADING_SPACE = Format("leading-space", head=" ", option_label=" {}.")
CLOZE = Format("cloze", question_prefix="Question:", option_label=None, answer="text")
CLOZE_WITH_HEAD = Format("cloze-with-head", head=" ", question_prefix="Question:", option_label=None, answer="text")
# HELM's text, but the answer's own words instead of the letter.
HYBRID = Format("hybrid", head=" ", question_prefix="Question:", answer="text")


def original_shots(dev: list[Row], k: int) -> list[Row]:
    """hendrycks/test: the first k rows, the same for every question."""
    return dev[:k]


def helm_shots(dev: list[Row], k: int, seed: int = 0) -> list[Row]:
    """HELM: rows grouped by the text of their answer, groups shuffled by size, then taken in turns."""
    rng = random.Random(seed)
    groups: dict[str, list[Row]] = {}
    for row in dev:
        groups.setdefault(row.choices[row.answer], []).append(row)
    by_size: dict[int, list[str]] = {}
    for text in sorted(groups):
        by_size.setdefault(len(groups[text]), []).append(text)
    order: list[str] = []
    for size in sorted(by_size, reverse=True):
        rng.shuffle(by_size[size])
        order += by_size[size]
    shots: list[Row] = []
    while len(shots) < min(k, len(dev)):
        for text in order:
            if groups[text] and len(shots) < k:
                shots.append(groups[text].pop(rng.randrange(len(groups[text]))))
    return shots


def harness_shots(test: list[Row], validation: list[Row], k: int) -> list[list[Row]]:
    """Harness, January 2023: one random stream per subject, fresh validation rows for each question.

    The stream is spent in shuffled order; the answer is in file order.
    """
    rng = random.Random(HARNESS_SEED)
    order = list(range(len(test)))
    rng.shuffle(order)
    shots: list[list[Row]] = [[] for _ in test]
    for index in order if k else []:
        drawn = rng.sample(validation, k + 1)
        shots[index] = [row for row in drawn if row != test[index]][:k]
    return shots
