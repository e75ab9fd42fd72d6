import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../../test/paths';
import type { Json } from '../protocol/json';
import { compileJinja, jinjaScope } from './jinja';

/** Rendered by Jinja 3.1.6 of Python with `StrictUndefined` and `keep_trailing_newline`. */
const vectors: {
	readonly values: Readonly<Record<string, Json>>;
	readonly rendered: readonly (readonly [string, string])[];
	readonly failing: readonly string[];
} = JSON.parse(readFileSync(path.join(root, 'test', 'fixtures', 'jinja-vectors.json'), 'utf8'));

const scope = jinjaScope(new Map(Object.entries(vectors.values)));

describe('as Jinja of Python', () => {
	it.each(vectors.rendered)('%j', (template, rendered) => {
		expect(compileJinja(template).run(scope)).toBe(rendered);
	});

	it.each(vectors.failing)('%j fails', template => {
		expect(() => compileJinja(template).run(scope)).toThrow();
	});
});
