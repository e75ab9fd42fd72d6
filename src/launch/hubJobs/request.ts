import type { Launch } from '../../config/launch';
import type { JobRequest } from '../../hub/jobs/jobs';
import { inputFailure } from '../../protocol/failure';
import type { LaunchRequest, ServedModel } from '../contract';

/** vLLM's own image, of what it runs at `latest`. */
const defaultImage = 'vllm/vllm-openai:latest';

/** The port that the server listens on in the job; its address outside is another. */
export const serverPort = 8000;

/** As many tokens as one request may ask log-probabilities of by their ids (vLLM); its own default is 20. */
const maximalLogprobs = 128;

/** Labels by which jobs of Eval Lens are told from others, and from each other. */
export const appLabel = ['app', 'eval-lens'] as const;
export const launchLabel = 'eval-lens-label';

/** How files of evaluations write dtypes, in vLLM's words. */
const dtypes: ReadonlyMap<string, string> = new Map([
	['auto', 'auto'],
	['fp32', 'float32'],
	['float32', 'float32'],
	['float', 'float32'],
	['fp16', 'float16'],
	['float16', 'float16'],
	['half', 'float16'],
	['bf16', 'bfloat16'],
	['bfloat16', 'bfloat16'],
]);

/**
 * The job that serves a model with vLLM.
 * @param secret The access token, for a model that is not open to all; null: the job gets none.
 * @throws Failure where vLLM could not serve it so, before anything is billed.
 */
export function jobRequest({ label, launch, model }: LaunchRequest<'hf_jobs'>, secret: string | null): JobRequest {
	return {
		dockerImage: launch.image ?? defaultImage,
		command: [...serveCommand(model), ...launch.args],
		flavor: launch.flavor,
		timeoutSeconds: Math.max(1, Math.ceil(launch.timeout)),
		attempts: 1,
		labels: { [appLabel[0]]: appLabel[1], [launchLabel]: label, name: labelValue(model.name) },
		expose: { ports: [serverPort] },
		secrets: secret === null ? {} : { HF_TOKEN: secret },
	};
}

/**
 * The image that a launch names in place of vLLM's own; null: none. Whoever made it reads what the job is given, which of a
 * model that is not open to all is the access token: a person is told before they say yes.
 */
export function otherImage(launch: Launch): string | null {
	return launch.kind === 'hf_jobs' && launch.image !== defaultImage ? launch.image : null;
}

function serveCommand({ id, revision, dtype }: ServedModel): readonly string[] {
	if (id === null) {
		throw inputFailure('jobs.no-model', {});
	}
	const known = dtype === null ? null : dtypes.get(dtype);
	if (known === undefined) {
		throw inputFailure('jobs.dtype', { dtype: dtype ?? '', known: [...dtypes.keys()].join(', ') });
	}
	return [
		...['vllm', 'serve', id, '--revision', revision],
		...(known === null ? [] : ['--dtype', known]),
		// A model's own settings for writing would change what is written: repetition penalties, temperatures.
		...['--generation-config', 'vllm', '--max-logprobs', String(maximalLogprobs), '--port', String(serverPort)],
	];
}

/** The model of a job that `jobRequest` made; null where its command is another. */
export function servedModel(command: readonly string[]): string | null {
	return command[0] === 'vllm' && command[1] === 'serve' ? (command[2] ?? null) : null;
}

/** Any name with what a label may consist of: at most 100 letters, digits, `.`, `_` and `-`. */
export function labelValue(name: string): string {
	return name.replace(/[^a-zA-Z0-9._-]+/g, '-').slice(0, 100) || 'model';
}
