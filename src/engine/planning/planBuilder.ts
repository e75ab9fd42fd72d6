import { type Piece, partsOf } from './piece';
import type { PlanSettings, Step, Trunk } from './plan';
import type { RequestNode } from './requestTrie';

/** Collects steps; knows what is kept. */
export class PlanBuilder {
	readonly steps: Step[] = [];
	mostKept = 0;
	#kept = 0;
	#nextId = 0;
	#forget: number[] = [];

	constructor(private readonly settings: PlanSettings) {}

	/** Whether a beginning of this many tokens may be kept beside what is. */
	hasRoomFor(tokens: number): boolean {
		return this.#kept + tokens * this.settings.cacheBytesPerToken <= this.settings.cacheBudget;
	}

	/** Adds a piece after a trunk, in parts where it is a long chain. @returns The trunk that it makes, where kept. */
	add(
		on: Trunk,
		piece: Piece,
		end: { readonly keep: RequestNode } | { readonly write: Step['write'] } | null = null,
	): Trunk {
		const most = this.settings.chunking === 'whole' ? Number.POSITIVE_INFINITY : this.settings.longestPiece;
		const parts = piece.parents || piece.tokens.length <= most ? [piece] : partsOf(piece, most);
		let id = on.id;
		let { depth } = on.node;
		for (const [i, part] of parts.entries()) {
			const isLast = i === parts.length - 1;
			const keep = !isLast || (end && 'keep' in end) ? this.#nextId++ : null;
			this.steps.push({
				...part,
				on: id,
				depth,
				keep,
				forget: this.#forget,
				write: isLast && end && 'write' in end ? end.write : null,
			});
			// The cache of a part holds what stands before it too: the one of the part before is of no use any more.
			this.#forget = i > 0 && id !== null ? [id] : [];
			id = keep;
			depth += part.tokens.length;
		}
		if (!(end && 'keep' in end)) {
			return on;
		}
		this.#kept += depth * this.settings.cacheBytesPerToken;
		this.mostKept = Math.max(this.mostKept, this.#kept);
		return { node: end.keep, id };
	}

	/** No later step stands on it. */
	drop({ id, node }: Trunk): void {
		if (id !== null) {
			this.#kept -= node.depth * this.settings.cacheBytesPerToken;
			this.#forget = [...this.#forget, id];
		}
	}
}
