import type { Chunking } from '../config/resolved';
import type { CancellationToken } from '../protocol/cancellation';
import type { Disposable } from '../protocol/event';
import type { Message } from '../protocol/messages';
import type { DeviceRecord, Provider } from './device';
import type { PassName } from './graph/pass';
import type { StepTime, Work } from './planning/costModel';
import type { EnginePlan } from './planning/enginePlan';
import type { Plan } from './planning/plan';
import type { RequestTrie } from './planning/requestTrie';
import type { Answer, RequestId } from './requests';

/** What computes the numbers, as far as it decides them: responses are cached under it. */
export interface EngineSetting {
	readonly name: string;
	readonly version: string;
	/** The execution provider. */
	readonly device: Provider;
	readonly dtype: string;
	readonly files: readonly { readonly path: string; readonly sha256: string }[];
	/** Tokens that end a written text, beside the one that the tokenizer names. */
	readonly endOfText: readonly number[];
	readonly chunking: Chunking;
	readonly graph: Pick<GraphInfo, 'chunkSensitive'>;
	/** What a reader of the numbers must know of the graph, whoever computed them. */
	readonly notes: readonly Message[];
}

/** What computed the numbers: recorded with every run. */
export interface EngineInfo extends EngineSetting {
	readonly device: Provider;
	/** How it was chosen. */
	readonly devices: DeviceRecord;
	/** What the choice of device and graph has to tell, such as a fallback. */
	readonly notes: readonly Message[];
	readonly threads: number | null;
	/** How the graph runs: as it is, or rewritten. */
	readonly graph: GraphInfo;
	/** Tokens the model can attend to. */
	readonly window: number;
	readonly vocabularySize: number;
	readonly capabilities: EngineCapabilities;
}

export interface GraphInfo {
	/** How it was rewritten; nothing: the file runs as it is. */
	readonly passes: readonly PassName[];
	/** Trees of tokens go through in one piece. */
	readonly trees: boolean;
	/** Block-quantised weights were written out as float32, without a change of their values. */
	readonly floatWeights: boolean;
	/** Activations are quantised over what is computed together: numbers depend on how prompts are cut. */
	readonly chunkSensitive: boolean;
}

export interface EngineCapabilities {
	/** Log-probabilities of given tokens of any number. */
	readonly continuations: 'any' | 'one_token';
	/** The most probable token of the whole vocabulary. */
	readonly argmax: boolean;
	readonly prefixReuse: boolean;
	/** Writes texts greedily. */
	readonly generate: boolean;
}

export interface WorkOptions {
	/** Requests whose answers are not wanted: what serves them alone is left out, what others need is cut as planned. */
	readonly isDone: (request: RequestId) => boolean;
	readonly onStep?: (time: StepTime) => void;
	/** Ends the work at once. */
	readonly token: CancellationToken;
}

/** The only thing that computes. Local and remote engines look alike from here on. */
export interface Engine<P extends EnginePlan = Plan> extends Disposable {
	/** Orders all requests of a run as suits the engine. Equal requests give equal plans. */
	plan(requests: RequestTrie): P;
	/** What has to be computed for the answers of a plan that are still wanted. */
	left(plan: P, isDone: WorkOptions['isDone']): Work;
	/** Yields each answer as soon as it is complete. */
	work(plan: P, options: WorkOptions): AsyncGenerator<Answer>;
}
