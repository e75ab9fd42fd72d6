import type { Chunking } from '../../config/resolved';
import type { RequestId } from '../requests';
import type { EnginePlan } from './enginePlan';
import type { Piece } from './piece';
import type { RequestNode, WriteOptions } from './requestTrie';

/** What decides a plan beside the requests. Recorded with the run: the same plan gives the same last bits. */
export interface PlanSettings {
	readonly chunking: Chunking;
	/** Whether the model takes trees of tokens in one piece. */
	readonly trees: boolean;
	/** Up to how many tokens are put together in one piece where they need not be. */
	readonly pieceTokens: number;
	/** Longer pieces are computed in parts, and longer beginnings kept, so that attention's memory is bounded. */
	readonly longestPiece: number;
	/** Bytes of key-value cache that a token takes. */
	readonly cacheBytesPerToken: number;
	/** What kept beginnings may take together; one that does not fit, and is no longer than a piece, is computed again for each. */
	readonly cacheBudget: number;
}

/** One call of the model. */
export interface Step extends Piece {
	/** The kept beginning that it continues; null: it begins the sequence. */
	readonly on: number | null;
	/** Tokens that stand before it. */
	readonly depth: number;
	/** Under which number what it ends with is kept for later steps. */
	readonly keep: number | null;
	/** What no later step needs, given up before this one. */
	readonly forget: readonly number[];
	/** Lets the model write from the end of the piece. */
	readonly write: { readonly request: RequestId; readonly options: WriteOptions } | null;
}

export interface Plan extends EnginePlan {
	readonly settings: PlanSettings;
	/** In order; one may stand on an earlier one only. */
	readonly steps: readonly Step[];
	/** The most that kept beginnings take at a time, in bytes. */
	readonly cacheBytes: number;
}

/** A beginning that is kept. */
export interface Trunk {
	readonly node: RequestNode;
	/** Null: nothing is kept, the root. */
	readonly id: number | null;
}
