import type { ModelSpec } from '../config/resolved';
import type { Question } from '../data/row';
import type { OnDownload } from '../hub/download';
import type { Place } from '../hub/place';
import { CancellationSource, type CancellationToken, Cancelled } from '../protocol/cancellation';
import type { Disposable } from '../protocol/event';
import { Failure } from '../protocol/failure';
import { canonicalJson } from '../protocol/json';
import type { PreviewScores, ScoredPrompt, ScoringPhase } from '../protocol/previewView';
import { askerOf } from '../task/ask';
import { type ExampleModel, openExampleModel } from './exampleModel';
import { openModels } from './models';
import type { EvaluateOptions } from './options';
import type { PlannedVariant } from './planVariants';
import { requestsOf } from './sampleRequests';
import type { ScoredSample } from './scoreSamples';

export interface ScoreOptions {
	/** The built engine.cjs. */
	readonly enginePath: string;
	readonly secret?: NonNullable<EvaluateOptions['secret']>;
	readonly onPhase: (phase: ScoringPhase) => void;
	/** Cancelling ends the model's process. */
	readonly token: CancellationToken;
}

interface Loaded {
	readonly key: string;
	readonly asked: ExampleModel;
}

/** Scores single examples on a model, whose process, or the way to whose server, is kept from one to the next. */
export class ExampleScorer implements Disposable {
	#loaded: Loaded | null = null;
	#underWay: CancellationSource | null = null;

	/** @param place Where the model is looked for. */
	constructor(private readonly place: Place) {}

	/** @throws Failure where the model cannot be loaded, or the prompt does not fit it. */
	async score(
		spec: ModelSpec,
		question: Question,
		variants: readonly PlannedVariant[],
		options: ScoreOptions,
	): Promise<PreviewScores> {
		if (this.#underWay) {
			// Cancelling kills the process: whoever comes after needs another.
			this.#underWay.cancel();
			this.#forget();
		}
		const { onPhase, token } = options;
		const source = new CancellationSource();
		this.#underWay = source;
		const onCancel = token.onCancellationRequested(() => source.cancel());
		try {
			onPhase('loading');
			const { asked } = await this.#load(spec, options, source.token);
			const { model } = asked;
			const requests = requestsOf(
				variants.map(({ variant, renderer, shots }) => askerOf(variant, renderer, model)(question, shots(question))),
			);
			onPhase('scoring');
			const start = performance.now();
			const scored = new Map<string, ScoredPrompt>();
			for await (const one of asked.score(requests, source.token)) {
				if (one.kind === 'failed') {
					throw new Failure('run', one.reason);
				}
				scored.set(one.asked.variant.name, scoredPrompt(one));
			}
			// In the order in which they were asked for, whatever order was planned.
			const prompts = variants.flatMap(({ variant }) => scored.get(variant.name) ?? []);
			return { model: model.name, milliseconds: performance.now() - start, prompts };
		} catch (error) {
			const isOfPrompt =
				error instanceof Failure && error.kind === 'input' && this.#loaded?.asked.model.kind === 'local';
			if (this.#underWay === source && !isOfPrompt) {
				// A process that was killed, or has crashed, answers nothing any more; a server may want another key.
				this.#forget();
			}
			throw error;
		} finally {
			onCancel.dispose();
			if (this.#underWay === source) {
				this.#underWay = null;
			}
		}
	}

	dispose(): void {
		this.#underWay?.cancel();
		this.#forget();
	}

	async #load(spec: ModelSpec, options: ScoreOptions, token: CancellationToken): Promise<Loaded> {
		const { onPhase } = options;
		const key = canonicalJson(spec);
		if (this.#loaded?.key === key) {
			return this.#loaded;
		}
		this.#forget();
		let isDownloaded = false;
		const onDownload: OnDownload = progress => {
			isDownloaded = true;
			onPhase(progress);
		};
		const [model] = await openModels([spec], { ...this.place, onDownload }, token);
		if (isDownloaded) {
			onPhase('loading');
		}
		if (!model) {
			throw new Error(`openModels left ${spec.name} out`);
		}
		const asked = await openExampleModel(model, options, token);
		if (token.isCancellationRequested) {
			asked.dispose();
			throw new Cancelled();
		}
		this.#loaded = { key, asked };
		return this.#loaded;
	}

	#forget(): void {
		this.#loaded?.asked.dispose();
		this.#loaded = null;
	}
}

function scoredPrompt({ asked, scored }: ScoredSample): ScoredPrompt {
	return {
		variant: asked.variant.name,
		continuations: asked.prompt.continuations,
		logprobs: scored.logprobs.map(logprob => (Number.isFinite(logprob) ? logprob : null)),
		labelMass: scored.logprobs.length > 0 ? scored.label_mass : null,
		prediction: scored.prediction,
		gold: scored.gold,
		correct: scored.correct,
		generated: scored.generated ?? null,
		truncated: asked.truncated,
	};
}
