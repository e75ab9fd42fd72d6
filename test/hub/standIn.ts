import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hubAnswer } from './hubAnswers';
import type { JobsStandIn } from './jobs';
import { type JobsRoutes, jobsRoutes } from './jobsRoutes';
import { type DatasetSpec, type ModelSpec, type Repository, repository } from './repositories';
import { type Output, send } from './send';
import { viewerAnswer } from './viewerAnswers';

/**
 * A local stand-in of the Hub, its file store (another origin, to which large files are redirected) and the dataset
 * viewer (a third), in the shapes of their documentation and with their faults.
 *
 *   const hub = await startHubStandIn();
 *   hub.addDataset({ id: 'acme/quiz', rows: { default: { test: [{ question: '…' }] } }, card: {…}, tags: ['language:en'] });
 *   hub.addModel({ id: 'acme/tiny', files: { 'config.json': '{}', 'onnx/model.onnx': bytes }, task: 'text-generation' });
 *   hub.fault(({ url }) => url.startsWith('/api/datasets'), { status: 429, headers: { 'Retry-After': '1' } });
 *
 * Tokens: `hf_test_good` may read everything; `hf_test_nogate` is valid, but has no access to gated and private
 * repositories; any other is refused, even for public data.
 */
export interface HubStandIn {
	/** As HF_ENDPOINT. */
	readonly endpoint: string;
	/** As HF_DATASETS_SERVER. */
	readonly viewerEndpoint: string;
	/** Where large files are redirected to; must never see a token. */
	readonly storeEndpoint: string;
	/** Everything that was asked of the three, in order. */
	readonly requests: readonly SeenRequest[];
	addDataset(spec: DatasetSpec): Repository;
	addModel(spec: ModelSpec): Repository;
	/** The next `times` (1) requests that match are answered so. */
	fault(matches: (request: SeenRequest) => boolean, fault: Fault, times?: number): void;
	/** Answers of the device login: pending until it is called. */
	approveDevice(token: string): void;
	/** Jobs, how they go, and what may go wrong with them. */
	readonly jobs: JobsStandIn;
	close(): Promise<void>;
}

export interface SeenRequest {
	readonly origin: 'hub' | 'store' | 'viewer';
	readonly method: string;
	/** Path and query. */
	readonly url: string;
	readonly headers: IncomingMessage['headers'];
}

export type Fault =
	| {
			readonly status: number;
			readonly headers?: Readonly<Record<string, string>>;
			readonly body?: string;
			/** What was asked for is done all the same: only its answer is another. */
			readonly isDone?: boolean;
	  }
	/** Answers as usual, but so many milliseconds later. */
	| { readonly delayMs: number }
	/** The connection ends after so many bytes of the body; 0: before the headers. What was asked for is done. */
	| { readonly cutAfterBytes: number }
	/** After so many bytes of the body nothing comes any more, but the connection stays. */
	| { readonly stallAfterBytes: number }
	/** The body comes in pieces of so many bytes, with a pause between them. */
	| { readonly slowBytes: number; readonly pauseMs: number }
	/** The right file with one byte changed. */
	| { readonly corrupt: true };

export interface Answer {
	readonly status: number;
	readonly headers?: Readonly<Record<string, string>>;
	/** An object is sent as JSON. */
	readonly body?: Buffer | string | object;
	/** Instead of a body: events, as they happen. */
	readonly stream?: (output: Output) => void;
}

export interface World {
	readonly repositories: readonly Repository[];
	readonly endpoint: string;
	readonly storeEndpoint: string;
	readonly device: { approved: string | null };
	readonly jobs: JobsRoutes;
}

export async function startHubStandIn(port = 0): Promise<HubStandIn> {
	const repositories: Repository[] = [];
	const requests: SeenRequest[] = [];
	const faults: { matches: (request: SeenRequest) => boolean; fault: Fault; left: number }[] = [];
	const device: World['device'] = { approved: null };
	const jobs = jobsRoutes();
	const servers: Server[] = [];
	let world: World;

	const listen = async (origin: SeenRequest['origin'], on: number) => {
		const server = createServer((request, response) => {
			const seen = { origin, method: request.method ?? '', url: request.url ?? '', headers: request.headers };
			requests.push(seen);
			const entry = faults.find(one => one.left > 0 && one.matches(seen));
			if (entry) {
				entry.left--;
			}
			body(request)
				.then(sent => send(response, seen, faulty(entry?.fault) ?? answer(seen, sent), entry?.fault))
				.catch(error => response.writeHead(500).end(String(error)));
		});
		servers.push(server);
		await new Promise<void>(resolve => server.listen(on, '127.0.0.1', resolve));
		// A server that listens on a port has an address of this kind.
		return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	};
	const answer = (request: SeenRequest, sent: string): Answer => {
		switch (request.origin) {
			case 'hub':
				return hubAnswer(world, request, sent);
			case 'store':
				return storeAnswer(world, request);
			case 'viewer':
				return viewerAnswer(world, request);
		}
	};

	const endpoint = await listen('hub', port);
	const storeEndpoint = await listen('store', port && port + 1);
	const viewerEndpoint = await listen('viewer', port && port + 2);
	world = { repositories, endpoint, storeEndpoint, device, jobs };
	const add = (type: Repository['type'], spec: DatasetSpec & ModelSpec) => {
		const added = repository(type, spec);
		const before = repositories.findIndex(one => one.type === type && one.spec.id === spec.id);
		repositories.splice(before === -1 ? repositories.length : before, before === -1 ? 0 : 1, added);
		return added;
	};
	return {
		endpoint,
		viewerEndpoint,
		storeEndpoint,
		requests,
		addDataset: spec => add('dataset', spec),
		addModel: spec => add('model', spec),
		fault: (matches, fault, times = 1) => faults.push({ matches, fault, left: times }),
		approveDevice: token => {
			device.approved = token;
		},
		jobs: jobs.jobs,
		async close() {
			await jobs.close();
			for (const server of servers) {
				server.closeAllConnections();
				await new Promise(resolve => server.close(resolve));
			}
		},
	};
}

/** What is answered without doing what was asked for; null: that is done. */
function faulty(fault: Fault | undefined): Answer | null {
	return fault && 'status' in fault && !fault.isDone ? fault : null;
}

async function body(request: IncomingMessage): Promise<string> {
	const pieces: Buffer[] = [];
	for await (const piece of request) {
		pieces.push(piece);
	}
	return Buffer.concat(pieces).toString();
}

/** `/<sha256>`: the content of an LFS file, whoever asks, as behind a signed URL. */
function storeAnswer({ repositories }: World, request: SeenRequest): Answer {
	const hash = new URL(request.url, 'http://x').pathname.slice(1);
	for (const { branches } of repositories) {
		for (const { files } of branches.values()) {
			for (const { sha256, bytes } of files.values()) {
				if (sha256 === hash) {
					return { status: 200, headers: { ETag: `"${hash}"` }, body: bytes };
				}
			}
		}
	}
	return { status: 404, body: 'no such object' };
}
