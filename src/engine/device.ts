import type { Device } from '../config/resolved';

/** Names of ONNX Runtime's execution providers. */
export type Provider = 'cpu' | 'webgpu' | 'cuda' | 'dml' | 'coreml';

/**
 * The provider to try for a device. `auto` is the CPU, which computes the published numbers everywhere: another device
 * has to be measured against it, for time and for its numbers, before it may be chosen unasked.
 */
export function providerFor(device: Device): Provider {
	return device === 'auto' ? 'cpu' : device;
}
