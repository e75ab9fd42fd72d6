import type { Device, OnDeviceFailure } from '../config/resolved';
import type { EngineInfo } from '../engine/contract';
import type { DeviceRecord, Provider } from '../engine/device';
import { deviceLost } from '../engine/openOnDevice';
import { type Message, message } from '../protocol/messages';
import type { DeviceChange, ModelDevices, ModelRecord } from './record';

/** The sample that was to be next when the device failed. */
export type NextSample = Pick<DeviceChange, 'from_sample' | 'variant' | 'key'>;

/** What one sitting on one engine is asked to do. */
export interface Attempt {
	readonly device: Device;
	readonly onDeviceFailure: OnDeviceFailure;
	/** The change that led to this attempt; null: none in this sitting. */
	readonly changed: DeviceChange | null;
}

/**
 * Computes a model's samples; where its device fails on the way and the model says `on_device_failure: cpu`, once more on
 * the CPU, which goes on with what is missing.
 *
 * A run that is continued stays on the device that its last samples are from, also where another would be chosen now: one
 * run's numbers come from one engine, but for a change that it tells of.
 */
export async function onWorkingDevice(
	model: { readonly device: Device; readonly onDeviceFailure: OnDeviceFailure },
	before: ModelRecord | undefined,
	attempt: (attempt: Attempt) => Promise<void>,
	next: () => NextSample | null,
): Promise<void> {
	// Records hold names that this program wrote.
	const device = before ? (before.device as Device) : model.device;
	const { onDeviceFailure } = model;
	try {
		await attempt({ device, onDeviceFailure, changed: null });
	} catch (error) {
		const reason = deviceLost(error);
		const sample = next();
		if (!reason || !sample || onDeviceFailure !== 'cpu') {
			throw error;
		}
		await attempt({ device: 'cpu', onDeviceFailure, changed: { ...sample, reason } });
	}
}

/**
 * The devices of a model over all its sittings: chosen once, changed at most once. Samples that the cache answered are of the
 * device that was expected, which is then the one chosen, also where it turns out that it cannot be had any more.
 */
export function modelDevices(
	now: DeviceRecord,
	before: ModelRecord | undefined,
	changed: DeviceChange | null,
	expected: string,
	next: NextSample | null,
): ModelDevices {
	const first = before?.devices;
	const change = changed ?? changeAtLoad(expected, now, next);
	if (first) {
		return { ...first, changed: first.changed ?? change };
	}
	if (!change || change.from_sample === 0) {
		return { ...now, changed: null };
	}
	const { requested } = now;
	const reason =
		requested === 'auto' ? message('engine.auto-cuda', {}) : message('engine.device-asked', { device: requested });
	// A device that was expected is one of ours.
	return { ...now, chosen: expected as Provider, reason, changed: change };
}

/** A device that samples are recorded of, and that cannot be had now. */
function changeAtLoad(expected: string, now: DeviceRecord, next: NextSample | null): DeviceChange | null {
	return expected !== 'cpu' && now.chosen === 'cpu' && next ? { ...next, reason: now.reason } : null;
}

/** Whether a run may go on on another device than before: on the CPU, where that is wanted, and told of. */
export function mayChange(
	{ onDeviceFailure }: { readonly onDeviceFailure: OnDeviceFailure },
	now: EngineInfo,
): boolean {
	return onDeviceFailure === 'cpu' && now.device === 'cpu';
}

/** What a reader of the numbers must know: of all sittings, each sentence once. */
export function notesOf(
	model: string,
	{ chosen, changed }: ModelDevices,
	notes: readonly Message[],
	before: ModelRecord | undefined,
): Message[] {
	const all = [...(before?.notes ?? []), ...notes, ...(changed ? [changeNote(model, chosen, changed)] : [])];
	return eachOnce(all);
}

/** Notes without those that stand there twice. */
export function eachOnce(notes: readonly Message[]): Message[] {
	return [...new Map(notes.map(note => [JSON.stringify(note), note])).values()];
}

function changeNote(model: string, device: string, { from_sample, variant, key, reason }: DeviceChange): Message {
	// Of a sentence about the device, the part that says what happened.
	const why = reason.params.reason ?? reason;
	return message('engine.device-changed', { sample: from_sample + 1, variant, key, model, device, reason: why });
}
