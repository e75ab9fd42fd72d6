import { message } from '../protocol/messages';
import { found } from './findings';
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
		...notRunYet(models[i], i),
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
		engine: fields.engine ?? 'onnx',
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

function notRunYet(model: string | ModelFields | undefined, index: number): Finding[] {
	if (typeof model !== 'object') {
		return [];
	}
	const findings: Finding[] = [];
	if (model.engine === 'endpoint') {
		const params = { field: 'engine', value: 'endpoint' };
		findings.push({
			severity: 'error',
			message: message('config.not-run-yet', params),
			path: ['models', index, 'engine'],
			part: 'value',
		});
	}
	if (model.launch !== undefined) {
		const params = { field: 'launch', value: found(model.launch) };
		findings.push({
			severity: 'error',
			message: message('config.not-run-yet', params),
			path: ['models', index, 'launch'],
			part: 'key',
		});
	}
	return findings;
}
