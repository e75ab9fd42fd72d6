// Prints how long the preview takes from a changed text to the state that the page is given, for five shots in front of a
// question of an invented data set of MMLU's size. Budget: 100 ms from keystroke to page, without a model.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const rows = 14_042;
const subjects = 57;
const keystrokes = 60;

const folder = await mkdtemp(path.join(tmpdir(), 'eval-lens-preview-bench-'));
try {
	const { PreviewSession } = await bundled('src/run/previewSession.ts', folder);
	await writeFile(path.join(folder, 'test.jsonl'), lines(rows, 'test'));
	await writeFile(path.join(folder, 'dev.jsonl'), lines(subjects * 5, 'dev'));
	await writeFile(path.join(folder, 'validation.jsonl'), lines(subjects * 8, 'validation'));
	for (const [name, model] of [
		['without a model', null],
		['with tokens', path.join(root, 'examples/demo-model')],
	]) {
		const session = new PreviewSession(path.join(folder, 'bench.eval.yaml'));
		const choice = { example: 1234, variant: 'own', against: null };
		const state = async text => {
			const start = performance.now();
			const preview = await session.open(text);
			const shown = preview.show(choice);
			return { preview, shown, milliseconds: performance.now() - start };
		};
		const first = await state(evaluation('', model));
		if (model) {
			await session.loadModel(first.preview);
		}
		const times = [];
		let typed = '';
		for (let i = 0; i < keystrokes; i++) {
			typed += 'Answer the question. '[i % 21];
			const { milliseconds, shown } = await state(evaluation(typed, model));
			if ((shown.prompt.tokens !== null) !== (model !== null)) {
				throw new Error('the bench measures something else than it says');
			}
			times.push(milliseconds);
		}
		times.sort((a, b) => a - b);
		const at = share => times[Math.floor(share * (times.length - 1))].toFixed(1);
		console.log(
			`${name}: opened in ${first.milliseconds.toFixed(0)} ms; from change to state median ${at(0.5)} ms, 95th percentile ${at(0.95)} ms, worst ${at(1)} ms`,
		);
		session.dispose();
	}
} finally {
	await rm(folder, { recursive: true, force: true });
}

function evaluation(typed, model) {
	return JSON.stringify({
		dataset_path: '.',
		num_fewshot: 5,
		models: model ? [{ path: model }] : [],
		variants: {
			own: {
				doc_to_text: `${typed}{{question}}\n{% for choice in choices %}{{"ABCD"[loop.index0]}}. {{choice}}\n{% endfor %}Answer:`,
				doc_to_choice: ['A', 'B', 'C', 'D'],
			},
			original: 'mmlu/original',
			helm: 'mmlu/helm',
			harness: 'mmlu/harness-2023-01',
		},
	});
}

/** Of MMLU's length: some 300 characters a question. */
function lines(count, split) {
	return Array.from({ length: count }, (_, i) => {
		const question = `Which of these ${split} statements of number ${i} holds, ${'given what is known of it, '.repeat(8)}if any?`;
		const choices = ['first', 'second', 'third', 'fourth'].map(which => `The ${which} statement of number ${i}`);
		return JSON.stringify({ question, subject: `subject ${i % subjects}`, choices, answer: i % 4 });
	}).join('\n');
}

async function bundled(entry, into) {
	const outfile = path.join(into, 'bench.cjs');
	await esbuild.build({
		absWorkingDir: root,
		entryPoints: [entry],
		bundle: true,
		platform: 'node',
		target: 'node20',
		format: 'cjs',
		external: ['onnxruntime-node'],
		logLevel: 'warning',
		outfile,
	});
	return createRequire(import.meta.url)(outfile);
}
