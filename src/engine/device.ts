import type { Device } from '../config/resolved';
import { type Message, message } from '../protocol/messages';

/** Names of ONNX Runtime's execution providers. */
export type Provider = Exclude<Device, 'auto'>;

/** What a trial on a provider showed. */
export type ProbedProvider =
	| {
			readonly provider: Provider;
			readonly usable: true;
			/** Whether a product of matrices kept all 24 bits of float32, as the CPU does; TF32 and half precision keep 11. */
			readonly precision: 'single' | 'reduced';
			readonly reason: null;
	  }
	| { readonly provider: Provider; readonly usable: false; readonly precision: null; readonly reason: Message };

/** The device of a model: what was asked for, what was found, what was taken and why. Recorded with every run. */
export interface DeviceRecord {
	readonly requested: Device;
	readonly chosen: Provider;
	readonly reason: Message;
	/** Empty where the CPU was asked for. */
	readonly probed: readonly ProbedProvider[];
}

/** What decides beside the providers. */
export interface DeviceFacts {
	/** Of the ONNX file. */
	readonly dtype: string;
}

export interface DeviceChoice {
	readonly provider: Provider;
	readonly reason: Message;
	/** What a reader of the numbers must know. */
	readonly notes: readonly Message[];
	/** Why the device that was asked for cannot be had; null where it can. */
	readonly missing: Message | null;
}

/** The providers that ONNX Runtime for Node may have on a platform, the CPU first; its own list has the last word. */
export function platformProviders(platform: string, arch: string): readonly Provider[] {
	switch (`${platform}-${arch}`) {
		case 'linux-x64':
			return ['cpu', 'cuda', 'webgpu'];
		case 'win32-x64':
		case 'win32-arm64':
			return ['cpu', 'dml', 'webgpu'];
		case 'darwin-arm64':
			return ['cpu', 'coreml', 'webgpu'];
		default:
			return ['cpu'];
	}
}

/** Which providers to try before choosing: none for the CPU, which is there or nothing is. */
export function providersToProbe(requested: Device, platform: string, arch: string): readonly Provider[] {
	switch (requested) {
		case 'cpu':
			return [];
		case 'auto':
			return platformProviders(platform, arch);
		default:
			return [requested];
	}
}

/**
 * Chooses the provider for a model.
 *
 * `auto` puts exactness first, as published numbers come from float32: CUDA for an fp32 file, where its trial kept single
 * precision, else the CPU. CoreML moves work to units that compute in half precision as it sees fit, which a trial cannot
 * rule out; WebGPU's and DirectML's numbers are not verified against the CPU's. Of files of other types it is the kernels
 * that round, each provider's in its own way. All of these are used where they are named.
 */
export function chooseDevice(requested: Device, probed: readonly ProbedProvider[], facts: DeviceFacts): DeviceChoice {
	if (requested === 'auto') {
		return chosenUnasked(probed, facts);
	}
	const found = probed.find(({ provider }) => provider === requested);
	if (requested === 'cpu' || found?.usable) {
		const reason = message('engine.device-asked', { device: requested });
		return { provider: requested, reason, notes: found ? notesOf(found) : [], missing: null };
	}
	const missing = found?.reason ?? message('engine.device-not-tried', {});
	const reason = message('engine.device-missing', { device: requested, reason: missing });
	return { provider: 'cpu', reason, notes: [reason], missing };
}

function chosenUnasked(probed: readonly ProbedProvider[], { dtype }: DeviceFacts): DeviceChoice {
	const others = probed.filter(({ provider, usable }) => usable && provider !== 'cpu');
	const cuda = others.find(({ provider }) => provider === 'cuda');
	if (cuda?.precision === 'single' && dtype === 'fp32') {
		return { provider: 'cuda', reason: message('engine.auto-cuda', {}), notes: [], missing: null };
	}
	return { provider: 'cpu', reason: whyCpu(others, cuda, dtype), notes: [], missing: null };
}

function whyCpu(others: readonly ProbedProvider[], cuda: ProbedProvider | undefined, dtype: string): Message {
	if (cuda) {
		return cuda.precision === 'single'
			? message('engine.auto-cpu-dtype', { dtype })
			: message('engine.auto-cpu-precision', {});
	}
	return others.length > 0
		? message('engine.auto-cpu-unverified', { devices: others.map(({ provider }) => provider).join(', ') })
		: message('engine.auto-cpu-alone', {});
}

function notesOf({ provider, precision }: ProbedProvider): Message[] {
	return precision === 'reduced' || provider === 'coreml'
		? [message('engine.device-reduced', { device: provider })]
		: [];
}
