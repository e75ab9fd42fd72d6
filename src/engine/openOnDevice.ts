import type { Device, OnDeviceFailure } from '../config/resolved';
import { Failure, inputFailure, runFailure } from '../protocol/failure';
import { type Message, message } from '../protocol/messages';
import { chooseDevice, type DeviceRecord, type ProbedProvider, type Provider } from './device';

export interface OpenOnDevice<T> {
	readonly requested: Device;
	readonly onFailure: OnDeviceFailure;
	readonly dtype: string;
	/** Tries what the request needs to know of. */
	readonly probe: () => Promise<readonly ProbedProvider[]>;
	readonly load: (provider: Provider) => Promise<T>;
}

export interface OpenedOnDevice<T> {
	readonly opened: T;
	readonly device: DeviceRecord;
	readonly notes: readonly Message[];
}

/**
 * Chooses the device of a model and loads it there; where the device cannot be had, or cannot load it, on the CPU with a
 * note, unless that is not wanted.
 */
export async function openOnDevice<T>(wanted: OpenOnDevice<T>): Promise<OpenedOnDevice<T>> {
	const { requested, onFailure, dtype, load } = wanted;
	const probed = await wanted.probe();
	const { provider, reason, notes, missing } = chooseDevice(requested, probed, { dtype });
	if (missing && onFailure === 'stop') {
		throw inputFailure('engine.device-unusable', { device: requested, reason: missing });
	}
	try {
		return { opened: await load(provider), device: { requested, chosen: provider, reason, probed }, notes };
	} catch (error) {
		const note = provider === 'cpu' ? null : loadFailure(error, provider);
		if (!note) {
			throw error;
		}
		if (onFailure === 'stop') {
			throw note.code === 'engine.device-crashed' ? unusable(error, provider) : error;
		}
		const device = { requested, chosen: 'cpu', reason: note, probed } as const;
		return { opened: await load('cpu'), device, notes: [note] };
	}
}

/** What a device's failure to load is called; null for what is no fault of a device. */
function loadFailure(error: unknown, device: Provider): Message | null {
	if (!(error instanceof Failure)) {
		return null;
	}
	switch (error.reason.code) {
		case 'engine.crashed':
			return message('engine.device-crashed', { device });
		case 'engine.device-load-failed':
			return message('engine.device-not-loaded', { device, reason: error.reason.params.reason ?? '' });
		default:
			return null;
	}
}

function unusable(error: unknown, device: Provider): Failure {
	const how = error instanceof Failure ? (error.reason.params.how ?? '') : '';
	return inputFailure('engine.device-unusable', { device, reason: message('engine.device-ended', { how }) }, error);
}

/**
 * An error of an engine on a device, by what brought it about: another device than the CPU is lost with the process that
 * it takes down.
 */
export function namingDevice(error: unknown, device: Provider): unknown {
	if (device === 'cpu' || !(error instanceof Failure) || error.reason.code !== 'engine.crashed') {
		return error;
	}
	const { how, stderr } = error.reason.params;
	return runFailure('engine.device-lost', { device, reason: `${how}: ${stderr}` }, error);
}

/** What a lost device says; null for other errors. */
export function deviceLost(error: unknown): Message | null {
	return error instanceof Failure && error.reason.code === 'engine.device-lost' ? error.reason : null;
}
