import { expect, it } from 'vitest';
import { forwardFailure } from './forwardFailure';

const native = new Error('/src/cuda_call.cc:123 CudaCall() error was false. out of memory\n  stack');

it('is the loss of a device that the CPU can stand in for', () => {
	const { kind, reason } = forwardFailure(native, { file: 'm.onnx', device: 'cuda' });
	expect(kind).toBe('run');
	expect(reason).toEqual({ code: 'engine.device-lost', params: { device: 'cuda', reason: 'out of memory' } });
});

it('is the end on the CPU', () => {
	const { reason } = forwardFailure(native, { file: 'm.onnx', device: 'cpu' });
	expect(reason).toEqual({ code: 'engine.forward-failed', params: { file: 'm.onnx', reason: 'out of memory' } });
});
