import { expect, it } from 'vitest';
import { sample } from './sampleBuilder';
import { transitionOf } from './transition';

it.each([
	[0, 0, 'both_right'],
	[0, 1, 'right_to_wrong'],
	[0, null, 'right_to_wrong'],
	[1, 0, 'wrong_to_right'],
	[1, 1, 'both_wrong'],
	[1, 2, 'churn'],
	[null, 2, 'churn'],
	[null, null, 'both_wrong'],
] as const)('answer %s, then %s, where 0 is right: %s', (base, variant, transition) => {
	expect(transitionOf({ base: sample({ prediction: base }), variant: sample({ prediction: variant }) })).toBe(
		transition,
	);
});

it('calls two texts that are no choice both wrong, whatever the model wrote', () => {
	const wrote = (generated: string) => sample({ prediction: null, generated });
	expect(transitionOf({ base: wrote('The'), variant: wrote('\n') })).toBe('both_wrong');
});

it('goes by what counted as right where equal choices are all right', () => {
	const twin = sample({ gold: 3, prediction: 0, correct: true });
	expect(transitionOf({ base: twin, variant: sample({ gold: 3, prediction: 3 }) })).toBe('both_right');
});
