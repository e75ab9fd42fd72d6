import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { devices } from '../config/resolved';
import { message, messageText } from '../protocol/messages';
import { chooseDevice, type ProbedProvider, type Provider, platformProviders, providersToProbe } from './device';

const usable = (provider: Provider, precision: 'single' | 'reduced' = 'single'): ProbedProvider => ({
	provider,
	usable: true,
	precision,
	reason: null,
});
const reason = message('engine.cuda-no-driver', {});
const missing = (provider: Provider): ProbedProvider => ({ provider, usable: false, precision: null, reason });
const cpu = usable('cpu');

describe('auto', () => {
	it.each([
		['CUDA that keeps single precision, for fp32', [cpu, usable('cuda')], 'fp32', 'cuda', 'engine.auto-cuda'],
		['no CUDA for other types', [cpu, usable('cuda')], 'q4', 'cpu', 'engine.auto-cpu-dtype'],
		['no CUDA that rounds', [cpu, usable('cuda', 'reduced')], 'fp32', 'cpu', 'engine.auto-cpu-precision'],
		['no WebGPU', [cpu, missing('cuda'), usable('webgpu')], 'fp32', 'cpu', 'engine.auto-cpu-unverified'],
		['no CoreML', [cpu, usable('coreml'), missing('webgpu')], 'fp32', 'cpu', 'engine.auto-cpu-unverified'],
		['no DirectML', [cpu, usable('dml'), usable('webgpu')], 'fp32', 'cpu', 'engine.auto-cpu-unverified'],
		['the CPU where it is alone', [cpu, missing('cuda'), missing('webgpu')], 'fp32', 'cpu', 'engine.auto-cpu-alone'],
	] as const)('takes %s', (_, probed, dtype, provider, code) => {
		const choice = chooseDevice('auto', probed, { dtype });
		expect(choice).toMatchObject({ provider, missing: null, notes: [] });
		expect(choice.reason.code).toBe(code);
		expect(messageText(choice.reason)).not.toMatch(/[{}]/);
	});

	it('names what could be used instead', () => {
		const { reason } = chooseDevice('auto', [cpu, usable('dml'), usable('webgpu')], { dtype: 'fp32' });
		expect(reason.params).toEqual({ devices: 'dml, webgpu' });
	});
});

describe('a device by name', () => {
	it('is taken where it can be used, and says so where it rounds', () => {
		expect(chooseDevice('webgpu', [usable('webgpu')], { dtype: 'q4' })).toEqual({
			provider: 'webgpu',
			reason: message('engine.device-asked', { device: 'webgpu' }),
			notes: [],
			missing: null,
		});
		const notes = [message('engine.device-reduced', { device: 'dml' })];
		expect(chooseDevice('dml', [usable('dml', 'reduced')], { dtype: 'fp32' })).toMatchObject({
			provider: 'dml',
			notes,
		});
		expect(chooseDevice('coreml', [usable('coreml')], { dtype: 'fp32' }).notes).toHaveLength(1);
	});

	it('becomes the CPU, with the reason, where it cannot', () => {
		const note = message('engine.device-missing', { device: 'cuda', reason });
		expect(chooseDevice('cuda', [missing('cuda')], { dtype: 'fp32' })).toEqual({
			provider: 'cpu',
			reason: note,
			notes: [note],
			missing: reason,
		});
		expect(messageText(note)).toBe(
			'The device cuda is not available here (this computer has no NVIDIA driver); computing on cpu.',
		);
	});

	it('needs no trial where it is the CPU', () => {
		expect(providersToProbe('cpu', 'linux', 'x64')).toEqual([]);
		expect(chooseDevice('cpu', [], { dtype: 'fp32' })).toMatchObject({ provider: 'cpu', notes: [], missing: null });
	});
});

it.each([
	['linux', 'x64', ['cpu', 'cuda', 'webgpu']],
	['linux', 'arm64', ['cpu']],
	['win32', 'x64', ['cpu', 'dml', 'webgpu']],
	['win32', 'arm64', ['cpu', 'dml', 'webgpu']],
	['darwin', 'arm64', ['cpu', 'coreml', 'webgpu']],
	['freebsd', 'x64', ['cpu']],
])('on %s-%s tries %j', (platform, arch, providers) => {
	expect(platformProviders(platform, arch)).toEqual(providers);
	expect(providersToProbe('auto', platform, arch)).toEqual(providers);
	expect(providersToProbe('webgpu', platform, arch)).toEqual(['webgpu']);
});

it('never chooses what its trial did not show to be usable, and nothing that rounds unasked', () => {
	const precision = fc.constantFrom('single' as const, 'reduced' as const, null);
	const found = fc.dictionary(fc.constantFrom(...devices.filter(device => device !== 'auto')), precision);
	fc.assert(
		fc.property(fc.constantFrom(...devices), found, fc.constantFrom('fp32', 'fp16', 'q4'), (requested, map, dtype) => {
			// The keys are those that the generator drew.
			const entries = Object.entries(map) as [Provider, 'single' | 'reduced' | null][];
			const probed = entries.map(([provider, kept]) => (kept ? usable(provider, kept) : missing(provider)));
			const { provider, missing: why } = chooseDevice(requested, probed, { dtype });
			expect(provider === 'cpu' || map[provider] != null).toBe(true);
			if (requested === 'auto') {
				expect(provider === 'cpu' || (provider === 'cuda' && map.cuda === 'single' && dtype === 'fp32')).toBe(true);
			} else {
				expect(provider === requested).toBe(why === null);
			}
		}),
	);
});
