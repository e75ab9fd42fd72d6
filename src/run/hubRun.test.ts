import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { enginePath } from '../../test/buildEngine';
import { connect } from '../../test/hub/connect';
import { startHubStandIn } from '../../test/hub/standIn';
import { addStory } from '../../test/hub/story';
import { temporaryFolders } from '../../test/temporaryFolder';
import { neverCancelled } from '../protocol/cancellation';
import { evaluate } from './evaluate';
import type { RunProgress } from './progress';

const standIn = await startHubStandIn();
afterAll(() => standIn.close());
addStory(standIn);
const newFolder = temporaryFolders();

it('runs a model of the Hub on a dataset of the Hub, records both, and runs again offline', {
	timeout: 120_000,
}, async () => {
	const folder = newFolder();
	const file = path.join(folder, 'quiz.eval.yaml');
	mkdirSync(folder, { recursive: true });
	const fields = {
		dataset_path: 'acme/quiz',
		num_fewshot: 1,
		limit: 3,
		models: ['eval-lens/demo-model'],
		variants: { original: 'mmlu/original' },
	};
	writeFileSync(file, JSON.stringify(fields));
	const cache = path.join(newFolder(), 'hub');
	const progress: RunProgress[] = [];
	const options = {
		file,
		enginePath: await enginePath(),
		version: '0',
		cache: false,
		token: neverCancelled,
		onProgress: (one: RunProgress) => progress.push(one),
	};
	const { record, dir } = await evaluate({ ...options, hub: connect(standIn, cache) });
	expect(record.state).toBe('done');
	expect(record.dataset.revision).toMatch(/^[0-9a-f]{40}$/);
	expect(record.dataset.files[0]).toMatchObject({
		path: 'default/test/0000.parquet',
		commit: expect.stringMatching(/^[0-9a-f]{40}$/),
	});
	expect(record.models).toEqual([
		expect.objectContaining({
			repository: 'eval-lens/demo-model',
			revision: expect.stringMatching(/^[0-9a-f]{40}$/),
			dtype: expect.any(String),
		}),
	]);
	expect(progress.some(({ phase, bytes }) => phase === 'downloading' && (bytes?.total ?? 0) > 1e6)).toBe(true);
	const before = standIn.requests.length;
	const offline = connect(standIn, cache, { offline: true });
	const again = await evaluate({ ...options, hub: offline, out: path.join(folder, 'again') });
	expect(again.record.fingerprint).toBe(record.fingerprint);
	expect(standIn.requests).toHaveLength(before);
	const samples = (run: string) => readFileSync(path.join(run, 'samples.jsonl'), 'utf8');
	expect(samples(again.dir)).toBe(samples(dir));
	expect(samples(dir)).toMatch(/"key":"default\/test\/0"/);
});
