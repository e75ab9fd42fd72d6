import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { addModel, type ModelEntry } from './addModel';

const model: ModelEntry = { source: 'id', name: 'org/tiny', dtype: null };

function added(text: string, entry: ModelEntry = model): string {
	const result = addModel(text, entry);
	if (!('edit' in result)) {
		throw new Error(`no edit: ${JSON.stringify(result)}`);
	}
	const { start, end, text: between } = result.edit;
	return text.slice(0, start) + between + text.slice(end);
}

describe('adding a model', () => {
	it.each([
		['no models', 'a: 1\n', 'a: 1\nmodels:\n  - org/tiny\n'],
		['no line end', 'a: 1', 'a: 1\nmodels:\n  - org/tiny\n'],
		['an empty file', '', 'models:\n  - org/tiny\n'],
		['nothing behind the key', 'models:\nb: 2\n', 'models:\n  - org/tiny\nb: 2\n'],
		['null', 'models: ~ # none\nb: 2\n', null],
		['an empty list', 'models: []\n\nb: 2\n', 'models:\n  - org/tiny\n\nb: 2\n'],
		[
			'a list with comments',
			'models:\n  # first\n  - one # why\n  # last\n\nb: 2\n',
			'models:\n  # first\n  - one # why\n  - org/tiny\n  # last\n\nb: 2\n',
		],
		['a list that is not indented', 'models:\n- one\nb: 2\n', 'models:\n- one\n- org/tiny\nb: 2\n'],
		[
			'a mapping',
			'models:\n    - id: one\n      dtype: q8   # small\nb: 2\n',
			'models:\n    - id: one\n      dtype: q8   # small\n    - org/tiny\nb: 2\n',
		],
		['a flow list', 'models: [one, two ] # x\n', 'models: [one, two, org/tiny ] # x\n'],
		['CR LF', 'models:\r\n  - one\r\nb: 2\r\n', 'models:\r\n  - one\r\n  - org/tiny\r\nb: 2\r\n'],
	])('to %s', (_, before, after) => {
		if (after !== null) {
			expect(added(before)).toBe(after);
		}
	});

	it('writes the file of a model and a folder', () => {
		expect(added('models: []\n', { ...model, dtype: 'q4' })).toBe('models:\n  - id: org/tiny\n    dtype: q4\n');
		expect(added('models: []\n', { source: 'path', name: './my model', dtype: null })).toBe(
			'models:\n  - path: "./my model"\n',
		);
		expect(added('models: [a]\n', { ...model, dtype: 'q4' })).toBe('models: [a, {id: org/tiny, dtype: q4}]\n');
	});

	it('finds one that is there', () => {
		const text = 'models:\n  - one\n  - org/tiny\n';
		expect(addModel(text, model)).toEqual({ offset: text.indexOf('org') });
		expect(addModel('models:\n  - id: org/tiny\n    dtype: q8\n', { ...model, dtype: 'q8' })).toEqual({ offset: 12 });
	});

	it.each(['models: 1\n', 'models: [\n', '- a\n', '{models: []}\n'])('refuses %j', text => {
		expect(addModel(text, model)).toEqual({ unreadable: true });
	});

	it('changes nothing else, whatever the file holds and the model is called', () => {
		const scalar = fc.oneof(fc.string({ maxLength: 8 }), fc.integer(), fc.constant(null));
		const entry = fc.oneof(fc.string({ minLength: 1, maxLength: 8 }), fc.record({ id: fc.string({ maxLength: 8 }) }));
		fc.assert(
			fc.property(
				fc.dictionary(fc.string({ maxLength: 6 }), scalar, { maxKeys: 4 }),
				fc.array(entry, { maxLength: 3 }),
				fc.boolean(),
				fc.string({ minLength: 1, unit: 'binary', maxLength: 12 }),
				(others, models, isFlow, name) => {
					const before = { ...others, models };
					const text = isFlow
						? Object.entries(before)
								.map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}\n`)
								.join('')
						: blockText(before);
					const result = addModel(text, { ...model, name });
					if ('edit' in result) {
						const after: unknown = parse(added(text, { ...model, name }));
						expect(after).toEqual({ ...before, models: [...models, name] });
					} else {
						expect(models.some(one => one === name || (typeof one === 'object' && one.id === name))).toBe(true);
					}
				},
			),
			{ numRuns: 500 },
		);
	});
});

function blockText(value: Readonly<Record<string, unknown>>): string {
	return Object.entries(value)
		.map(([key, member]) => {
			const items = Array.isArray(member) ? member.map(item => `  - ${JSON.stringify(item)}\n`).join('') : null;
			return `${JSON.stringify(key)}:${items === null ? ` ${JSON.stringify(member)}\n` : `\n${items}`}`;
		})
		.join('');
}
