import { Failure, inputFailure, runFailure } from '../../protocol/failure';
import type { Hub } from '../hub';

/** Whether an error is the answer that there is no such thing. */
export function isMissing(error: unknown): boolean {
	return statusOf(error) === 404 || (error instanceof Failure && error.reason.code === 'hub.no-file');
}

/** The status of an answer that refuses, where hub.fetch knows no more of it; else null. */
export function statusOf(error: unknown): number | null {
	const status = error instanceof Failure && error.reason.code === 'hub.refused' ? error.reason.params.status : null;
	return typeof status === 'number' ? status : null;
}

/** Says of a refusal what it means for jobs; any other error is given back as it is. */
export function jobRefusal(error: unknown, hub: Pick<Hub, 'endpoint'>, namespace: string): unknown {
	if (!(error instanceof Failure)) {
		return error;
	}
	const { endpoint } = hub;
	const reason = error.reason.params.reason ?? '';
	switch (error.reason.code === 'hub.not-signed-in' ? 401 : statusOf(error)) {
		case 400:
		case 422:
			return inputFailure('jobs.refused', { reason });
		case 402:
			return inputFailure('jobs.no-credit', { namespace, url: `${endpoint}/settings/billing` });
		case 401:
		case 403:
			return inputFailure('jobs.forbidden', { namespace, url: `${endpoint}/settings/tokens` });
		case 404:
			return inputFailure('jobs.no-account', { namespace });
		case 409:
			return runFailure('jobs.conflict', { reason });
		default:
			return error;
	}
}
