import type { ResolvedEvaluation, Variant } from '../config/resolved';
import type { LoadedDataset } from '../data/dataset';
import type { Question } from '../data/row';
import { createRenderer, type PromptRenderer } from '../prompt/render';
import { createShotPicker, type ShotPicker } from '../prompt/shots';
import { type CancellationToken, throwIfCancelled } from '../protocol/cancellation';
import { inputFailure } from '../protocol/failure';
import { askerOf } from '../task/ask';
import type { Reader } from '../task/multipleChoice';

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
