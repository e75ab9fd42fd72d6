import type { TokenCounts } from './requestTrie';

/** All requests of a run in the order in which an engine works on them. */
export interface EnginePlan {
	/** Tokens of each continuation, by request; none where the model writes. */
	readonly lengths: readonly (readonly number[])[];
	readonly counts: TokenCounts & {
		/** Tokens that go through the model; of a server, those that its own cache cannot spare it. */
		readonly planned: number;
	};
}
