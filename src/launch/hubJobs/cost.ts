import { editDistance } from '../../config/closest';
import type { Hardware } from '../../hub/jobs/hardware';
import { inputFailure, runFailure } from '../../protocol/failure';
import type { Estimate } from '../contract';

/** An exposed port costs this beside the hardware. */
const portDollarsAnHour = 0.01;
const suggestions = 3;

/**
 * What a job costs at most: its hardware by the minute and its port by the hour, each begun one in full, until the time
 * limit (Hugging Face, Jobs pricing).
 * @param timeout Seconds.
 */
export function jobEstimate({ dollarsAMinute }: Hardware, timeout: number): Omit<Estimate, 'speed'> {
	return {
		maximalCost: {
			dollars: dollarsAMinute * Math.ceil(timeout / 60) + portDollarsAnHour * Math.ceil(timeout / 3600),
			dollarsAnHour: dollarsAnHour(dollarsAMinute),
		},
		longest: timeout,
	};
}

export function dollarsAnHour(dollarsAMinute: number): number {
	return dollarsAMinute * 60 + portDollarsAnHour;
}

/** @throws Failure, with what there is and what it costs, where no hardware is called so. */
export function hardwareNamed(flavor: string, all: readonly Hardware[]): Hardware {
	const found = all.find(({ name }) => name === flavor);
	if (found) {
		return found;
	}
	if (all.length === 0) {
		throw runFailure('jobs.no-hardware', {});
	}
	const byDistance = all
		.map(one => ({ one, distance: editDistance(flavor.toLowerCase(), one.name.toLowerCase()) }))
		.sort((a, b) => a.distance - b.distance || a.one.dollarsAMinute - b.one.dollarsAMinute);
	throw inputFailure('jobs.unknown-flavor', {
		flavor,
		nearest: byDistance
			.slice(0, suggestions)
			.map(({ one }) => `${one.name} ($${(one.dollarsAMinute * 60).toFixed(2)}/h)`)
			.join(', '),
		all: all.map(({ name }) => name).join(', '),
	});
}
