import { expect } from 'vitest';
import type { Launch } from '../../src/config/launch';
import type { LogTiming } from '../../src/hub/jobs/logs';
import type { LaunchRequest, ServedModel } from '../../src/launch/contract';
import { Failure } from '../../src/protocol/failure';
import { type HubStandIn, startHubStandIn } from './standIn';

/** Short enough for tests, long enough for a busy machine. */
export const shortTiming: LogTiming = { quiet: 60, dead: 500, tail: 50 };

/** A stand-in whose jobs wait to be run, with a model that is open, one that is gated and one that is private. */
export async function startWithModels(): Promise<HubStandIn> {
	const standIn = await startHubStandIn();
	standIn.jobs.startsAfterMs = null;
	standIn.addModel({ id: 'acme/tiny', files: { 'config.json': '{}' } });
	standIn.addModel({ id: 'acme/shut', gated: 'manual', files: { 'config.json': '{}' } });
	standIn.addModel({ id: 'acme/own', private: true, files: { 'config.json': '{}' } });
	return standIn;
}

export function launchRequest(
	launch: Partial<Extract<Launch, { kind: 'hf_jobs' }>> = {},
	model: Partial<ServedModel> = {},
): LaunchRequest<'hf_jobs'> {
	return {
		label: 'quiz-7f3a',
		launch: {
			kind: 'hf_jobs',
			flavor: 'a10g-small',
			timeout: 3600,
			image: null,
			args: [],
			namespace: null,
			...launch,
		},
		model: { name: 'acme/tiny', id: 'acme/tiny', revision: 'main', dtype: null, ...model },
	};
}

export function isSubmit({ method, url }: { readonly method: string; readonly url: string }): boolean {
	return method === 'POST' && /^\/api\/jobs\/[^/]+$/.test(url);
}

export async function failureOf(work: Promise<unknown>): Promise<Failure> {
	const error = await work.then(
		() => expect.fail('nothing failed'),
		(reason: unknown) => reason,
	);
	return error instanceof Failure ? error : expect.fail(String(error));
}
