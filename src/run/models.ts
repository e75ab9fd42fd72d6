import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Launch } from '../config/launch';
import type { Chunking, Device, ModelSpec, OnDeviceFailure } from '../config/resolved';
import { readDecoderConfig } from '../engine/decoderConfig';
import { fileSha256, fileStamp } from '../engine/fileHash';
import { findModel } from '../engine/modelFolder';
import type { Place } from '../hub/place';
import type { Snapshot } from '../hub/repository';
import type { CancellationToken } from '../protocol/cancellation';
import { inputFailure } from '../protocol/failure';
import type { Reader } from '../task/multipleChoice';
import { loadTokenizer } from '../tokenizer/loadTokenizer';
import { findHubModel, type HubModel } from './hubModel';

/** A model that runs on this computer, as far as it is known before an engine is started. */
export interface LocalModel extends Reader {
	readonly kind: 'local';
	readonly folder: string;
	readonly dtype: string;
	readonly device: Device;
	/** Null: as suits the model. */
	readonly chunking: Chunking | null;
	readonly onDeviceFailure: OnDeviceFailure;
	/** Where it was downloaded from; null: its folder is the person's own. */
	readonly origin: Pick<Snapshot, 'id' | 'commit'> | null;
	/** With what changes when they are replaced, read before they were hashed. */
	readonly files: readonly { readonly path: string; readonly sha256: string; readonly stamp: string }[];
}

/** A model that a server computes: of its files the tokenizer alone is here. */
export interface RemoteModel extends Reader {
	readonly kind: 'remote';
	readonly launch: Launch;
	/** On the Hub; null: a folder. */
	readonly id: string | null;
	/** A commit where the Hub was asked, else as written. */
	readonly revision: string;
	/** As written; null: as the server chooses. */
	readonly dtype: string | null;
	readonly origin: Pick<Snapshot, 'id' | 'commit'> | null;
	readonly files: readonly never[];
}

export type RunModel = LocalModel | RemoteModel;

/** Finds the models' files, downloads those of the Hub, and loads the tokenizers. */
export async function openModels(
	specs: readonly ModelSpec[],
	place: Place,
	token: CancellationToken,
): Promise<RunModel[]> {
	const models: RunModel[] = [];
	for (const spec of specs) {
		if (models.some(model => model.name === spec.name)) {
			throw inputFailure('run.model-twice', { model: spec.name });
		}
		models.push(spec.launch ? await openRemote(spec, spec.launch, place, token) : await openLocal(spec, place, token));
	}
	return models;
}

async function openRemote(
	spec: ModelSpec,
	launch: Launch,
	place: Place,
	token: CancellationToken,
): Promise<RemoteModel> {
	const onHub = await hubModel(spec, place, token);
	const folder = onHub ? await onHub.downloadTexts() : ownFolder(spec, place);
	return {
		...(await readerIn(folder, spec, token)),
		kind: 'remote',
		launch,
		id: onHub?.snapshot.id ?? null,
		revision: onHub?.snapshot.commit ?? spec.revision,
		dtype: spec.dtype,
		origin: onHub?.snapshot ?? null,
		files: [],
	};
}

async function openLocal(spec: ModelSpec, place: Place, token: CancellationToken): Promise<LocalModel> {
	const onHub = await hubModel(spec, place, token);
	const found = onHub ? await onHub.download(spec.dtype) : await findModel(ownFolder(spec, place), spec.dtype);
	const files = found.weights.map(async name => ({
		path: name,
		stamp: await fileStamp(path.join(found.folder, name)),
		sha256: onHub?.sha256(name) ?? (await fileSha256(path.join(found.folder, name), token)),
	}));
	return {
		...(await readerIn(found.folder, spec, token)),
		kind: 'local',
		folder: found.folder,
		dtype: found.dtype,
		device: spec.device,
		chunking: spec.chunking,
		onDeviceFailure: spec.on_device_failure,
		origin: onHub?.snapshot ?? null,
		files: await Promise.all(files),
	};
}

/** A model as far as prompts are concerned. Of one on the Hub no weights are downloaded. */
export async function openReader(spec: ModelSpec, place: Place, token: CancellationToken): Promise<Reader> {
	const onHub = await hubModel(spec, place, token);
	const folder = onHub
		? await onHub.downloadTexts()
		: spec.launch
			? ownFolder(spec, place)
			: (await findModel(ownFolder(spec, place), spec.dtype)).folder;
	return readerIn(folder, spec, token);
}

async function readerIn(folder: string, { name }: ModelSpec, token: CancellationToken): Promise<Reader> {
	const { window } = await readDecoderConfig(folder);
	return { name, window, tokenizer: await loadTokenizer(folder, token) };
}

/** `models/small` may be an id or a path: a folder of that name settles it. */
async function hubModel(spec: ModelSpec, place: Place, token: CancellationToken): Promise<HubModel | null> {
	const { source } = spec;
	return place.hub && 'id' in source && !existsSync(path.resolve(place.folder, source.id))
		? findHubModel(place.hub, source.id, spec.revision, place.onDownload ?? (() => {}), token)
		: null;
}

function ownFolder({ source }: ModelSpec, { folder }: Place): string {
	return path.resolve(folder, 'id' in source ? source.id : source.path);
}
