import fc from 'fast-check';
import { expect, it } from 'vitest';
import { eventCutter, events, NoEventStream } from './eventStream';

const timing = { quiet: 30, dead: 10_000 };

/** A body that gives pieces, each after so many milliseconds; it stays open where the last is null. */
function bodyOf(pieces: readonly (readonly [wait: number, piece: string | Uint8Array] | null)[]) {
	return new ReadableStream<Uint8Array>({
		async start(controller) {
			for (const piece of pieces) {
				if (piece === null) {
					return;
				}
				await new Promise(resolve => setTimeout(resolve, piece[0]));
				controller.enqueue(typeof piece[1] === 'string' ? Buffer.from(piece[1]) : piece[1]);
			}
			controller.close();
		},
	});
}

it('gives the data of events, and nothing of what stands around it', () => {
	const cut = eventCutter();
	expect(cut(': keep-alive\n\nevent: metric\ndata: a\ndata:b\ndata:  c\nid: 7\n\n')).toEqual(['a\nb\n c']);
	expect(cut('data\n\ndata: x: y\r\n\r\ndata: not yet\n')).toEqual(['', 'x: y']);
	expect(cut('\n')).toEqual(['not yet']);
	expect(cut('\n\n\n')).toEqual([]);
});

it('does not keep a line that never ends', () => {
	const cut = eventCutter();
	expect(() => cut('x'.repeat(2_000_000))).toThrow(NoEventStream);
});

it('does not depend on where the stream is cut', async () => {
	const event = fc.tuple(
		fc.array(
			fc.string({ unit: 'binary' }).map(text => text.replace(/[\r\n]/g, ' ')),
			{ minLength: 1, maxLength: 3 },
		),
		fc.constantFrom('\n', '\r\n'),
		fc.boolean(),
	);
	await fc.assert(
		fc.asyncProperty(fc.array(event, { maxLength: 6 }), fc.infiniteStream(fc.nat(12)), async (all, sizes) => {
			const text = all
				.map(([lines, end, comment]) =>
					[...(comment ? [': keep-alive', ''] : []), ...lines.map(line => `data: ${line}`), '', ''].join(end),
				)
				.join('');
			const bytes = Buffer.from(text);
			const pieces: Buffer[] = [];
			for (let at = 0; at < bytes.length; ) {
				const size = (sizes.next().value ?? 0) + 1;
				pieces.push(bytes.subarray(at, at + size));
				at += size;
			}
			const found: (string | null)[] = [];
			const body = new ReadableStream<Uint8Array>({
				start(controller) {
					for (const piece of pieces) {
						controller.enqueue(piece);
					}
					controller.close();
				},
			});
			for await (const one of events(body, { quiet: 60_000, dead: 60_000 })) {
				found.push(one);
			}
			// What is sent as UTF-8 has no halves of characters.
			expect(found).toEqual(all.map(([lines]) => Buffer.from(lines.join('\n')).toString()));
		}),
		{ numRuns: 50 },
	);
});

it('says when nothing came, comments notwithstanding', async () => {
	const found: (string | null)[] = [];
	const comments = Array.from({ length: 10 }, () => [20, ': keep-alive\n\n'] as const);
	const body = bodyOf([[0, 'data: a\n\n'], ...comments, [0, 'data: b\n\n']]);
	for await (const one of events(body, timing)) {
		found.push(one);
	}
	expect([found[0], found.at(-1)]).toEqual(['a', 'b']);
	expect(found.length).toBeGreaterThan(2);
	expect(found.slice(1, -1).every(one => one === null)).toBe(true);
});

it('takes a connection without a byte as cut', async () => {
	const read = async () => {
		for await (const _ of events(bodyOf([[0, 'data: a\n\n'], null]), { quiet: 10, dead: 50 })) {
			// Only its end is of interest.
		}
	};
	await expect(read()).rejects.toThrow('nothing was received');
});
