/** Remembers the ids of texts that were asked for lately, in a bounded room. */
export interface IdMemory {
	get(text: string): readonly number[] | undefined;
	set(text: string, ids: readonly number[]): void;
}

/** What an entry takes beside its characters and ids: map, string, array. */
const overhead = 160;
const bytesPerCharacter = 2;
const bytesPerId = 8;

/**
 * Two generations of at most half the bytes each: when the younger is full, it becomes the older, and what the older one
 * still held is forgotten, unless it was asked for in between. Cheaper to ask than an order by last use.
 *
 * @param bytes Estimated from lengths. Texts that would take more than a sixteenth are not kept.
 */
export function idMemory(bytes: number): IdMemory {
	let young = new Map<string, readonly number[]>();
	let old = new Map<string, readonly number[]>();
	let used = 0;
	const sizeOf = (text: string, ids: readonly number[]) =>
		overhead + bytesPerCharacter * text.length + bytesPerId * ids.length;
	const keep = (text: string, ids: readonly number[], size: number) => {
		if (used + size > bytes / 2) {
			old = young;
			young = new Map();
			used = 0;
		}
		used += size;
		young.set(text, ids);
	};
	return {
		get(text) {
			const ids = young.get(text);
			if (ids !== undefined) {
				return ids;
			}
			const older = old.get(text);
			if (older !== undefined) {
				keep(copyOf(text), older, sizeOf(text, older));
			}
			return older;
		},
		set(text, ids) {
			const size = sizeOf(text, ids);
			if (size <= bytes / 16) {
				keep(copyOf(text), ids, size);
			}
		},
	};
}

/** V8 lets a slice hold on to all of the text that it was cut from; only a new text, cut short, is free of that. */
function copyOf(text: string): string {
	return ` ${text}`.slice(1);
}
