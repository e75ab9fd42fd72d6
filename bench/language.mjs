// Times of the language functions on an evaluation of 500 lines, in milliseconds (budget: 50 each). `node bench/language.mjs`
import { rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const outfile = path.join(root, 'out', 'bench', 'language.cjs');
await esbuild.build({
	absWorkingDir: root,
	stdin: {
		contents: `
			export * from './src/extension/language/language';
			export { createYamlService } from './src/extension/language/yamlService';
			export { evaluationJsonSchema } from './src/config/jsonSchema';
			export { quiz, quizKnowledge } from './src/extension/language/analysis/testKnowledge';
		`,
		resolveDir: root,
		loader: 'ts',
	},
	bundle: true,
	platform: 'node',
	format: 'cjs',
	mainFields: ['module', 'main'],
	logLevel: 'warning',
	outfile,
});
const language = createRequire(import.meta.url)(outfile);
await rm(path.dirname(outfile), { recursive: true });

const variant = i => `  variant-${i}:
    extends: ${i === 0 ? 'mmlu/original' : `variant-${i - 1}`}
    description: "About {{ subject | replace('_', ' ') }}.\\n\\n"
    doc_to_text: |-
      {% for choice in choices -%}
      {{ loop.index }}. {{ choice }}
      {% endfor %}
      {{question}}
      Answer:
    doc_to_choice: ["A", "B", "C", "D"]
`;
const text = `dataset_path: acme/quiz\ndataset_name: law\nvariants:\n${Array.from({ length: 50 }, (_, i) => variant(i)).join('')}`;
const lines = text.split('\n');
const offset = text.lastIndexOf('{{question') + 5;
const position = { line: lines.length - 2, character: 4 };
const service = language.createYamlService(language.evaluationJsonSchema());
const options = { fileName: 'a.eval.yaml' };
let version = 0;
const edited = () => {
	version++;
	return { uri: 'file:///a.eval.yaml', text: `${text}# ${version}\n` };
};

let analysis = await language.analyse(text, options);
const functions = {
	'reading the text': async () => {
		analysis = await language.analyse(edited().text, options);
	},
	'diagnostics of what was read': () => language.problemsOf(analysis, language.quiz),
	'completion: ours': () => language.completionsAt(analysis, offset, language.quizKnowledge),
	'completion: the schema’s, after a keystroke': () => service.complete(edited(), position),
	'hover: ours': () => language.explanationAt(analysis, offset, language.quizKnowledge),
	'hover: the schema’s, after a keystroke': () => service.hover(edited(), position),
	'outline and folds, after a keystroke': () => {
		const document = edited();
		service.symbols(document);
		service.folds(document);
	},
};

console.log(`${lines.length - 1} lines; median and slowest of 30, in ms, after a first call`);
for (const [name, call] of Object.entries(functions)) {
	const began = performance.now();
	await call();
	const first = performance.now() - began;
	const times = [];
	for (let i = 0; i < 30; i++) {
		const start = performance.now();
		await call();
		times.push(performance.now() - start);
	}
	times.sort((a, b) => a - b);
	const shown = [times[15], times[29], first].map(time => time.toFixed(1).padStart(7));
	console.log(`${shown[0]} ${shown[1]}  (first ${shown[2].trim()})  ${name}`);
}
