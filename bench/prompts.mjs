// node bench/prompts.mjs [questions]: how long the prompts of MMLU take to render, five shots, in every preset. No model.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { rooms } from './product/rooms.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const data = path.join(root, '..', 'shared', 'data');
if (!existsSync(path.join(data, 'mmlu'))) {
	console.log('skipped: ../shared/data/mmlu is not here');
	process.exit(0);
}

await run(
	await rooms(
		'prompts',
		`
		export { presetNames } from './src/config/presets';
		export { loadDataset } from './src/data/loadDataset';
		export { createRenderer } from './src/prompt/render';
		export { createShotPicker } from './src/prompt/shots';
		export { promptText } from './src/protocol/prompt';
		export { presetFormat, resolvedEvaluation } from './test/resolvedEvaluation';
		`,
	),
);

async function run({ presetNames, loadDataset, createRenderer, createShotPicker, promptText, ...test }) {
	const formats = [test.presetFormat('mmlu/original'), test.presetFormat('mmlu/harness-2023-01')];
	const dataset = await loadDataset(test.resolvedEvaluation('mmlu', { formats }), { folder: data });
	const examples = dataset.examples.slice(0, Number(process.argv[2] ?? Infinity));
	console.log(`${examples.length} questions, five shots, ${presetNames.length} presets\n`);
	let total = 0;
	for (const preset of presetNames) {
		const format = test.presetFormat(preset);
		const start = performance.now();
		const renderer = createRenderer(format, preset);
		const shots = createShotPicker(format, dataset.pools);
		let bytes = 0;
		for (const question of examples) {
			bytes += Buffer.byteLength(promptText(renderer.render(question, shots(question))));
		}
		const ms = performance.now() - start;
		total += ms;
		const each = (ms / examples.length).toFixed(4);
		console.log(
			`${preset.padEnd(34)} ${each.padStart(8)} ms a prompt ${(ms / 1000).toFixed(2).padStart(7)} s ${(bytes / 1e6).toFixed(1).padStart(7)} MB`,
		);
	}
	console.log(
		`\n${'all'.padEnd(34)} ${(total / examples.length / presetNames.length).toFixed(4).padStart(8)} ms a prompt ${(total / 1000).toFixed(2).padStart(7)} s`,
	);
}
