"""The demo model's tokenizer: byte-level BPE in which every answer of the world is one token."""

from __future__ import annotations

import json
import random
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from formats import CLOZE_WITH_HEAD, HARNESS, HELM, LEADING_SPACE, ORIGINAL, PARENTHESES
from world import Kind, Sampler

END_OF_TEXT = "<|endoftext|>"
VOCABULARY = 3072


def _corpus(kinds: list[Kind], seed: int) -> list[str]:
    """Prompts of every format, and each answer often enough that merging it to one token pays."""
    rng = random.Random(seed)
    sampler = Sampler(kinds, held_out=False)
    texts = []
    for form in (ORIGINAL, HELM, HARNESS, PARENTHESES, LEADING_SPACE, CLOZE_WITH_HEAD):
        for kind in kinds:
            for _ in range(20):
                texts.append(form.prompt([sampler.draw(kind, rng)], sampler.draw(kind, rng)))
    words = sorted({word for kind in kinds for fact in kind.facts for word in (fact.answer, *fact.words)})
    return texts + [f" {word}" * 20 for word in words]


def train_tokenizer(kinds: list[Kind], seed: int) -> Tokenizer:
    """A GPT-2 style tokenizer. All 256 byte symbols are in the vocabulary, so that no text is lost."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=[END_OF_TEXT],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_corpus(kinds, seed), trainer)
    return tokenizer


def save_tokenizer(tokenizer: Tokenizer, folder: Path) -> None:
    """Writes tokenizer.json and tokenizer_config.json as Hugging Face libraries read them."""
    tokenizer.save(str(folder / "tokenizer.json"))
    special = {
        "content": END_OF_TEXT, "lstrip": False, "normalized": False,
        "rstrip": False, "single_word": False, "special": True,
    }
    settings = {
        "add_bos_token": False,
        "added_tokens_decoder": {"0": special},
        "bos_token": END_OF_TEXT,
        "clean_up_tokenization_spaces": False,
        "eos_token": END_OF_TEXT,
        "model_max_length": 1024,
        "pad_token": END_OF_TEXT,
        "tokenizer_class": "PreTrainedTokenizerFast",
        "unk_token": END_OF_TEXT,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=2) + "\n")
