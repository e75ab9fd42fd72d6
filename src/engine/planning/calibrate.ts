import type { CancellationToken } from '../../protocol/cancellation';
import type { Engine, EngineInfo, WorkOptions } from '../contract';
import { CostFit } from './costModel';
import type { Plan, Step } from './plan';
import type { Writing } from './writing';

/** Tokens of the measured steps: a short beginning, a long one, and what stands behind the long one. */
interface Lengths {
	readonly short: number;
	readonly long: number;
}

/** Fewer where the model sees fewer. */
function lengthsWithin(window: number): Lengths {
	const long = Math.max(1, Math.min(256, Math.floor(window / 2)));
	return { short: Math.ceil(long / 8), long };
}

/** An engine that knows how many tokens its model can attend to. */
export type WindowedEngine = Engine & { readonly info: Pick<EngineInfo, 'window'> };

/** How often the writing of a token is measured: a single pass is easily disturbed. */
const writtenTimes = 12;

/** What the work of a plan takes. */
export interface Costs {
	readonly prompts: CostFit;
	/** Seconds of a pass that writes a token, on average; 0 where none is to be. */
	readonly written: number;
}

/**
 * Measures how long steps of three kinds take and, where the model is to write, a token behind as many as stand before one on
 * average, so that the time of a plan can be told before it is worked on.
 * @param like Whose tokens are computed, repeated where there are too few.
 */
export async function calibrate(
	engine: WindowedEngine,
	like: Plan,
	writing: Writing,
	token: CancellationToken,
): Promise<Costs> {
	const depth = Math.max(1, Math.round(writing.depth));
	const lengths = lengthsWithin(engine.info.window);
	const tokens = someTokens(like, Math.max(2 * lengths.long, depth + 1));
	const measured = [
		...promptSteps(tokens, lengths),
		...(writing.passes === 0 ? [] : writingSteps(tokens, depth, like.settings.longestPiece)),
	];
	// Gives up whatever is still kept.
	const forget = [...new Set(measured.flatMap(({ step: { keep } }) => keep ?? []))];
	measured.push({ kind: 'prompt', step: { ...bare(tokens, 0, lengths.short, null, null), forget } });
	const plan: Plan = {
		settings: like.settings,
		steps: measured.map(({ step }, request) => readAtEnd(step, request)),
		lengths: measured.map(() => [1]),
		counts: { ...like.counts, planned: 0 },
		cacheBytes: 0,
	};
	const prompts = new CostFit();
	const written: number[] = [];
	let count = 0;
	const onStep: WorkOptions['onStep'] = time => {
		const kind = measured[count++]?.kind;
		if (kind === 'written') {
			written.push(time.seconds);
		} else if (kind === 'prompt') {
			prompts.add(time);
		}
	};
	for await (const _ of engine.work(plan, { isDone: () => false, onStep, token })) {
		// The times are what this is for.
	}
	return { prompts, written: written.reduce((sum, seconds) => sum + seconds, 0) / Math.max(1, written.length) };
}

/** A step, without what is read off it. */
type BareStep = Pick<Step, 'tokens' | 'on' | 'depth' | 'keep' | 'forget'>;

interface Measured {
	/** What its time tells of; null: nothing. */
	readonly kind: 'prompt' | 'written' | null;
	readonly step: BareStep;
}

function bare(tokens: Int32Array, from: number, to: number, on: number | null, keep: number | null): BareStep {
	return { tokens: tokens.slice(from, to), on, depth: from, keep, forget: [] };
}

function readAtEnd(step: BareStep, request: number): Step {
	const mark = { kind: 'read', request, continuation: 0, step: 0, token: step.tokens[0] ?? 0 } as const;
	return { ...step, parents: null, reads: [{ at: step.tokens.length - 1, marks: [mark] }], write: null };
}

function promptSteps(tokens: Int32Array, { short, long }: Lengths): Measured[] {
	return [
		// The first call of a session takes longer than those after it.
		{ kind: null, step: bare(tokens, 0, short, null, null) },
		{ kind: 'prompt', step: bare(tokens, 0, short, null, null) },
		{ kind: 'prompt', step: bare(tokens, 0, long, null, 0) },
		{ kind: 'prompt', step: bare(tokens, long, long + short, 0, null) },
		{ kind: 'prompt', step: bare(tokens, long, 2 * long, 0, null) },
	];
}

/**
 * A beginning of `depth` tokens in parts, then again and again the token behind it, kept as one that is written is kept for
 * the next. Nothing is written in earnest: the text might end at once.
 */
function writingSteps(tokens: Int32Array, depth: number, longestPiece: number): Measured[] {
	const parts = Array.from({ length: Math.ceil(depth / longestPiece) }, (_, i): Measured => {
		const from = i * longestPiece;
		const part = bare(tokens, from, Math.min(depth, from + longestPiece), i === 0 ? null : i, i + 1);
		return { kind: null, step: { ...part, forget: i > 1 ? [i - 1] : [] } };
	});
	const beginning = parts.length;
	const pass = { ...bare(tokens, depth, depth + 1, beginning, beginning + 1), forget: [beginning + 1] };
	const passes = Array.from({ length: writtenTimes }, (): Measured => ({ kind: 'written', step: pass }));
	// The first of its kind takes longer, too.
	return [...parts, { kind: null, step: pass }, ...passes];
}

function someTokens({ steps }: Plan, count: number): Int32Array {
	const tokens = new Int32Array(count);
	let length = 0;
	while (length < tokens.length) {
		for (const step of steps) {
			const part = step.tokens.subarray(0, tokens.length - length);
			tokens.set(part, length);
			length += part.length;
		}
		if (steps.length === 0) {
			break;
		}
	}
	return tokens;
}
