/** Sentences of the rooms tokenizer and engine. */
export const engineMessages = {
	'tokenizer.missing':
		'The model folder {folder} has no tokenizer.json. It holds: {found}. Download the model’s tokenizer.json (and tokenizer_config.json) into it.',
	'tokenizer.not-readable': '{file} could not be read ({code}).',
	'tokenizer.not-json': '{file} is not JSON: {reason}. It may be cut off; download it again.',
	'tokenizer.not-supported':
		'{file} describes a tokenizer that is not supported: {reason}. BPE, Unigram, WordPiece and WordLevel tokenizers are.',
	'tokenizer.no-bos':
		'`add_bos_token: true` asks for a BOS token, but the tokenizer has none. Name one as `bos_token` in tokenizer_config.json, or use `auto`.',
	'tokenizer.empty-context':
		'The prompt is empty and the tokenizer has no BOS token, so nothing stands before the answer “{continuation}”. Add text to the prompt.',
	'tokenizer.empty-continuation':
		'The answer “{continuation}” gives no token after the prompt, so it has no probability. Write a text that the tokenizer keeps.',
	'tokenizer.chat-broken': 'The chat template in {file} cannot be rendered: {reason}.',
	'tokenizer.chat-refused':
		'The chat template in {file} refuses this conversation: {reason}. Change what the messages are: some models take no system message (description, system_instruction), or no shots as turns of their own (fewshot_as_multiturn).',

	'engine.folder-missing': 'There is no model folder {folder}.',
	'engine.hub-no-onnx':
		'The model {model} has no ONNX file of a text decoder, which is what runs on this computer. It has: {found}. Search the Hub for its name with the tag `onnx`: the organisation `onnx-community` exports many models.',
	'engine.hub-no-dtype': 'The model {model} has no ONNX file for dtype {dtype}. It has: {present}.',
	'engine.hub-no-tokenizer':
		'The model {model} has no tokenizer.json, which prompts are read with. It has: {found}. Look for an export of it by `onnx-community`, or a model that has one.',
	'engine.no-onnx':
		'The model folder {folder} has no ONNX file that Eval Lens knows by name (such as onnx/model.onnx). It holds: {found}.',
	'engine.no-dtype': 'The model folder {folder} has no ONNX file for dtype {dtype}. It has: {present}.',
	'engine.unknown-dtype': '{dtype} is no dtype. Use one of: {known}.',
	'engine.config-broken': '{file} is not a model configuration: {reason}. Download it again.',
	'engine.not-readable': '{file} could not be read ({code}).',

	'engine.model-broken':
		'ONNX Runtime cannot load {file}: {reason}. The file may be cut off, or miss its external data; download it again.',
	'engine.wrong-architecture':
		'{file} is not a text decoder in Hugging Face’s layout: it has no {missing}. Export the model with its cache (in Optimum: task text-generation-with-past).',
	'engine.foreign-inputs':
		'{file} asks for inputs that a text decoder does not have: {inputs}. Choose a model that reads text alone.',
	'engine.open-size': '{file} leaves the size {field} open, and config.json does not give it. Add it to config.json.',
	'engine.no-runtime':
		'ONNX Runtime could not start on this computer ({platform}): {reason}. Results can be looked at, but no local model can run here.',
	'engine.forward-failed': 'ONNX Runtime failed while computing with {file}: {reason}.',
	'engine.not-finite':
		'{file} gave a value that is not a number ({device}). With half precision this is an overflow: choose another dtype, or `device: cpu`.',
	'engine.token-out-of-range':
		'Token {token} is not in the vocabulary of {file} ({size} tokens): tokenizer.json belongs to another model.',

	'engine.chunk-sensitive':
		'{file} quantises activations over what is computed at a time, so its numbers depend on how prompts are cut. Each prompt is cut after its shots and computed alone (`chunking: fixed`); compare only runs that were cut alike, or take an fp32 or q4 export.',
	'engine.chunk-shared':
		'{file} quantises activations over what is computed at a time, and `chunking: shared` computes prompts together, so its numbers depend on what else is in the run: they are neither kept for other runs nor taken from them. `chunking: fixed` avoids that; or take an fp32 or q4 export.',
	'engine.graph-differs':
		'A copy of {file} that would compute faster gave other numbers (by {difference}); the file itself is used.',
	'engine.device-missing': 'The device {device} is not available here ({reason}); computing on cpu.',
	'engine.device-unusable':
		'The device {device} is not available here ({reason}), and the model says `on_device_failure: stop`. Choose another device, or `on_device_failure: cpu_at_load` to compute on the CPU.',
	'engine.device-load-failed': 'The device {device} could not load {file}: {reason}.',
	'engine.device-not-loaded': 'The device {device} could not load the model ({reason}); computing on cpu.',
	'engine.device-crashed':
		'The device {device} ended the engine process while the model was loading; computing on cpu.',
	'engine.device-lost':
		'The device {device} failed while computing: {reason}. What was computed is kept: run again to continue on it, or set `on_device_failure: cpu` on the model to continue on the CPU, whose last digits may differ.',
	'engine.device-changed':
		'From sample {sample} on ({variant}, {key}), {model} was computed on cpu, as {device} failed: {reason}. Last digits may differ from those before.',
	'engine.device-reduced':
		'{device} computes with less than single precision: compare these numbers with others from the same device alone.',

	'engine.device-asked': '`device: {device}` was asked for',
	'engine.auto-cuda': 'CUDA is there and kept single precision in a trial, which is what published numbers come from',
	'engine.auto-cpu-alone': 'no other device can be used here',
	'engine.auto-cpu-unverified':
		'{devices} can be used here, but may round in other ways than the CPU; to use it, name it as `device`',
	'engine.auto-cpu-dtype':
		'CUDA is taken unasked for fp32 files alone, and this one is {dtype}; to use it, write `device: cuda`',
	'engine.auto-cpu-precision':
		'CUDA did not keep single precision in a trial; to use it all the same, write `device: cuda`',

	'engine.device-not-tried': 'it was not tried',
	'engine.device-not-built': 'ONNX Runtime for {platform} does not have it; it has {present}',
	'engine.device-refused': '{reason}',
	'engine.device-wrong': 'a trial on it gave wrong numbers',
	'engine.device-ended': 'it ended the engine process ({how})',
	'engine.device-silent': 'a trial on it had not ended after {seconds} s',
	'engine.device-no-vulkan':
		'WebGPU needs the Vulkan loader libvulkan.so.1, which is not installed: install the package libvulkan1 (Debian, Ubuntu, openSUSE), vulkan-loader (Fedora) or vulkan-icd-loader (Arch)',
	'engine.cuda-not-installed':
		'CUDA support is not installed: run the command “Eval Lens: Install CUDA Support”, or `eval-lens install-cuda`',
	'engine.cuda-no-driver': 'this computer has no NVIDIA driver',
	'engine.cuda-library-missing':
		'CUDA support needs {library}, which is not installed: install the libraries of CUDA 12 and cuDNN 9 from NVIDIA or your distribution',

	'engine.hung':
		'The engine process has said nothing for {minutes} minutes and was ended. What was computed is kept: run again to continue.',
	'engine.not-started': 'The engine process could not be started: {reason}.',
	'engine.crashed':
		'The engine process ended unexpectedly ({how}). Its last words: {stderr}. What was computed is kept: run again to continue. If this happens again, the computer may be short of memory; choose a smaller model or dtype.',
} as const satisfies Record<string, string>;
