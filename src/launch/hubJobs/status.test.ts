import { expect, it } from 'vitest';
import { messageText } from '../../protocol/messages';
import { phaseOf } from './status';

it.each([
	['INFO:     Application startup complete.', 'the server is up'],
	['INFO:     Uvicorn running on http://0.0.0.0:8000 (Press CTRL+C to quit)', 'the server is up'],
	['(EngineCore_0 pid=9) INFO 11-28 [backends.py:548] torch.compile takes 9.83 s', 'the server is warming up'],
	['Capturing CUDA graphs (mixed prefill-decode, PIECEWISE):  42%|████▏     | 28/67', 'the server is warming up'],
	['Loading safetensors checkpoint shards:  50% Completed | 1/2', 'the model is being loaded'],
	['INFO [gpu_model_runner.py:2338] Starting to load model acme/tiny...', 'the model is being loaded'],
	['INFO [weight_utils.py:348] Time spent downloading weights for acme/tiny', 'the weights are being downloaded'],
	['Fetching 4 files: 25%', 'the weights are being downloaded'],
	['Pulling image vllm/vllm-openai:latest', 'the image is being pulled'],
	['===== Job started at 2026-11-28T10:00:00Z =====', 'the container has started'],
	['WARNING something else', null],
])('reads where a server stands: %s', (line, phase) => {
	const found = phaseOf(['===== Application started', line, '', 'nothing that tells']);
	expect(found && messageText(found)).toBe(phase);
});

it('goes by the last line that tells', () => {
	const lines = [
		'Loading safetensors checkpoint shards: 1/2',
		'Application startup complete',
		'10.0.0.1 "GET /health" 200',
	];
	expect(phaseOf(lines)?.code).toBe('jobs.serving');
	expect(phaseOf([])).toBeNull();
});
