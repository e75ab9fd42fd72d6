import { describe, expect, it } from 'vitest';
import type { Assertion } from '../config/resolved';
import { messageText } from '../protocol/messages';
import type { Comparison, Result } from '../protocol/results';
import { failedAssertions } from './assertions';

const result: Result = {
	model: 'm',
	variant: 'base',
	n: 10,
	skipped: 0,
	errors: 0,
	accuracy: 0.5,
	ci95: [0.2, 0.8],
	label_mass: 0.9,
	answers: [5, 5, 0],
	rstd: 1,
	truncated: 0,
};
const comparison: Comparison = {
	model: 'm',
	base: 'base',
	variant: 'other',
	n: 10,
	delta: -0.2,
	ci95: [-0.4, 0],
	p_value: 0.5,
	p_adjusted: 0.5,
	right_to_wrong: 3,
	wrong_to_right: 1,
	churn: 0,
	missing: 0,
};
/** The same, seen from the other variant. */
const swapped: Comparison = { ...comparison, base: 'other', variant: 'base', delta: 0.2 };
const results = [result, { ...result, variant: 'other', accuracy: 0.3 }];

function check(assertion: Partial<Assertion> & Pick<Assertion, 'metric'>): string[] {
	const whole = { model: null, variant: null, base: null, min: null, max: null, ...assertion };
	const comparisonsTo = (base: string | null) => (base === 'other' ? [swapped] : [comparison]);
	return failedAssertions([whole], { results, comparisonsTo }).map(m => messageText(m));
}

describe('failedAssertions', () => {
	it('holds for every variant unless one is named', () => {
		expect(check({ metric: 'accuracy', min: 0.4 })).toEqual([
			'Assertion failed: accuracy is 0.3, but must be at least 0.4 (other, m).',
		]);
		expect(check({ metric: 'accuracy', min: 0.4, variant: 'base' })).toEqual([]);
	});

	it('reads comparisons', () => {
		expect(check({ metric: 'flips', max: 4 })).toEqual([]);
		expect(check({ metric: 'flips', max: 3 })).toHaveLength(1);
		expect(check({ metric: 'delta', min: -0.1 })[0]).toContain('-0.2');
	});

	it('compares with the base that it names', () => {
		expect(check({ metric: 'delta', base: 'other', min: 0.1 })).toEqual([]);
		expect(check({ metric: 'delta', base: 'other', max: 0.1 })[0]).toContain('at most 0.1 (base, m)');
	});

	it('fails for a figure that is not there', () => {
		expect(check({ metric: 'delta', variant: 'none', min: 0 })[0]).toContain('no delta');
		expect(check({ metric: 'aggregate', variant: 'base', min: 0 })[0]).toContain('no value');
	});
});
