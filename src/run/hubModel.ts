import { isOnnxDtype, onnxDtypes, onnxFiles } from '../config/onnxFiles';
import type { ModelFolder } from '../engine/modelFolder';
import { snapshotFolder } from '../hub/cacheLayout';
import { downloadFiles, type OnDownload } from '../hub/download';
import type { Hub } from '../hub/hub';
import type { RepositoryFile, Snapshot } from '../hub/repository';
import { repositoryFiles } from '../hub/repositoryFiles';
import { resolveSnapshot } from '../hub/snapshot';
import type { CancellationToken } from '../protocol/cancellation';
import { inputFailure } from '../protocol/failure';

/** A model on the Hub, at one commit. */
export interface HubModel {
	readonly snapshot: Snapshot;
	/** Configuration and tokenizer, but no weights; returns the folder of the snapshot. */
	downloadTexts(): Promise<string>;
	/** These and the weights of one dtype; null: fp32, else the widest there is. */
	download(dtype: string | null): Promise<ModelFolder>;
	/** Of a file's content, where the Hub knows it. */
	sha256(file: string): string | null;
}

/** What is read beside the weights, as far as a model has it. */
const textFiles = [
	'config.json',
	'generation_config.json',
	'tokenizer.json',
	'tokenizer_config.json',
	'special_tokens_map.json',
	'chat_template.jinja',
];
const namedFiles = 12;

/** Finds a model on the Hub and pins its revision; nothing is downloaded yet. */
export async function findHubModel(
	hub: Hub,
	id: string,
	revision: string,
	onDownload: OnDownload,
	token: CancellationToken,
): Promise<HubModel> {
	const snapshot = await resolveSnapshot(hub, 'model', id, revision, token);
	const files = await repositoryFiles(hub, snapshot, token);
	const names = files.map(file => file.path);
	const folder = snapshotFolder(hub.cache, snapshot);
	const download = async (wanted: readonly string[]) => {
		const chosen = files.filter(file => wanted.includes(file.path)).map(file => ({ snapshot, file }));
		await downloadFiles(hub, chosen, onDownload, token);
	};
	return {
		snapshot,
		async downloadTexts() {
			requireTokenizer(id, files);
			await download(textFiles);
			return folder;
		},
		async download(dtype) {
			const chosen = chosenFile(id, names, dtype);
			requireTokenizer(id, files);
			await download([...textFiles, ...chosen.weights]);
			return { folder, ...chosen };
		},
		sha256: name => files.find(file => file.path === name)?.sha256 ?? null,
	};
}

function chosenFile(model: string, names: readonly string[], dtype: string | null) {
	if (dtype !== null && !isOnnxDtype(dtype)) {
		throw inputFailure('engine.unknown-dtype', { dtype, known: onnxDtypes.join(', ') });
	}
	const present = onnxFiles(names);
	const chosen = dtype === null ? present[0] : present.find(file => file.dtype === dtype);
	if (chosen) {
		return chosen;
	}
	if (present.length > 0) {
		const dtypes = present.map(file => file.dtype).join(', ');
		throw inputFailure('engine.hub-no-dtype', { model, dtype: dtype ?? '', present: dtypes });
	}
	throw inputFailure('engine.hub-no-onnx', { model, found: weightsOf(names) });
}

/** What kinds of weights there are instead, or the first files. */
function weightsOf(names: readonly string[]): string {
	const kinds = ['safetensors', 'gguf', 'bin', 'onnx'].flatMap(kind => {
		const one = names.find(name => name.toLowerCase().endsWith(`.${kind}`));
		return one === undefined ? [] : [one];
	});
	return (kinds.length > 0 ? kinds : names.slice(0, namedFiles)).join(', ') || '–';
}

function requireTokenizer(model: string, files: readonly RepositoryFile[]): void {
	if (!files.some(({ path }) => path === 'tokenizer.json')) {
		const found = files.slice(0, namedFiles).map(({ path }) => path);
		throw inputFailure('engine.hub-no-tokenizer', { model, found: found.join(', ') || '–' });
	}
}
