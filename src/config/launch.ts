import * as z from 'zod';
import { type Expectation, expects, mapping, positiveNumber, text } from './fields';

/** Where a key is found: an environment variable, or the editor's SecretStorage. The key itself is never written. */
export type KeyName = `env:${string}` | `secret:${string}`;

/** How the server that computes a model comes to be, and where it is. Field names are the file's, values resolved. */
export type Launch =
	| {
			readonly kind: 'url';
			/** As written, without a slash at its end; with or without `/v1`. */
			readonly url: string;
			readonly api_key: KeyName | null;
			/** The model's name on the server; null: the model's own, or the only one that is served. */
			readonly model: string | null;
	  }
	| {
			readonly kind: 'hf_jobs';
			readonly flavor: string;
			/** Seconds. The job ends then whatever happens. */
			readonly timeout: number;
			/** Null: vLLM's. */
			readonly image: string | null;
			/** Of vLLM, behind its own. */
			readonly args: readonly string[];
			/** Whose account pays; null: the person's own. */
			readonly namespace: string | null;
	  }
	| { readonly kind: 'ssh'; readonly host: string; readonly command: string; readonly port: number }
	| {
			readonly kind: 'slurm';
			/** Null: `sbatch` of this computer. */
			readonly host: string | null;
			readonly partition: string | null;
			readonly gres: string | null;
			/** As Slurm writes it: `minutes`, `hours:minutes:seconds`, `days-hours`, … */
			readonly time: string;
			readonly command: string;
	  }
	| { readonly kind: 'local'; readonly command: string; readonly port: number };

export type LaunchKind = Launch['kind'];

/** A server that Eval Lens starts, and ends. */
export type StartedLaunch = Exclude<Launch, { kind: 'url' }>;

/** A text of a form, with one sentence for what is another text and what is none. */
const formed = (form: RegExp, expectation: Expectation) => text(expectation).regex(form, expects(expectation));

const keyName = formed(/^(env|secret):[A-Za-z_][A-Za-z0-9_.-]*$/, 'config.expected.key-name');
const port = () => positiveNumber().max(65535, expects('config.expected.port'));
/** Neither an option of ssh, nor something that its shell would see. */
const host = () => formed(/^[A-Za-z0-9_][A-Za-z0-9_.:@%-]*$/, 'config.expected.host');
const word = () => formed(/^[A-Za-z0-9_][A-Za-z0-9_.:=,/-]*$/, 'config.expected.word');
const command = (what: string) =>
	z
		.string(expects('config.expected.text'))
		.min(1, expects('config.expected.text'))
		.meta({
			description: `Starts the server, ${what}. \`$EVAL_LENS_PORT\` is the port that it must listen on, \`$EVAL_LENS_MODEL\` and \`$EVAL_LENS_REVISION\` are the model’s.`,
			examples: ['vllm serve "$EVAL_LENS_MODEL" --port "$EVAL_LENS_PORT"'],
		});

