/** More than any event of a log: a stream that goes on without an end of line is none. */
const lineLimit = 1_000_000;

/** The text of a stream of events is none. */
export class NoEventStream extends Error {}

/**
 * Cuts the text of a stream of server-sent events (HTML standard, 9.2.6) into the data of its events, however it is cut on
 * the way. Names, ids and comments are passed over; an event whose end has not come is not given.
 * @returns Takes a piece of text and gives the events that it completes; throws NoEventStream.
 */
export function eventCutter(): (piece: string) => readonly string[] {
	let rest = '';
	let data: string[] = [];
	return piece => {
		const events: string[] = [];
		// A \r at the end may be half of a line's end.
		const lines = (rest + piece).split(/\r\n|\n|\r(?!$)/);
		rest = lines.pop() ?? '';
		if (rest.length > lineLimit) {
			throw new NoEventStream();
		}
		for (const line of lines) {
			const [, name, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
			if (line === '' && data.length > 0) {
				events.push(data.join('\n'));
				data = [];
			} else if (name === 'data') {
				data.push(value);
			}
		}
		return events;
	};
}

/**
 * The events of a body as they come; null each time that none came for `quiet` milliseconds, comments notwithstanding. Ends
 * as the body does.
 * @param dead Milliseconds without a single byte after which the connection is taken as cut.
 * @throws Where the connection breaks, or what comes is no stream of events.
 */
export async function* events(
	body: ReadableStream<Uint8Array>,
	{ quiet, dead }: { readonly quiet: number; readonly dead: number },
): AsyncGenerator<string | null> {
	const reader = body.getReader();
	const decoder = new TextDecoder();
	const cut = eventCutter();
	let pending = reader.read();
	let byteAt = performance.now();
	let eventAt = byteAt;
	try {
		for (;;) {
			const read = await within(pending, Math.max(0, eventAt + quiet - performance.now()));
			if (read?.done) {
				return;
			}
			const found = read ? cut(decoder.decode(read.value, { stream: true })) : [];
			const now = performance.now();
			if (read) {
				byteAt = now;
				pending = reader.read();
			} else if (now - byteAt > dead) {
				throw new Error('nothing was received any more');
			}
			yield* found;
			if (found.length > 0) {
				eventAt = performance.now();
			} else if (now - eventAt >= quiet) {
				eventAt = now;
				yield null;
			}
		}
	} finally {
		pending.catch(() => {});
		await reader.cancel().catch(() => {});
	}
}

/** Null: it has not come in time, and may be waited for again. */
async function within<T>(work: Promise<T>, milliseconds: number): Promise<T | null> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<null>(resolve => {
		timer = setTimeout(resolve, milliseconds, null);
	});
	return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
