import fc from 'fast-check';
import { expect, test } from 'vitest';
import { analyse } from './analysis';
import { applyEdits } from './edits';
import { linksOf } from './links';
import { badVariantName, nameRange, renameVariant, variantNameAt, variantNames } from './variantNames';

const text = `dataset_path: acme/quiz
task: ./t.yaml
models:
  - small
  - path: models/one
variants:
  base: mmlu/original # first
  "two words": {extends: base}
  'it''s':
    extends: "two words"
  mmlu/helm:
    extends: mmlu/helm
assert:
  - {metric: delta, variant: 'two words', base: base, min: 0}
  - metric: flips
    variant: it's
    max: 3
`;
const options = { fileName: 'a.eval.yaml' };

test('a variant is named where it is defined, extended and judged', async () => {
	const analysis = await analyse(text, options);
	const of = (name: string) =>
		variantNames(analysis)
			.filter(one => one.name === name)
			.map(({ range, isDefinition }) => `${isDefinition ? 'def ' : ''}${text.slice(...range)}`);
	expect(of('base')).toEqual(['def base', 'base', 'base']);
	expect(of('two words')).toEqual(['def "two words"', '"two words"', "'two words'"]);
	expect(of("it's")).toEqual(["def 'it''s'", "it's"]);
	expect(of('mmlu/helm')).toEqual(['def mmlu/helm']);
	const at = variantNameAt(analysis, text.indexOf('two words'));
	expect(at && text.slice(...nameRange(analysis, at))).toBe('two words');
	expect(variantNameAt(analysis, 0)).toBeNull();
});

test('renaming keeps quotes, comments and every reference', async () => {
	const analysis = await analyse(text, options);
	const renamed = applyEdits(text, renameVariant(analysis, 'two words', "3's"));
	expect(renamed).toContain(`"3's": {extends: base}`);
	expect(renamed).toContain(`variant: '3''s', base: base`);
	expect(applyEdits(text, renameVariant(analysis, 'base', 'yes'))).toContain('"yes": mmlu/original # first');
	expect(badVariantName(analysis, 'base', 'two words')).toBe('taken');
	expect(badVariantName(analysis, 'base', ' ')).toBe('empty');
	expect(badVariantName(analysis, 'base', 'base')).toBeNull();
});

test('any new name gives the same evaluation under that name', async () => {
	const source = text.replace('task: ./t.yaml\n', '');
	const analysis = await analyse(source, options);
	const shape = (of: Awaited<ReturnType<typeof analyse>>) =>
		of.resolved && {
			variants: of.resolved.variants.map(({ preset, format }) => ({ preset, format })),
			assertions: of.resolved.assertions.map(({ metric, min, max }) => ({ metric, min, max })),
		};
	expect(shape(analysis)).not.toBeNull();
	await fc.assert(
		fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }), async name => {
			fc.pre(badVariantName(analysis, 'two words', name) === null && name !== '<<');
			const after = await analyse(applyEdits(source, renameVariant(analysis, 'two words', name)), options);
			expect(after.variants[1]).toBe(name);
			expect(shape(after)).toEqual(shape(analysis));
		}),
		{ numRuns: 200 },
	);
});

test('what can be opened', async () => {
	expect(linksOf(await analyse(text, options)).map(({ target, kind, isHubId }) => [target, kind, isHubId])).toEqual([
		['acme/quiz', 'dataset', true],
		['./t.yaml', 'file', false],
		['small', 'model', true],
		['models/one', 'file', false],
	]);
});
