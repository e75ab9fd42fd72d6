import type { ResolvedEvaluation, Variant } from '../config/resolved';
import type { LoadedDataset } from '../data/dataset';
import type { Question } from '../data/row';
import type { LoglikelihoodRequest } from '../engine/contract';
import { createRenderer, type PromptRenderer } from '../prompt/render';
import { createShotPicker, type ShotPicker } from '../prompt/shots';
import { type CancellationToken, throwIfCancelled } from '../protocol/cancellation';
import { type Asked, createAsker, type Reader } from '../task/multipleChoice';
import { commonLength } from '../tokenizer/commonLength';

/** A variant with what renders its prompts. */
export interface PlannedVariant {
	readonly variant: Variant;
	readonly renderer: PromptRenderer;
	readonly shots: ShotPicker;
}

export function planVariants(evaluation: ResolvedEvaluation, dataset: LoadedDataset): PlannedVariant[] {
	return evaluation.variants.map(variant => ({
		variant,
		renderer: createRenderer(variant.format, variant.name),
		shots: createShotPicker(variant.format, dataset.pools),
	}));
}

/**
 * Renders every prompt once, so that a template that throws, a pool with too few shots or a prompt that may not be cut
 * is found before anything is computed.
 */
export async function checkPrompts(
	planned: readonly PlannedVariant[],
	examples: readonly Question[],
	readers: readonly Reader[],
	token: CancellationToken,
): Promise<void> {
	for (const { variant, renderer, shots } of planned) {
		const mustFit = variant.format.too_long === 'error' ? readers : [];
		const askers = mustFit.map(reader => createAsker(variant, renderer, reader));
		for (const [i, question] of examples.entries()) {
			const own = shots(question);
			renderer.render(question, own);
			for (const ask of askers) {
				ask(question, own);
			}
			if (i % 8 === 7) {
				await new Promise(resolve => setImmediate(resolve));
				throwIfCancelled(token);
			}
		}
	}
}

/**
 * The examples of a variant as requests, in file order, those of `skip` left out. A beginning is kept as a shared prefix
 * only where a neighbour in the whole plan has the same one, whatever was computed in an earlier sitting.
 */
export function* askAll(
	{ variant, renderer, shots }: PlannedVariant,
	examples: readonly Question[],
	reader: Reader,
	skip: (question: Question) => boolean,
): Generator<Asked> {
	const ask = createAsker(variant, renderer, reader);
	const near = new Map<number, Asked>();
	const at = (i: number): Asked | undefined => {
		const question = examples[i];
		const known = near.get(i);
		if (known || !question) {
			return known;
		}
		const asked = ask(question, shots(question));
		near.set(i, asked);
		return asked;
	};
	for (const [i, question] of examples.entries()) {
		if (skip(question)) {
			continue;
		}
		const asked = at(i);
		if (asked) {
			yield keepSharedPrefixes(asked, [at(i - 1), at(i + 1)]);
		}
		for (const index of near.keys()) {
			if (index < i) {
				near.delete(index);
			}
		}
	}
}

/** A shorter prefix saves less than running it apart costs. */
const shortestPrefix = 8;

function keepSharedPrefixes(asked: Asked, neighbours: readonly (Asked | undefined)[]): Asked {
	const others = neighbours.flatMap(neighbour => neighbour?.requests ?? []);
	const requests = asked.requests.map(request =>
		request.prefix >= shortestPrefix && others.some(other => sharesPrefix(request, other))
			? request
			: { ...request, prefix: 0 },
	);
	return { ...asked, requests };
}

function sharesPrefix(a: LoglikelihoodRequest, b: LoglikelihoodRequest): boolean {
	return a.prefix === b.prefix && commonLength(a.context, b.context) >= a.prefix;
}
