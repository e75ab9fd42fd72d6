import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { enginePath } from '../../test/buildEngine';
import { row, writeEvaluation } from '../../test/evaluationFolder';
import { demoModel } from '../../test/paths';
import { startDemoServer } from '../../test/servers/demoServerCommand';
import { temporaryFolders } from '../../test/temporaryFolder';
import { CancellationSource, Cancelled, neverCancelled } from '../protocol/cancellation';
import { Failure } from '../protocol/failure';
import type { PreviewChoice, ScoringPhase } from '../protocol/previewView';
import { promptText } from '../protocol/prompt';
import { InvalidEvaluation } from './loadEvaluation';
import { PreviewSession } from './previewSession';

const newFolder = temporaryFolders();
const first: PreviewChoice = { example: 0, variant: 'original', against: null };

function sessionOn(fields: Readonly<Record<string, unknown>> = {}) {
	const folder = newFolder();
	const file = writeEvaluation(folder, fields);
	const session = new PreviewSession(file);
	onTestFinished(() => session.dispose());
	return { session, file, text: readFileSync(file, 'utf8'), testFile: path.join(folder, 'data', 'test.jsonl') };
}

describe('an evaluation that is being typed', () => {
	test('rows are kept while no field that chooses them changes', async () => {
		const { session, text } = sessionOn({ variants: { own: { doc_to_text: 'Q: {{question}}' } } });
		const before = await session.open(text);
		const after = await session.open(text.replace('Q: ', 'Question: '));
		expect(after.examples).toBe(before.examples);
		expect(promptText(after.render(0, 'own').prompt)).toContain('Question: Which number is 0?');
		expect(promptText(before.render(0, 'own').prompt)).toContain('Q: Which number is 0?');
	});

	test.each([
		['limit', { limit: 2 }, 2],
		['where', { where: { answer: [0] } }, 4],
		['test_split', { test_split: 'validation' }, 6],
	])('rows are chosen anew where %s changes', async (_, fields, count) => {
		const { session, text } = sessionOn();
		const before = await session.open(text);
		const after = await session.open(JSON.stringify({ ...JSON.parse(text), ...fields }));
		expect(after.examples).toHaveLength(count);
		expect(after.examples).not.toBe(before.examples);
	});

	test('rows are read anew where their file changed', async () => {
		const { session, text, testFile } = sessionOn();
		await session.open(text);
		writeFileSync(testFile, `${JSON.stringify(row(70))}\n`);
		const { examples } = await session.open(text);
		expect(examples.map(({ question }) => question)).toEqual(['Which number is 70?']);
	});

	test('a fault of one variant is no fault of another', async () => {
		const { session } = sessionOn();
		const text = JSON.stringify({
			dataset_path: 'data',
			variants: { good: { doc_to_text: '{{question}}' }, bad: { doc_to_text: '{{question' } },
		});
		const preview = await session.open(text);
		expect(preview.show({ ...first, variant: 'good' }).prompt.segments.length).toBeGreaterThan(0);
		expect(() => preview.show({ ...first, variant: 'bad' })).toThrow(/doc_to_text/);
	});

	test('text with errors fails with their places, and is forgotten with the next', async () => {
		const { session, text } = sessionOn();
		await session.open(text);
		await expect(session.open('dataset_path: [')).rejects.toThrow(InvalidEvaluation);
		expect((await session.open(text)).examples).toHaveLength(4);
	});

	test('data that could not be read is tried again', async () => {
		const { session, text, testFile } = sessionOn();
		const content = readFileSync(testFile);
		rmSync(testFile);
		await expect(session.open(text)).rejects.toThrow(Failure);
		writeFileSync(testFile, content);
		expect((await session.open(text)).examples).toHaveLength(4);
	});
});

describe('what is shown', () => {
	test('a prompt with its example, its place in the file, and the difference to another', async () => {
		const { session, text } = sessionOn();
		const preview = await session.open(text);
		const shown = preview.show({ ...first, example: 1, against: 'helm' });
		expect(shown.example).toMatchObject({ key: 'test/1', subject: 'numbers', gold: 0, target: null });
		expect(shown.prompt.variant).toBe('original');
		expect(shown.against?.variant).toBe('helm');
		expect(shown.diff?.pairs.length).toBeGreaterThan(0);
		expect(preview.find('test/3')).toBe(3);
		expect(preview.find('test/99')).toBeNull();
		expect(text.split('\n')[preview.place('helm', 'doc_to_text').line]).toContain('"helm"');
	});

	test('the place of a template is its last line', async () => {
		const { session } = sessionOn();
		const text = `dataset_path: data
variants:
  own:
    doc_to_text: |-
      {{question}}
      Answer:
    target_delimiter: ""
`;
		const preview = await session.open(text);
		expect(text.split('\n')[preview.place('own', 'doc_to_text').line]).toContain('Answer:');
		expect(preview.place('own', 'target_delimiter').line).toBe(6);
	});

	test('tokens come with the model, and go with it', async () => {
		const { session, text } = sessionOn();
		const preview = await session.open(text);
		expect(preview.show(first)).toMatchObject({ model: { state: 'loading' }, prompt: { tokens: null } });
		await session.loadModel(preview);
		const shown = preview.show(first);
		expect(shown.model.state).toBe('ready');
		expect(shown.prompt.tokens?.scored.map(one => one.text)).toEqual([' A', ' B', ' C', ' D']);
		const without = await session.open(JSON.stringify({ ...JSON.parse(text), models: [] }));
		await session.loadModel(without);
		expect(without.show(first)).toMatchObject({ model: { state: 'none' }, prompt: { tokens: null } });
	});

	test('a model that is not there is said, and prompts stay', async () => {
		const { session, text } = sessionOn();
		const preview = await session.open(JSON.stringify({ ...JSON.parse(text), models: [{ path: 'nowhere' }] }));
		await session.loadModel(preview);
		const shown = preview.show(first);
		expect(shown.model).toMatchObject({ state: 'missing', name: 'nowhere', reason: { code: 'engine.folder-missing' } });
		expect(shown.prompt.segments.length).toBeGreaterThan(0);
	});
});

