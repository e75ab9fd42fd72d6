import type { ServerResponse } from 'node:http';
import type { Answer, Fault, SeenRequest } from './standIn';

/** Where a stream goes. */
export interface Output {
	write(text: string): void;
	end(): void;
	onClose(listener: () => void): void;
}

/** Sends an answer with its fault. */
export async function send(
	response: ServerResponse,
	request: SeenRequest,
	usual: Answer,
	fault?: Fault,
): Promise<void> {
	const answer: Answer = fault && 'status' in fault ? { ...fault } : ranged(usual, request.headers.range);
	if (fault && 'delayMs' in fault) {
		await new Promise(resolve => setTimeout(resolve, fault.delayMs));
	}
	let bytes = bytesOf(answer.body);
	if (fault && 'corrupt' in fault && bytes.length > 0) {
		bytes = Buffer.from(bytes);
		bytes.writeUInt8((bytes.readUInt8(0) + 1) % 256, 0);
	}
	if (fault && 'cutAfterBytes' in fault && fault.cutAfterBytes === 0) {
		response.destroy();
		return;
	}
	if (answer.stream) {
		response.writeHead(answer.status, { 'Content-Type': 'text/event-stream', ...answer.headers });
		response.flushHeaders();
		answer.stream(outputOf(response, fault));
		return;
	}
	const isJson = typeof answer.body === 'object' && !Buffer.isBuffer(answer.body);
	response.writeHead(answer.status, {
		'Content-Type': isJson ? 'application/json; charset=utf-8' : 'application/octet-stream',
		'Content-Length': bytes.length,
		...answer.headers,
	});
	if (request.method === 'HEAD') {
		response.end();
	} else if (fault && 'cutAfterBytes' in fault) {
		response.write(bytes.subarray(0, fault.cutAfterBytes), () => response.destroy());
	} else if (fault && 'stallAfterBytes' in fault) {
		response.write(bytes.subarray(0, fault.stallAfterBytes));
	} else if (fault && 'slowBytes' in fault) {
		for (let start = 0; start < bytes.length && !response.destroyed; start += fault.slowBytes) {
			response.write(bytes.subarray(start, start + fault.slowBytes));
			await new Promise(resolve => setTimeout(resolve, fault.pauseMs));
		}
		response.end();
	} else {
		response.end(bytes);
	}
}

function bytesOf(content: Answer['body']): Buffer {
	return Buffer.isBuffer(content)
		? content
		: Buffer.from(typeof content === 'object' ? JSON.stringify(content) : (content ?? ''));
}

function ranged(answer: Answer, range: string | undefined): Answer {
	const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? [];
	if (from === undefined || answer.status !== 200 || !Buffer.isBuffer(answer.body)) {
		return answer;
	}
	const { length } = answer.body;
	const start = Number(from);
	const end = Math.min(to ? Number(to) : length - 1, length - 1);
	if (start >= length) {
		return { status: 416, headers: { 'Content-Range': `bytes */${length}` } };
	}
	return {
		status: 206,
		headers: { ...answer.headers, 'Content-Range': `bytes ${start}-${end}/${length}` },
		body: answer.body.subarray(start, end + 1),
	};
}

/** A stream that is faulty in its own way. */
function outputOf(response: ServerResponse, fault: Fault | undefined): Output {
	const limit =
		fault && 'cutAfterBytes' in fault
			? fault.cutAfterBytes
			: fault && 'stallAfterBytes' in fault
				? fault.stallAfterBytes
				: Number.POSITIVE_INFINITY;
	let left = limit;
	return {
		write(text) {
			if (response.writableEnded || response.destroyed) {
				return;
			}
			const bytes = Buffer.from(text);
			const isCut = bytes.length > left && fault !== undefined && 'cutAfterBytes' in fault;
			response.write(bytes.subarray(0, left), () => isCut && response.destroy());
			left = Math.max(0, left - bytes.length);
		},
		end: () => left > 0 && response.end(),
		onClose: listener => response.on('close', listener),
	};
}
