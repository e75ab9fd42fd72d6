import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as runtime from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { root } from '../../../test/paths';
import { temporaryFolders } from '../../../test/temporaryFolder';
import { openModel } from './preparedModel';

const folder = temporaryFolders();

/** A model that is rewritten, and where the copy lies. */
function rewritable(name = 'full-logits') {
	const dir = folder();
	const file = path.join(dir, 'model.onnx');
	copyFileSync(path.join(root, 'test/fixtures/tiny-decoder', name, 'onnx/model.onnx'), file);
	const graphFolder = path.join(dir, 'graphs');
	mkdirSync(graphFolder);
	const open = async () => {
		const opened = await openModel(runtime, {
			file,
			sha256: 'b'.repeat(64),
			folder: dir,
			graphFolder,
			chunking: null,
			passes: null,
			endOfText: [],
			device: 'cpu',
			threads: 1,
			shape: { keyValueHeads: null, headSize: null, vocabularySize: null },
		});
		const { rows } = await opened.decoder.forward({
			tokens: [5, 6, 7],
			parents: null,
			past: null,
			rows: [2],
			keepPast: false,
		});
		return { ...opened, row: Array.from(rows[0] ?? []) };
	};
	const copy = () => path.join(graphFolder, readdirSync(graphFolder)[0] ?? expect.fail('no copy'));
	return { file, open, copy };
}

describe('a rewritten model', () => {
	it('takes trees of tokens, and is compared with the original once', async () => {
		const { open, copy } = rewritable();
		const { graph, notes } = await open();
		expect(graph).toMatchObject({ trees: true, passes: expect.arrayContaining(['attentionBias']) });
		expect(notes).toEqual([]);
		const { difference } = JSON.parse(readFileSync(path.join(copy(), 'verified-cpu.json'), 'utf8'));
		expect(difference).toBeGreaterThanOrEqual(0);
		expect(difference).toBeLessThan(1e-4);
	});

	it('whose attention is one operator takes chains alone', async () => {
		const { graph, notes, row } = await rewritable('fused').open();
		expect(graph.trees).toBe(false);
		expect(notes).toEqual([]);
		expect(row).toHaveLength(384);
	});

	it('that computes something else is not used, and that is told', async () => {
		const { file, open, copy } = rewritable();
		const original = readFileSync(file);
		const { row } = await open();
		// A copy of a model with other weights, under this one's hash.
		rmSync(copy(), { recursive: true });
		writeFileSync(file, Buffer.from(original).fill(0x3d, 40_000, 40_400));
		const other = await open();
		expect(other.row).not.toEqual(row);
		rmSync(path.join(copy(), 'verified-cpu.json'));
		writeFileSync(file, original);

		const { notes, graph, row: again } = await open();
		expect(notes).toMatchObject([{ code: 'engine.graph-differs', params: { file: 'model.onnx' } }]);
		expect(graph).toMatchObject({ trees: false, passes: [] });
		expect(Math.max(...again.map((value, i) => Math.abs(value - (row[i] ?? Number.NaN))))).toBeLessThan(1e-4);
	});
});
