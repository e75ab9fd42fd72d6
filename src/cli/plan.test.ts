import { expect, test } from 'vitest';
import { launchText } from './plan';

test('what a server may cost is told with the image that may be given the access token', () => {
	const estimate = { maximalCost: { dollars: 1.01, dollarsAnHour: 1.01 }, longest: 3600, speed: null };
	expect(launchText(estimate, null)).toBe(
		'Starting the server may cost up to $1.01, and it ends after 1 h 0 min at most.',
	);
	expect(launchText(estimate, 'acme/vllm:1')).toMatch(
		/^Starting the server .*\. It runs the image acme\/vllm:1, which .* your access token to read the model\.$/,
	);
});