describe('scoring an example', () => {
	test('gives the log-probabilities under both variants, and again without loading', async () => {
		const { session, text } = sessionOn();
		const preview = await session.open(text);
		const phases: ScoringPhase[] = [];
		const options = { enginePath: await enginePath(), token: neverCancelled, onPhase: phases.push.bind(phases) };
		const scores = await preview.score({ ...first, against: 'helm' }, options);
		expect(scores.prompts.map(({ variant }) => variant)).toEqual(['original', 'helm']);
		for (const prompt of scores.prompts) {
			expect(prompt.logprobs).toHaveLength(4);
			expect(prompt.labelMass).toBeCloseTo(prompt.logprobs.reduce<number>((sum, one) => sum + Math.exp(one ?? 0), 0));
			expect(prompt.gold).toBe(0);
		}
		expect(scores.prompts.map(({ generated }) => generated === null)).toEqual([true, false]);
		expect((await preview.score(first, options)).prompts[0]).toEqual(scores.prompts[0]);
	});

	test('a server that runs already gives the numbers of this computer, and is given its key', async () => {
		const server = await startDemoServer();
		onTestFinished(server.stop);
		const { session, text } = sessionOn();
		const asked: string[] = [];
		const options = {
			enginePath: await enginePath(),
			token: neverCancelled,
			onPhase: () => {},
			secret: async (name: string, { host }: { readonly host: string }) => {
				asked.push(`${name} ${host}`);
				return 'sk-4711';
			},
		};
		const here = await (await session.open(text)).score({ ...first, against: 'helm' }, options);
		const models = [{ path: demoModel, launch: { url: server.url, api_key: 'secret:LAB' } }];
		const remote = await session.open(JSON.stringify({ ...JSON.parse(text), models }));
		const there = await remote.score({ ...first, against: 'helm' }, options);
		expect(await remote.score(first, options)).toMatchObject({ prompts: [{ variant: 'original' }] });
		expect(there.prompts).toHaveLength(2);
		for (const [i, prompt] of there.prompts.entries()) {
			expect(prompt).toMatchObject({ ...here.prompts[i], logprobs: expect.anything(), labelMass: expect.anything() });
			for (const [k, logprob] of prompt.logprobs.entries()) {
				expect(logprob).toBeCloseTo(here.prompts[i]?.logprobs[k] ?? Number.NaN, 4);
			}
		}
		expect(asked).toEqual([`secret:LAB ${new URL(server.url).host}`]);
	});

	test('starts no server', async () => {
		const { session, text } = sessionOn();
		const models = [{ path: demoModel, launch: { local: { command: 'exit 1', port: 8000 } } }];
		const preview = await session.open(JSON.stringify({ ...JSON.parse(text), models }));
		const scoring = preview.score(first, { enginePath: '', token: neverCancelled, onPhase: () => {} });
		await expect(scoring).rejects.toMatchObject({ reason: { code: 'run.remote-example' } });
	});

	test('can be cancelled, and goes on afterwards', async () => {
		const { session, text } = sessionOn();
		const preview = await session.open(text);
		const source = new CancellationSource();
		const engine = await enginePath();
		const scoring = preview.score(first, { enginePath: engine, token: source.token, onPhase: () => source.cancel() });
		await expect(scoring).rejects.toThrow(Cancelled);
		const scores = await preview.score(first, { enginePath: engine, token: neverCancelled, onPhase: () => {} });
		expect(scores.prompts).toHaveLength(1);
	});

	test('asked twice, the first is cancelled and the second is answered', async () => {
		const { session, text } = sessionOn();
		const preview = await session.open(text);
		const options = { enginePath: await enginePath(), token: neverCancelled, onPhase: () => {} };
		await preview.score(first, options);
		const both = await Promise.allSettled([preview.score(first, options), preview.score(first, options)]);
		expect(both[0]).toMatchObject({ status: 'rejected', reason: expect.any(Cancelled) });
		expect(both[1]).toMatchObject({ status: 'fulfilled', value: { prompts: [{ variant: 'original' }] } });
		expect((await preview.score(first, options)).prompts).toHaveLength(1);
	});

	test.each([
		['the format', { variants: { original: { extends: 'mmlu/original', add_bos_token: false } } }],
		['the model', { models: [{ path: 'elsewhere' }] }],
	])('what is scored by %s is told from other scores of the same text', async (_, fields) => {
		const { session, text } = sessionOn();
		const before = (await session.open(text)).show(first).prompt;
		const after = (await session.open(JSON.stringify({ ...JSON.parse(text), ...fields }))).show(first).prompt;
		expect(after.segments).toEqual(before.segments);
		expect(after.scoredBy).not.toBe(before.scoredBy);
		expect((await session.open(text)).show(first).prompt.scoredBy).toBe(before.scoredBy);
	});

	test('needs a model', async () => {
		const { session, text } = sessionOn();
		const preview = await session.open(JSON.stringify({ ...JSON.parse(text), models: [] }));
		expect(() => preview.score(first, { enginePath: '', token: neverCancelled, onPhase: () => {} })).toThrow(/models/);
	});
});
