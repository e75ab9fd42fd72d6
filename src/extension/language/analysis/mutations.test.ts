import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { demoEvaluation, root } from '../../../../test/paths';
import { evaluationJsonSchema } from '../../../config/jsonSchema';
import { createYamlService } from '../yamlService';
import { analyse } from './analysis';
import { completionsAt } from './completion';
import { explanationAt } from './hover';
import { linksOf } from './links';
import { mending, problemsOf } from './problems';
import { quiz, quizKnowledge } from './testKnowledge';
import { renameVariant, variantNames } from './variantNames';

const fixtures = path.join(root, 'src', 'config', 'fixtures');

/** Everything the format has, in every style of YAML. */
const rich = `# yaml-language-server: $schema=./x.json
name: Sentiment, asked in three ways
dataset_path: acme/quiz
dataset_name: [law, art]
where: {label: [0, 1], "my topic": x}
sample: {size: 100, seed: 1}
limit: {per_subject: 5}
columns:
  question: question
  answer: label
num_fewshot: 2
description: &d "About {{ subject | replace('_', ' ') }}.\\n\\n"
doc_to_text: |-
  {% for c in choices -%}
  {{ loop.index }}. {{ c }}
  {% endfor %}
  {{question}}
  Answer:
doc_to_choice:
  - "\\u0041 "
  - 'it''s'
  - >-
    folded
    text
models:
  - ./models/one
  - {id: acme/tiny, dtype: q4}
variants:
  base: mmlu/original
  bare: &bare
    description: ""
    doc_to_text: '{{question}}\\n'
  other:
    <<: *bare
    extends: base
    doc_to_text: >
      Q: {{ question }}

      A:
assert:
  - {metric: delta, variant: other, base: base, min: -0.1}
`;

const files = [
	rich,
	rich.replaceAll('\n', '\r\n'),
	readFileSync(demoEvaluation, 'utf8'),
	...readdirSync(fixtures, { recursive: true, encoding: 'utf8' })
		.filter(name => /\.ya?ml$/.test(name))
		.map(name => readFileSync(path.join(fixtures, name), 'utf8')),
];

const scraps = [
	'{{',
	'}}',
	'{%',
	'%}',
	'"',
	"'",
	':',
	': ',
	'- ',
	'\n',
	'\n  ',
	'\r',
	'\t',
	'#',
	' #',
	'[',
	']',
	'{',
	'}',
	'|',
	'|-',
	'>',
	'&a',
	'*a',
	'<<: *bare',
	'!!x',
	'---\n',
	'\\',
	'\0',
	'\ufeff',
	'\u2028',
	'😀',
	'\ud800',
	'variants:',
	'extends: base',
	'__proto__: 1',
];

/** One to four places of a file cut out, doubled, or written over. */
const mutated = fc
	.tuple(
		fc.nat(files.length - 1),
		fc.array(fc.tuple(fc.nat(4000), fc.nat(12), fc.constantFrom(...scraps, '', '')), { minLength: 1, maxLength: 4 }),
	)
	.map(([file, edits]) =>
		edits.reduce((text, [at, length, put]) => {
			const start = at % (text.length + 1);
			const doubled = length === 12 ? text.slice(start, start + 40) : put;
			return text.slice(0, start) + doubled + text.slice(start + (length % 8));
		}, files[file] ?? ''),
	);

const runs = process.env.CI ? 1000 : 10_000;

test(`no text breaks a language function (${runs} mutations)`, async () => {
	expect(files.length).toBeGreaterThan(3);
	const service = createYamlService(evaluationJsonSchema());
	const options = { fileName: 'a.eval.yaml' };
	await fc.assert(
		fc.asyncProperty(mutated, fc.nat(10_000), async (text, place) => {
			const analysis = await analyse(text, options);
			const { length } = analysis.source.text;
			const offset = place % (length + 1);
			const found = problemsOf(analysis, quiz);
			for (const { problem, fixes } of found) {
				expect(problem.range.start.line).toBeLessThanOrEqual(problem.range.end.line);
				for (const { start, end } of fixes.flatMap(fix => fix.edits)) {
					expect(start >= 0 && start <= end && end <= length, `${start}–${end} of ${length}`).toBe(true);
				}
			}
			const any = found[place % Math.max(1, found.length)];
			if (any && place % 10 === 0) {
				await mending(analysis, any, quiz, options);
			}
			const completion = await completionsAt(analysis, offset, quizKnowledge);
			expect(completion === null || (completion.start <= completion.end && completion.end <= length)).toBe(true);
			await explanationAt(analysis, offset, quizKnowledge);
			linksOf(analysis);
			for (const { name } of variantNames(analysis)) {
				renameVariant(analysis, name, 'x y');
			}
			if (place % 20 === 0) {
				const document = { uri: 'file:///a.eval.yaml', text };
				const before = text.slice(0, offset).split('\n');
				const position = { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
				await service.complete(document, position);
				await service.hover(document, position);
				service.symbols(document);
				service.folds(document);
			}
		}),
		{ numRuns: runs, seed: 4 },
	);
}, 600_000);
