import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolders } from '../../test/temporaryFolder';
import { Failure } from '../protocol/failure';
import { findModel } from './modelFolder';

const temporary = temporaryFolders();

function folderWith(...files: string[]): string {
	const folder = temporary();
	for (const file of files) {
		mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
		writeFileSync(path.join(folder, file), '');
	}
	return folder;
}

async function reasonOf(finding: Promise<unknown> | (() => unknown)) {
	const error = await Promise.resolve()
		.then(() => (typeof finding === 'function' ? finding() : finding))
		.then(
			() => expect.fail('nothing failed'),
			(reason: unknown) => reason,
		);
	expect(error).toBeInstanceOf(Failure);
	expect(error).toMatchObject({ kind: 'input' });
	return (error as Failure).reason;
}

describe('the ONNX file of a folder', () => {
	it.each([
		[
			'the widest there is',
			['onnx/model_q4.onnx', 'onnx/model.onnx', 'onnx/model_fp16.onnx'],
			null,
			'onnx/model.onnx',
			'fp32',
		],
		['q4 before int8', ['onnx/model_int8.onnx', 'onnx/model_q4.onnx'], null, 'onnx/model_q4.onnx', 'q4'],
		['the one asked for', ['onnx/model.onnx', 'onnx/model_quantized.onnx'], 'q8', 'onnx/model_quantized.onnx', 'q8'],
		['the one in the folder itself', ['model_q4f16.onnx'], null, 'model_q4f16.onnx', 'q4f16'],
		['the name of older exports', ['onnx/decoder_model_merged.onnx'], null, 'onnx/decoder_model_merged.onnx', 'fp32'],
	])('is %s', async (_, files, dtype, file, name) => {
		const folder = folderWith('tokenizer.json', ...files);
		expect(await findModel(folder, dtype)).toEqual({ folder, file, dtype: name, weights: [file] });
	});

	it('comes with its external data, not with that of others', async () => {
		const files = ['onnx/model.onnx', 'onnx/model.onnx_data', 'onnx/model.onnx_data_1'];
		const folder = folderWith('tokenizer.json', ...files, 'onnx/model_fp16.onnx', 'onnx/model_fp16.onnx_data');
		expect((await findModel(folder, null)).weights).toEqual(files);
	});
});

describe('faults', () => {
	it('names a folder that is not there, or is a file', async () => {
		const folder = path.join(temporary(), 'nowhere');
		expect(await reasonOf(findModel(folder, null))).toEqual({ code: 'engine.folder-missing', params: { folder } });
		const file = path.join(folderWith('model.onnx'), 'model.onnx');
		expect(await reasonOf(findModel(file, null))).toMatchObject({ code: 'engine.folder-missing' });
	});

	it('says what a folder without ONNX holds', async () => {
		const folder = folderWith('tokenizer.json', 'model.safetensors');
		expect(await reasonOf(findModel(folder, null))).toEqual({
			code: 'engine.no-onnx',
			params: { folder, found: 'model.safetensors, tokenizer.json' },
		});
	});

	it('says which dtypes there are', async () => {
		const folder = folderWith('tokenizer.json', 'onnx/model_q4.onnx', 'onnx/model.onnx');
		expect(await reasonOf(findModel(folder, 'fp16'))).toEqual({
			code: 'engine.no-dtype',
			params: { folder, dtype: 'fp16', present: 'fp32, q4' },
		});
		expect(await reasonOf(findModel(folder, 'toString'))).toMatchObject({ code: 'engine.unknown-dtype' });
	});

	it('asks for the tokenizer', async () => {
		const folder = folderWith('onnx/model.onnx', 'config.json');
		expect(await reasonOf(findModel(folder, null))).toEqual({
			code: 'tokenizer.missing',
			params: { folder, found: 'config.json, onnx/model.onnx' },
		});
	});
});
