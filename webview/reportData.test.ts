import { expect, test } from 'vitest';
import { applyPromptDiff } from '../src/compare/diff/diffPrompts';
import { promptText } from '../src/protocol/prompt';
import { transitions } from '../src/protocol/resultsView';
import { reportSource } from './reportData';
import { bucketCounts } from './results/buckets';
import { fixtureRun } from './testing/fixture';

const data = fixtureRun({ examples: 30, missing: 3 });
const source = reportSource(JSON.parse(JSON.stringify(data)));

test('the columns agree with the comparisons of the overview', async () => {
	const { comparisons } = await source.overview();
	expect(comparisons).toHaveLength(3);
	for (const comparison of comparisons) {
		const { transition, example } = await source.columns(comparison);
		expect(example).toHaveLength(30);
		expect(bucketCounts(transition)).toMatchObject({
			right_to_wrong: comparison.right_to_wrong,
			wrong_to_right: comparison.wrong_to_right,
			churn: comparison.churn,
			missing: comparison.missing,
		});
	}
});

test('a pair carries both prompts and their exact difference', async () => {
	const pair = await source.pair({ model: 'demo-model', base: 'mmlu/original', variant: 'mmlu/helm', key: 'test/2' });
	const { base, variant, diff } = pair;
	expect(base && variant && diff && applyPromptDiff(base.segments, diff)).toBe(variant && promptText(variant));
	expect(diff?.edits).toBeGreaterThan(0);
});

test('any two variants can be compared', async () => {
	const choice = { model: 'demo-model', base: 'mmlu/helm', variant: 'mmlu/original' };
	const { right_to_wrong: there } = bucketCounts((await source.columns(choice)).transition);
	const back = await source.columns({ ...choice, base: choice.variant, variant: choice.base });
	expect(there).toBe(bucketCounts(back.transition).wrong_to_right);
});

test('a side without a sample is null, and the example is missing', async () => {
	const choice = { model: 'demo-model', base: 'mmlu/original', variant: 'original, “(A)” labels' };
	const { transition } = await source.columns(choice);
	expect(transitions[transition[29] ?? -1]).toBe('missing');
	expect(await source.pair({ ...choice, key: 'test/29' })).toMatchObject({ variant: null, diff: null });
});

test('an unknown key is an error', async () => {
	await expect(source.pair({ model: 'm', base: 'a', variant: 'b', key: 'test/99' })).rejects.toThrow('test/99');
});
