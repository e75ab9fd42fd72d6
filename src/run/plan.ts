import type { ResolvedEvaluation, Variant } from '../config/resolved';
import type { LoadedDataset } from '../data/dataset';
import type { Question } from '../data/row';
import type { LoglikelihoodRequest } from '../engine/contract';
import { createRenderer, type PromptRenderer } from '../prompt/render';
import { createShotPicker, type ShotPicker } from '../prompt/shots';
import { type CancellationToken, throwIfCancelled } from '../protocol/cancellation';
import { inputFailure } from '../protocol/failure';
import { askerOf } from '../task/ask';
import type { Asked, Reader } from '../task/multipleChoice';
import { commonLength } from '../tokenizer/commonLength';

/** A variant with what renders its prompts. */
export interface PlannedVariant {
	readonly variant: Variant;
	readonly renderer: PromptRenderer;
	readonly shots: ShotPicker;
}

/** A model with the variants as it reads them: the prompts of a chat are made by its tokenizer's template. */
export interface PlannedModel<M extends Reader = Reader> {
	readonly model: M;
	readonly variants: readonly PlannedVariant[];
}

/** @throws Failure where a variant is a chat and the model's tokenizer has no template for one. */
export function planVariants(evaluation: ResolvedEvaluation, dataset: LoadedDataset, reader: Reader): PlannedVariant[] {
	return evaluation.variants.map(variant => ({
		variant,
		renderer: rendererFor(variant, reader),
		shots: createShotPicker(variant.format, dataset.pools),
	}));
}

/**
 * The renderer of a variant for a model; without one it renders all variants but chats.
 * @throws Failure where the variant is a chat and the model's tokenizer has no template for one.
 */
export function rendererFor(
	{ name, format }: Variant,
	reader: Pick<Reader, 'name' | 'tokenizer'> | null,
): PromptRenderer {
	const template = reader?.tokenizer.chat;
	if (format.chat && reader && !template) {
		throw inputFailure('prompt.chat-no-template', { variant: name, model: reader.name });
	}
	return createRenderer(format, name, template);
}

/**
 * Renders every prompt once, so that a template that throws, a pool with too few shots or a prompt that may not be cut
 * is found before anything is computed. Only chats differ between models before they become tokens.
 */
export async function checkPrompts(
	planned: readonly PlannedModel[],
	examples: readonly Question[],
	token: CancellationToken,
): Promise<void> {
	for (const [place, { model, variants }] of planned.entries()) {
		for (const { variant, renderer, shots } of variants) {
			const { chat, too_long } = variant.format;
			const ask = askerOf(variant, renderer, model);
			const mustFit = too_long === 'error';
			if (place > 0 && !chat && !mustFit) {
				continue;
			}
			for (const [i, question] of examples.entries()) {
				const own = shots(question);
				if (mustFit) {
					ask(question, own);
				} else {
					renderer.render(question, own);
				}
				if (i % 8 === 7) {
					await new Promise(resolve => setImmediate(resolve));
					throwIfCancelled(token);
				}
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
	const ask = askerOf(variant, renderer, reader);
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

type ContextRequest = Pick<LoglikelihoodRequest, 'context' | 'prefix'>;

function keepSharedPrefixes(asked: Asked, neighbours: readonly (Asked | undefined)[]): Asked {
	const others = neighbours.flatMap(neighbour => (neighbour ? contextRequests(neighbour) : []));
	const own = contextRequests(asked);
	const keep = <R extends ContextRequest>(request: R): R => {
		const { context, prefix } = request;
		const shared = prefix >= shortestPrefix && others.some(other => sharesPrefix(request, other)) ? prefix : 0;
		// What is scored and then continued is itself the longest beginning that two requests have in common.
		const twice = own.filter(other => equalTokens(other.context, context)).length > 1;
		return { ...request, prefix: twice && 2 * shared < context.length ? context.length - 1 : shared };
	};
	return {
		...asked,
		requests: asked.requests.map(keep),
		...(asked.generation && { generation: keep(asked.generation) }),
	};
}

function contextRequests({ requests, generation }: Asked): readonly ContextRequest[] {
	return generation ? [...requests, generation] : requests;
}

function sharesPrefix(a: ContextRequest, b: ContextRequest): boolean {
	return a.prefix === b.prefix && commonLength(a.context, b.context) >= a.prefix;
}

function equalTokens(a: readonly number[], b: readonly number[]): boolean {
	return a.length === b.length && commonLength(a, b) === a.length;
}
