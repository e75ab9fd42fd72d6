import { cpSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../../test/paths';
import { temporaryFolders } from '../../test/temporaryFolder';
import { neverCancelled } from '../protocol/cancellation';
import { Failure } from '../protocol/failure';
import { refuseReplaced } from './modelFiles';
import { openModels } from './models';

const newFolder = temporaryFolders();

async function openedModel() {
	const folder = path.join(newFolder(), 'model');
	cpSync(path.join(root, 'test/fixtures/tiny-decoder/full-logits'), folder, { recursive: true });
	const [model] = await openModels(
		[
			{
				name: 'tiny',
				source: { path: folder },
				launch: null,
				revision: 'main',
				dtype: null,
				device: 'cpu',
				chunking: null,
				on_device_failure: 'cpu_at_load',
			},
		],
		{ folder },
		neverCancelled,
	);
	return {
		model: model?.kind === 'local' ? model : expect.fail('no model'),
		file: path.join(folder, 'onnx/model.onnx'),
	};
}

describe('the files of a model, while a run goes on', () => {
	it('may be read', async () => {
		const { model } = await openedModel();
		await expect(refuseReplaced(model)).resolves.toBeUndefined();
	});

	it.each<[string, (file: string) => void]>([
		['written to', file => writeFileSync(file, 'more', { flag: 'a' })],
		['touched', file => utimesSync(file, new Date(), new Date(Date.now() + 5000))],
		['removed', file => rmSync(file)],
		[
			'replaced by another of the same size and age',
			file => {
				cpSync(file, `${file}.new`, { preserveTimestamps: true });
				renameSync(`${file}.new`, file);
			},
		],
	])('are refused when one was %s, in a sentence that says what to do', async (_, change) => {
		const { model, file } = await openedModel();
		change(file);
		const error = await refuseReplaced(model).then(
			() => expect.fail('nothing was refused'),
			(reason: unknown) => reason,
		);
		expect(error).toBeInstanceOf(Failure);
		expect(error).toMatchObject({
			kind: 'run',
			reason: { code: 'run.model-replaced', params: { model: 'tiny', file } },
			message: expect.stringMatching(/was replaced or changed while the run went on.*kept.*new run/),
		});
	});
});
