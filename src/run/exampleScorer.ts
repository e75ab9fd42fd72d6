import type { ModelSpec } from '../config/resolved';
import type { Question } from '../data/row';
import type { Engine } from '../engine/contract';
import { startLocalEngine } from '../engine/localEngine';
import type { OnDownload } from '../hub/download';
import type { Place } from '../hub/place';
import { CancellationSource, type CancellationToken, Cancelled } from '../protocol/cancellation';
import type { Disposable } from '../protocol/event';
import { Failure, inputFailure } from '../protocol/failure';
import { canonicalJson } from '../protocol/json';
import type { PreviewScores, ScoredPrompt, ScoringPhase } from '../protocol/previewView';
import { askerOf } from '../task/ask';
import { localOptions } from './modelEngine';
import { type LocalModel, openModels } from './models';
import type { PlannedVariant } from './planVariants';
import { noCache } from './responseCache';
import { requestsOf } from './sampleRequests';
import { type ScoredSample, scoreSamples } from './scoreSamples';

export interface ScoreOptions {
	/** The built engine.cjs. */
	readonly enginePath: string;
	readonly onPhase: (phase: ScoringPhase) => void;
	/** Cancelling ends the model's process. */
	readonly token: CancellationToken;
}

interface Loaded {
	readonly key: string;
	readonly model: LocalModel;
	readonly engine: Engine;
}

/** Scores single examples on a local model, whose process is kept from one to the next. */
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
		{ enginePath, onPhase, token }: ScoreOptions,
	): Promise<PreviewScores> {
		if (this.#underWay) {
			// Cancelling kills the process: whoever comes after needs another.
			this.#underWay.cancel();
			this.#forget();
		}
		const source = new CancellationSource();
		this.#underWay = source;
		const onCancel = token.onCancellationRequested(() => source.cancel());
		try {
			onPhase('loading');
			const { model, engine } = await this.#load(spec, enginePath, onPhase, source.token);
			const requests = requestsOf(
				variants.map(({ variant, renderer, shots }) => askerOf(variant, renderer, model)(question, shots(question))),
			);
			onPhase('scoring');
			const start = performance.now();
			const scored = new Map<string, ScoredPrompt>();
			const options = { cache: noCache, token: source.token };
			for await (const one of scoreSamples(requests, engine.plan(requests.trie), engine, model.tokenizer, options)) {
				if (one.kind === 'failed') {
					throw new Failure('run', one.reason);
				}
				scored.set(one.asked.variant.name, scoredPrompt(one));
			}
			// In the order in which they were asked for, whatever order was planned.
			const prompts = variants.flatMap(({ variant }) => scored.get(variant.name) ?? []);
			return { model: model.name, milliseconds: performance.now() - start, prompts };
		} catch (error) {
			if (this.#underWay === source && !(error instanceof Failure && error.kind === 'input')) {
				// A process that was killed, or has crashed, answers nothing any more.
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

	async #load(
		spec: ModelSpec,
		enginePath: string,
		onPhase: ScoreOptions['onPhase'],
		token: CancellationToken,
	): Promise<Loaded> {
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
		if (model.kind === 'remote') {
			throw inputFailure('run.remote-example', { model: model.name });
		}
		const engine = await startLocalEngine(localOptions(model, { enginePath }), token);
		if (token.isCancellationRequested) {
			engine.dispose();
			throw new Cancelled();
		}
		this.#loaded = { key, model, engine };
		return this.#loaded;
	}

	#forget(): void {
		this.#loaded?.engine.dispose();
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
