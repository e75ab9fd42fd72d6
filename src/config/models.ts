import { type Message, message } from '../protocol/messages';
import { isLoopback, launchKinds, resolveLaunch } from './launch';
import type { Finding } from './problem';
import type { ModelSpec } from './resolved';
import type { EvaluationFile, ModelFields } from './schema';

/**
 * A name that begins with `.`, `/`, `~` or a drive, or otherwise cannot be an id of the Hub (`name` or `owner/name`), is a
 * path. `models/small` may be either: it counts as an id, and whoever opens it looks for such a folder first.
 */
function modelSource(name: string): ModelSpec['source'] {
	const isId = /^[\w-][\w.-]*(\/[\w.-]+)?$/.test(name) && !name.endsWith('.onnx');
	return isId ? { id: name } : { path: name };
}

/** Fills in what a file leaves open. Names are made unique, as results go by them. */
export function resolveModels(models: EvaluationFile['models'] = []): { models: ModelSpec[]; findings: Finding[] } {
	const plain = models.map(model =>
		typeof model === 'string' ? modelSpec({}, model, modelSource(model)) : fromFields(model),
	);
	const names = plain.map(({ name }) => name);
	const specs = plain.map((spec, i) => {
		const model = models[i];
		const isShared = names.indexOf(spec.name) !== names.lastIndexOf(spec.name);
		return isShared && typeof model === 'object' ? { ...spec, name: nameWithDetails(spec.name, model) } : spec;
	});
	const findings = specs.flatMap((spec, i): Finding[] => [
		...launchFindings(models[i], i),
		...(specs.findIndex(other => other.name === spec.name) < i
			? [
					{
						severity: 'error',
						message: message('config.same-model', { model: spec.name }),
						path: ['models', i],
						part: 'value',
					} as const,
				]
			: []),
	]);
	return { models: specs, findings };
}

function fromFields(model: ModelFields): ModelSpec {
	// The schema has seen to it that there is one of the two.
	return model.path === undefined
		? modelSpec(model, model.id ?? '', { id: model.id ?? '' })
		: modelSpec(model, model.path, { path: model.path });
}

function modelSpec(fields: ModelFields, name: string, source: ModelSpec['source']): ModelSpec {
	return {
		name,
		source,
		launch: fields.launch ? resolveLaunch(fields.launch) : null,
		revision: fields.revision ?? 'main',
		dtype: fields.dtype ?? null,
		device: fields.device ?? 'auto',
		chunking: fields.chunking ?? null,
		on_device_failure: fields.on_device_failure ?? 'cpu_at_load',
	};
}

function nameWithDetails(name: string, { engine, revision, dtype, device, chunking }: ModelFields): string {
	const details = [revision, dtype, device, chunking, engine].filter(detail => detail !== undefined);
	return details.length > 0 ? `${name} (${details.join(', ')})` : name;
}

/** Fields of a model that say how this computer computes. */
const localFields = ['device', 'chunking', 'on_device_failure'] as const;

function launchFindings(model: string | ModelFields | undefined, index: number): Finding[] {
	if (typeof model !== 'object') {
		return [];
	}
	const { engine, launch } = model;
	const error = (at: Message, field: string, part: 'key' | 'value'): Finding => ({
		severity: 'error',
		message: at,
		path: ['models', index, ...field.split('/')],
		part,
	});
	if (!launch) {
		return engine === 'endpoint' ? [error(message('config.endpoint-without-launch', {}), 'engine', 'value')] : [];
	}
	const kinds = launchKinds.filter(kind => launch[kind] !== undefined);
	const [kind] = kinds;
	if (kind === undefined || kinds.length > 1) {
		return [error(message('config.launch-one', { kinds: launchKinds.join(', ') }), 'launch', 'key')];
	}
	const findings: Finding[] = [];
	if (engine === 'onnx') {
		findings.push(error(message('config.launch-with-onnx', {}), 'engine', 'value'));
	}
	const address = launch.url === undefined ? null : addressProblem(launch.url, launch.allow_http);
	if (address) {
		findings.push(error(address, 'launch/url', 'value'));
	}
	for (const field of ['api_key', 'model', 'allow_http'] as const) {
		if (kind !== 'url' && launch[field] !== undefined) {
			findings.push(error(message('config.launch-url-only', { field, kind }), `launch/${field}`, 'key'));
		}
	}
	if (kind === 'hf_jobs' && model.id === undefined) {
		findings.push(error(message('config.launch-needs-id', {}), 'launch/hf_jobs', 'key'));
	}
	for (const field of localFields.filter(name => model[name] !== undefined)) {
		findings.push({
			severity: 'warning',
			message: message('config.launch-no-effect', { field }),
			path: ['models', index, field],
			part: 'key',
		});
	}
	return findings;
}

/** Prompts and keys go over the network encrypted, or not at all. */
function addressProblem(address: string, allowed: string | undefined): Message | null {
	if (!URL.canParse(address)) {
		return message('config.launch-url', { url: address });
	}
	const { protocol, hostname, username, password, search, hash } = new URL(address);
	if (username !== '' || password !== '' || search !== '' || hash !== '') {
		return message('config.launch-url-extra', {});
	}
	if (protocol === 'https:' || (protocol === 'http:' && (isLoopback(hostname) || hostname === allowed))) {
		return null;
	}
	return protocol === 'http:'
		? message('config.launch-http', { host: hostname })
		: message('config.launch-url', { url: address });
}
