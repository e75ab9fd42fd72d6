import { isLoopback } from '../../hub/address';
import type { Hub } from '../../hub/hub';
import type { Job } from '../../hub/jobs/job';
import { jobUrl } from '../../hub/jobs/jobs';
import { type Failure, runFailure } from '../../protocol/failure';
import { serverPort } from './request';

/** Where jobs of Hugging Face expose their ports: `https://<job>--<port>.hf.jobs`. */
const exposed = /(^|\.)hf\.jobs$/;

/**
 * The address of the server in a job, without a slash at its end. The access token is sent there, so that it must be one
 * of Hugging Face's own, or this computer where the Hub is one too (a test's).
 * @throws Failure where the job has none, or a strange one.
 */
export function serverAddress(hub: Pick<Hub, 'endpoint'>, job: Job): string {
	const addresses = job.addresses.flatMap(address => (URL.canParse(address) ? [new URL(address)] : []));
	const address = addresses.find(({ hostname }) => hostname.includes(`--${serverPort}.`)) ?? addresses[0];
	const url = jobUrl(hub, job);
	if (!address) {
		throw runFailure('jobs.no-address', { id: job.id, url });
	}
	const endpoint = new URL(hub.endpoint);
	const isOwn = address.protocol === 'https:' && exposed.test(address.hostname);
	const isLocal = isLoopback(address) && isLoopback(endpoint) && /^https?:$/.test(address.protocol);
	if (!(isOwn || isLocal) || address.username !== '' || address.password !== '') {
		throw strange(address, url);
	}
	return `${address.origin}${address.pathname.replace(/\/+$/, '')}`;
}

function strange({ host }: URL, url: string): Failure {
	return runFailure('jobs.strange-address', { host, url });
}
