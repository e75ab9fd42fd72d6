import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import type { Sample } from '../src/protocol/sample';
import type { RunRecord } from '../src/run/record';
import { evalLens } from './commandLine';

/** What a run leaves. */
export interface Ran {
	readonly samples: readonly Sample[];
	readonly record: RunRecord;
}

/** Runs an evaluation of these fields from the command line, in a folder that is empty yet, with nothing from a cache. */
export async function evaluated(dir: string, fields: object, env: NodeJS.ProcessEnv = {}): Promise<Ran> {
	const file = path.join(dir, 'evaluated.eval.yaml');
	// JSON is YAML.
	writeFileSync(file, JSON.stringify(fields));
	const out = path.join(dir, 'run');
	const { code, stderr } = await evalLens(['run', file, '--out', out, '--json', '--no-cache'], { env });
	expect(code, stderr).toBe(0);
	const read = (name: string) => readFileSync(path.join(out, name), 'utf8');
	return {
		samples: read('samples.jsonl')
			.trimEnd()
			.split('\n')
			.map((line): Sample => JSON.parse(line)),
		record: JSON.parse(read('run.json')),
	};
}
