import { expect, it } from 'vitest';
import type { OnDeviceFailure } from '../config/resolved';
import { Cancelled } from '../protocol/cancellation';
import { Failure, inputFailure, runFailure } from '../protocol/failure';
import { message } from '../protocol/messages';
import type { ProbedProvider, Provider } from './device';
import { deviceLost, namingDevice, openOnDevice } from './openOnDevice';

const usable = (provider: Provider): ProbedProvider => ({ provider, usable: true, precision: 'single', reason: null });
const noDriver = message('engine.cuda-no-driver', {});
const noCuda: ProbedProvider = { provider: 'cuda', usable: false, precision: null, reason: noDriver };

/** Opens on what the trials found; `fails` on the devices named. */
function open(
	requested: 'auto' | Provider,
	probed: readonly ProbedProvider[],
	fails: Partial<Record<Provider, unknown>> = {},
	onFailure: OnDeviceFailure = 'cpu_at_load',
) {
	const tried: Provider[] = [];
	const opening = openOnDevice({
		requested,
		onFailure,
		dtype: 'fp32',
		probe: async () => probed,
		load: async provider => {
			tried.push(provider);
			if (provider in fails) {
				throw fails[provider];
			}
			return provider;
		},
	});
	return { tried, opening };
}

const noMemory = runFailure('engine.device-load-failed', { device: 'cuda', file: 'm.onnx', reason: 'out of memory' });
const crashed = runFailure('engine.crashed', { how: 'SIGSEGV', stderr: '–' });

it('loads on the device chosen, and records what was found', async () => {
	const probed = [usable('cpu'), usable('cuda')];
	const { opening } = open('auto', probed);
	expect(await opening).toEqual({
		opened: 'cuda',
		device: { requested: 'auto', chosen: 'cuda', reason: message('engine.auto-cuda', {}), probed },
		notes: [],
	});
});

it.each([
	['that it refuses', noMemory, 'engine.device-not-loaded'],
	['that takes the process down', crashed, 'engine.device-crashed'],
])('puts a load %s on the CPU, with a note', async (_, error, code) => {
	for (const policy of ['cpu_at_load', 'cpu'] as const) {
		const { tried, opening } = open('cuda', [usable('cuda')], { cuda: error }, policy);
		const { device, notes, opened } = await opening;
		expect([tried, opened, device.chosen, device.reason.code]).toEqual([['cuda', 'cpu'], 'cpu', 'cpu', code]);
		expect(notes).toEqual([device.reason]);
	}
});

it.each([
	['the device is missing', [noCuda], {}, 'engine.device-unusable'],
	['it refuses the model', [usable('cuda')], { cuda: noMemory }, 'engine.device-load-failed'],
	['it takes the process down', [usable('cuda')], { cuda: crashed }, 'engine.device-unusable'],
])('stops where that is wanted and %s', async (_, probed, fails, code) => {
	const { tried, opening } = open('cuda', probed, fails, 'stop');
	await expect(opening).rejects.toMatchObject({ reason: { code } });
	expect(tried).not.toContain('cpu');
});

it('does not take for the fault of a device what is none', async () => {
	const foreign = inputFailure('engine.foreign-inputs', { file: 'm.onnx', inputs: 'pixels' });
	for (const error of [foreign, new Cancelled()]) {
		const { tried, opening } = open('cuda', [usable('cuda')], { cuda: error });
		await expect(opening).rejects.toBe(error);
		expect(tried).toEqual(['cuda']);
	}
	const { opening } = open('cpu', [], { cpu: crashed });
	await expect(opening).rejects.toBe(crashed);
});

it('tells the loss of a device from the end of the process on the CPU', () => {
	expect(namingDevice(crashed, 'cpu')).toBe(crashed);
	const lost = namingDevice(crashed, 'webgpu');
	expect(lost).toBeInstanceOf(Failure);
	expect(deviceLost(lost)).toEqual(message('engine.device-lost', { device: 'webgpu', reason: 'SIGSEGV: –' }));
	expect([deviceLost(crashed), deviceLost(new Cancelled())]).toEqual([null, null]);
});
