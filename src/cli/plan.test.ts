import { expect, test } from 'vitest';
import type { ModelPlan } from '../run/planRun';
import { launchText, planText } from './plan';
import { plannedText } from './run';

test('what a server may cost is told with the image that may be given the access token', () => {
	const estimate = { maximalCost: { dollars: 1.01, dollarsAnHour: 1.01 }, longest: 3600, speed: null };
	expect(launchText(estimate, null)).toBe(
		'Starting the server may cost up to $1.01, and it ends after 1 h 0 min at most.',
	);
	expect(launchText(estimate, 'acme/vllm:1')).toMatch(
		/^Starting the server .*\. It runs the image acme\/vllm:1, which .* your access token to read the model\.$/,
	);
});

const scoring: ModelPlan = {
	model: 'm',
	place: 'here',
	tokens: { naive: 8000, one_request: 4000, distinct: 1000, planned: 1010 },
	seconds: 100,
	mde: null,
	variants: [{ variant: 'v', adds: 1000 }],
	samples: 100,
	from_cache: 0,
};

test('the plan of a run that writes nothing is told without a word of writing', () => {
	expect(planText(scoring)).not.toContain('writ');
	expect(planText(scoring)).toContain('Expected time: 1 min 40 s. Smallest');
});

test('what is written is told as a bound, of tokens and of time, beside what the prompts take', () => {
	const text = planText({ ...scoring, seconds: 32_680, written_at_most: { tokens: 25_600, seconds: 32_580 } });
	expect(text).toMatch(/^ {2}written, at most +25,600 *$/m);
	expect(text).toContain('Expected time: 1 min 40 s, and up to 9 h 3 min more for what the model writes. Smallest');
});

test('of a server the tokens alone are told: its time is that of all it does', () => {
	const text = planText({ ...scoring, place: 'server', written_at_most: { tokens: 25_600, seconds: null } });
	expect(text).toMatch(/^ {2}written, at most +25,600 *$/m);
	expect(text).toContain('Expected time: 1 min 40 s. Smallest');
});

test('a long run tells before what it writes at most, too', () => {
	const planned = { model: 'm', tokens: 21_000, naive: 80_000, smallestDifference: 0.02 };
	expect(plannedText({ ...planned, seconds: 36, writtenAtMost: null })).toBe(
		'21,000 tokens in place of 80,000, about 36 s; it can show differences from 2.0 points on.',
	);
	expect(plannedText({ ...planned, seconds: 32_616, writtenAtMost: { tokens: 25_600, seconds: 32_580 } })).toBe(
		'21,000 tokens in place of 80,000, about 36 s, and up to 9 h 3 min more to write up to 25,600; it can show differences from 2.0 points on.',
	);
});