const launchFields = {
	url: text().optional().meta({
		description: 'A server that runs: its address, with or without `/v1`. `https`, or `http` on this computer.',
	}),
	api_key: keyName.optional().meta({
		description:
			'Where the key of the server is: `env:NAME` in the environment, `secret:NAME` where VS Code keeps secrets. Never the key itself.',
	}),
	model: text().optional().meta({
		description: 'The model’s name on the server, where it has another one there.',
	}),
	allow_http: host().optional().meta({
		description:
			'The host of a `url` that may be reached without encryption: prompts and the key can be read on the way.',
	}),
	hf_jobs: mapping({
		flavor: word().meta({ description: 'The hardware, such as `a10g-small`.' }),
		timeout: z
			.union(
				[positiveNumber(), formed(/^\d+(\.\d+)?[smhd]$/, 'config.expected.duration')],
				expects('config.expected.duration'),
			)
			.meta({
				description:
					'When the job ends whatever happens: seconds, or with a unit as `30m`, `1.5h`. It bounds what the run can cost.',
			}),
		image: text().optional().meta({ description: 'A Docker image with vLLM.', default: 'vllm/vllm-openai:latest' }),
		args: z
			.array(text(), expects('config.expected.texts'))
			.optional()
			.meta({ description: 'Further arguments of `vllm serve`.' }),
		namespace: word().optional().meta({ description: 'Whose account is billed; absent: your own.' }),
	})
		.optional()
		.meta({ description: 'A job of Hugging Face, which serves the model on a GPU by the minute.' }),
	ssh: mapping({
		host: host().meta({ description: 'As `ssh` takes it: a name of your ssh configuration, or `user@host`.' }),
		command: command('on that computer'),
		port: port().meta({ description: 'The port that the server listens on there.' }),
	})
		.optional()
		.meta({ description: 'A computer that you reach by `ssh`, with your own configuration and agent.' }),
	slurm: mapping({
		host: host()
			.optional()
			.meta({ description: 'The login node, as `ssh` takes it; absent: `sbatch` of this computer.' }),
		partition: word().optional().meta({ description: 'The partition of the cluster.' }),
		gres: word().optional().meta({ description: 'What the job asks for, such as `gpu:1`.' }),
		time: z
			.union(
				[positiveNumber(), formed(/^(\d+-)?\d+(:\d+){0,2}$/, 'config.expected.slurm-time')],
				expects('config.expected.slurm-time'),
			)
			.meta({ description: 'When the job ends whatever happens: minutes, or `hours:minutes:seconds`.' }),
		command: command('on the node of the job'),
	})
		.optional()
		.meta({ description: 'A job of a Slurm cluster.' }),
	local: mapping({
		command: command('on this computer'),
		port: port().meta({ description: 'The port that it listens on.' }),
	})
		.optional()
		.meta({ description: 'A server that is started on this computer.' }),
};

/** The ways to start a server; exactly one of them is written. */
export const launchKinds = ['url', 'hf_jobs', 'ssh', 'slurm', 'local'] as const satisfies readonly LaunchKind[];

export const launchSchema = mapping(launchFields, 'config.expected.launch').meta({
	description: 'Where the server is that computes, or how it is started: one of these.',
	oneOf: launchKinds.map(kind => ({ required: [kind] })),
});

export type LaunchFields = z.output<typeof launchSchema>;

/** Whether a host of an address is this computer. */
export function isLoopback(host: string): boolean {
	return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

const secondsOf = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** Seconds of `90`, `30m`, `1.5h`. */
function seconds(duration: string | number): number {
	if (typeof duration === 'number') {
		return duration;
	}
	// The schema has seen to the form.
	const unit = duration.slice(-1) as keyof typeof secondsOf;
	return Math.round(Number(duration.slice(0, -1)) * secondsOf[unit]);
}

/** Fills in what is left open; null where it is not exactly one way. */
export function resolveLaunch(fields: LaunchFields): Launch | null {
	const [kind, ...others] = launchKinds.filter(name => fields[name] !== undefined);
	if (kind === undefined || others.length > 0) {
		return null;
	}
	const { url, hf_jobs, ssh, slurm, local } = fields;
	if (url !== undefined) {
		// The schema has seen to the key's form.
		const api_key = (fields.api_key ?? null) as KeyName | null;
		return { kind: 'url', url: url.replace(/\/+$/, ''), api_key, model: fields.model ?? null };
	}
	if (hf_jobs) {
		const { flavor, timeout, image = null, args = [], namespace = null } = hf_jobs;
		return { kind: 'hf_jobs', flavor, timeout: seconds(timeout), image, args, namespace };
	}
	if (ssh) {
		return { kind: 'ssh', ...ssh };
	}
	if (slurm) {
		const { host = null, partition = null, gres = null, time, command } = slurm;
		return { kind: 'slurm', host, partition, gres, time: String(time), command };
	}
	return local ? { kind: 'local', ...local } : null;
}
