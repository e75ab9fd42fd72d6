// node --expose-gc bench/tokenizer.mjs: how long prompts take to become token ids, text by text and piece by piece. No model.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { rooms } from './product/rooms.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const shared = path.join(root, '..', 'shared');
const data = path.join(shared, 'data');
const model = path.join(shared, 'models', 'SmolLM2-135M-Instruct');
const repetitions = 3;
const eachSubject = 10;
if (!existsSync(path.join(data, 'mmlu')) || !existsSync(model)) {
	console.log('skipped: ../shared/data/mmlu or ../shared/models/SmolLM2-135M-Instruct is not here');
	process.exit(0);
}

await run(
	await rooms(
		'tokenizer',
		`
		export { Tokenizer } from '@huggingface/tokenizers';
		export { loadDataset } from './src/data/loadDataset';
		export { createRenderer } from './src/prompt/render';
		export { createShotPicker } from './src/prompt/shots';
		export { promptText } from './src/protocol/prompt';
		export { piecewise } from './src/tokenizer/piecewise';
		export { safeCuts } from './src/tokenizer/safeCuts';
		export { readTokenizerFiles } from './src/tokenizer/tokenizerFiles';
		export { presetFormat, resolvedEvaluation } from './test/resolvedEvaluation';
		`,
	),
);

async function run(product) {
	const { definition } = await product.readTokenizerFiles(model);
	const cuts = product.safeCuts(definition);
	const inner = () => {
		const plain = new product.Tokenizer(definition, {});
		return text => plain.encode(text, { add_special_tokens: false }).ids;
	};
	const suites = await promptSuites(product);
	const row = (name, ...cells) => console.log(name.padEnd(44), ...cells.map(cell => String(cell).padStart(9)));
	row('', 'prompts', 'tokens', 'plain ms', 'first ms', 'again ms', 'times', 'MB');
	for (let repetition = 0; repetition < repetitions; repetition++) {
		for (const [name, texts] of suites) {
			// Both begin with nothing remembered.
			const plain = measure(texts, inner());
			const fast = product.piecewise(inner(), cuts);
			const before = heap();
			const first = measure(texts, fast);
			const mb = heap() - before;
			const again = measure(texts, fast);
			if (first.ids !== plain.ids || again.ids !== plain.ids) {
				throw new Error(`${name}: not the same ids`);
			}
			const each = ({ ms }) => (ms / texts.length).toFixed(4);
			const times = (plain.ms / first.ms).toFixed(1);
			row(name, texts.length, plain.tokens, each(plain), each(first), each(again), times, mb.toFixed(1));
		}
	}
}

/** `ids` is a hash of them all. */
function measure(texts, encode) {
	let tokens = 0;
	let ids = 0;
	let ms = 0;
	for (const text of texts) {
		const start = performance.now();
		const encoded = encode(text);
		ms += performance.now() - start;
		tokens += encoded.length;
		for (const id of encoded) {
			ids = (Math.imul(ids, 31) + id) | 0;
		}
	}
	return { ms, tokens, ids };
}

function heap() {
	globalThis.gc?.();
	return process.memoryUsage().heapUsed / 1e6;
}

async function promptSuites({ loadDataset, createRenderer, createShotPicker, promptText, ...test }) {
	const presets = ['mmlu/original', 'mmlu/harness-2023-01'];
	const formats = presets.map(test.presetFormat);
	const dataset = await loadDataset(test.resolvedEvaluation('mmlu', { formats }), { folder: data });
	const questionsOf = new Map(dataset.examples.map(({ subject }) => [subject, []]));
	for (const question of dataset.examples) {
		questionsOf.get(question.subject).push(question);
	}
	const promptsOf = (questions, preset) => {
		const format = test.presetFormat(preset);
		const renderer = createRenderer(format, preset);
		const shots = createShotPicker(format, dataset.pools);
		return questions.map(question => {
			const prompt = renderer.render(question, shots(question));
			return [promptText(prompt), prompt.continuations];
		});
	};
	const one = questionsOf.get('us_foreign_policy').slice(0, 100);
	const some = [...questionsOf.values()].flatMap(questions => questions.slice(0, eachSubject));
	const contexts = prompts => prompts.map(([text]) => text);
	// What joint encoding asks for.
	const pairs = prompts =>
		prompts.flatMap(([text, continuations]) => [text, ...continuations.map(continuation => text + continuation)]);
	return [
		['us_foreign_policy', contexts(promptsOf(one, presets[0]))],
		['us_foreign_policy, with labels', pairs(promptsOf(one, presets[0]))],
		[`${questionsOf.size} subjects × ${eachSubject}`, contexts(promptsOf(some, presets[0]))],
		[
			`${questionsOf.size} subjects × ${eachSubject}, 2 formats, with labels`,
			presets.flatMap(preset => pairs(promptsOf(some, preset))),
		],
	];
}
