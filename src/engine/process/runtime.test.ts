import { expect, it } from 'vitest';
import { firstLine } from './runtime';

it.each([
	[
		new Error(
			'/src/webgpu_context.cc:136 Initialize(const Config&)::<lambda()> status == Success was false. No supported adapters\n  stack',
		),
		'No supported adapters',
	],
	[
		new Error('Load model from a.h:1 failed:Protobuf parsing failed.'),
		'Load model from a.h:1 failed:Protobuf parsing failed.',
	],
	['no error object', 'no error object'],
])('keeps of %j what happened', (error, text) => {
	expect(firstLine(error)).toBe(text);
});
