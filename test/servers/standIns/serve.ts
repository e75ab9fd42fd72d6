import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request to a stand-in. */
export interface Exchange {
	readonly method: string;
	readonly path: string;
	readonly headers: IncomingHttpHeaders;
	/** What its body says; undefined without. */
	readonly body: unknown;
	/** `performance.now()` of its arrival. */
	readonly at: number;
}

export interface Reply {
	readonly status: number;
	/** A string goes out as it stands, anything else as JSON. */
	readonly body: unknown;
	readonly headers?: Readonly<Record<string, string>>;
}

/** What goes wrong with one request. */
export type Fault =
	| { readonly kind: 'reply'; readonly reply: Reply }
	/** The connection breaks in the middle of the body. */
	| { readonly kind: 'reset' }
	/** Nothing ever comes. */
	| { readonly kind: 'stall' }
	/** The right answer, later. */
	| { readonly kind: 'late'; readonly milliseconds: number }
	/** The right answer, changed. */
	| { readonly kind: 'alter'; readonly alter: (body: unknown) => unknown };

export interface StandIn {
	readonly url: string;
	/** All requests, in the order of their arrival. */
	readonly asked: readonly Exchange[];
	/** Those that ask for numbers: whose body has a prompt. */
	readonly prompts: readonly Exchange[];
	/** The most prompts that were in flight at once. */
	readonly mostAtOnce: number;
	/** Requests whose client left before the answer. */
	readonly left: number;
	/** Called with each prompt and how many came before it. */
	fault: (exchange: Exchange, index: number) => Fault | undefined;
	close(): Promise<void>;
}

export const json = (body: unknown, status = 200): Reply => ({ status, body });
export const notFound = (): Reply => json({ detail: 'Not Found' }, 404);

export interface ServeOptions {
	/** What `Authorization: Bearer` must carry. */
	readonly key?: string;
	/** Milliseconds that each prompt takes. */
	readonly takes?: number;
}

/** A server on this computer that answers as told. */
export async function serve(
	answer: (exchange: Exchange) => Reply,
	{ key, takes = 0 }: ServeOptions = {},
): Promise<StandIn> {
	const asked: Exchange[] = [];
	const prompts: Exchange[] = [];
	let [atOnce, mostAtOnce, left] = [0, 0, 0];

	async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const exchange = await exchangeOf(request);
		asked.push(exchange);
		if (key !== undefined && exchange.headers.authorization !== `Bearer ${key}`) {
			send(response, json({ error: 'Unauthorized' }, 401));
			return;
		}
		if (!isPrompt(exchange)) {
			send(response, answer(exchange));
			return;
		}
		prompts.push(exchange);
		mostAtOnce = Math.max(mostAtOnce, ++atOnce);
		response.on('close', () => {
			atOnce--;
			left += response.writableEnded ? 0 : 1;
		});
		const fault = standIn.fault(exchange, prompts.length - 1);
		const wait = takes + (fault?.kind === 'late' ? fault.milliseconds : 0);
		if (wait > 0) {
			await new Promise(resolve => setTimeout(resolve, wait));
		}
		if (!response.destroyed) {
			sendFaulty(response, fault, () => answer(exchange));
		}
	}

	const server = createServer((request, response) => void respond(request, response));
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	const standIn: StandIn = {
		// A listening TCP server has a port.
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		asked,
		prompts,
		get mostAtOnce() {
			return mostAtOnce;
		},
		get left() {
			return left;
		},
		fault: () => undefined,
		close() {
			server.closeAllConnections();
			return new Promise(resolve => server.close(() => resolve()));
		},
	};
	return standIn;
}

function isPrompt({ method, path, body }: Exchange): boolean {
	return (
		method === 'POST' &&
		path !== '/tokenize' &&
		typeof body === 'object' &&
		body !== null &&
		['prompt', 'inputs', 'input_ids', 'text', 'messages'].some(name => name in body)
	);
}

async function exchangeOf(request: IncomingMessage): Promise<Exchange> {
	const at = performance.now();
	const chunks: Buffer[] = [];
	for await (const chunk of request) {
		chunks.push(chunk);
	}
	const text = Buffer.concat(chunks).toString();
	let body: unknown;
	try {
		body = text === '' ? undefined : JSON.parse(text);
	} catch {
		body = text;
	}
	return {
		method: request.method ?? '',
		path: (request.url ?? '').split('?')[0] ?? '',
		headers: request.headers,
		body,
		at,
	};
}

function send(response: ServerResponse, { status, body, headers }: Reply): void {
	const text = typeof body === 'string' ? body : JSON.stringify(body);
	response.writeHead(status, {
		'content-type': typeof body === 'string' ? 'text/plain' : 'application/json',
		...headers,
	});
	response.end(text);
}

function sendFaulty(response: ServerResponse, fault: Fault | undefined, answer: () => Reply): void {
	switch (fault?.kind) {
		case 'stall':
			break;
		case 'reply':
			send(response, fault.reply);
			break;
		case 'reset': {
			const text = JSON.stringify(answer().body);
			response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
			response.write(text.slice(0, text.length >> 1), () => response.socket?.destroy());
			break;
		}
		case 'alter': {
			const reply = answer();
			send(response, { ...reply, body: fault.alter(reply.body) });
			break;
		}
		default:
			send(response, answer());
	}
}
