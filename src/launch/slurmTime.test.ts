import { expect, test } from 'vitest';
import { slurmSeconds } from './slurmTime';

test.each([
	['90', 5400],
	['1:30', 90],
	['2:00:05', 7205],
	['1-2', 93_600],
	['1-02:03', 93_780],
	['1-02:03:04', 93_784],
])('%s is %i seconds', (time, seconds) => {
	expect(slurmSeconds(time)).toBe(seconds);
});
