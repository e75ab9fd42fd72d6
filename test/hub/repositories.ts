import { createHash } from 'node:crypto';
import { parquetWriteBuffer, type SchemaElement } from 'hyparquet-writer';

export type Row = Readonly<Record<string, unknown>>;

interface RepositorySpec {
	readonly id: string;
	/** Path → content, of the branch `main`. Files larger than `lfsFrom` bytes count as LFS files. */
	readonly files?: Readonly<Record<string, string | Uint8Array>>;
	/** The card's metadata, as the Hub has parsed it. */
	readonly card?: unknown;
	readonly description?: string;
	readonly tags?: readonly string[];
	readonly downloads?: number;
	readonly likes?: number;
	readonly lastModified?: string;
	readonly gated?: false | 'auto' | 'manual';
	readonly private?: boolean;
	readonly disabled?: boolean;
}

export interface DatasetSpec extends RepositorySpec {
	/** Config → split → rows: what the viewer shows, and Parquet files of the branch refs/convert/parquet. */
	readonly rows?: Readonly<Record<string, Readonly<Record<string, readonly Row[]>>>>;
	/** Config → column → feature, in the datasets library's words; absent: told from the first row. */
	readonly features?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
	/** False: the viewer answers 501 for it. */
	readonly viewer?: boolean;
	/** Rows of a row group of the converted files. */
	readonly rowGroup?: number;
}

export interface ModelSpec extends RepositorySpec {
	readonly task?: string;
	readonly library?: string;
	readonly parameters?: number;
}

export interface StoredFile {
	readonly path: string;
	readonly bytes: Buffer;
	/** Of git. */
	readonly oid: string;
	/** Of LFS; null for small files. */
	readonly sha256: string | null;
}

export interface Branch {
	readonly commit: string;
	readonly files: ReadonlyMap<string, StoredFile>;
}

export interface Repository {
	readonly type: 'dataset' | 'model';
	readonly spec: DatasetSpec & ModelSpec;
	/** `main`, and `refs/convert/parquet` where there are rows. */
	readonly branches: ReadonlyMap<string, Branch>;
}

/** From how many bytes on a file is kept in LFS, so that tests need no large files. */
const lfsFrom = 1024;

export function repository(type: Repository['type'], spec: DatasetSpec & ModelSpec): Repository {
	const branches = new Map([['main', branch(spec.id, spec.files ?? {})]]);
	if (spec.rows) {
		branches.set('refs/convert/parquet', branch(`${spec.id}#parquet`, convertedFiles(spec)));
	}
	return { type, spec, branches };
}

function branch(seed: string, files: Readonly<Record<string, string | Uint8Array>>): Branch {
	const stored = Object.entries(files).map(([path, content]) => storedFile(path, Buffer.from(content)));
	const commit = sha1(Buffer.from([seed, ...stored.map(file => `${file.path} ${file.oid}`)].join('\n')));
	return { commit, files: new Map(stored.map(file => [file.path, file])) };
}

function storedFile(path: string, bytes: Buffer): StoredFile {
	const oid = sha1(Buffer.concat([Buffer.from(`blob ${bytes.length}\0`), bytes]));
	const isLfs = bytes.length >= lfsFrom || /\.(onnx|parquet|onnx_data)$/.test(path);
	return { path, bytes, oid, sha256: isLfs ? createHash('sha256').update(bytes).digest('hex') : null };
}

function sha1(bytes: Buffer): string {
	return createHash('sha1').update(bytes).digest('hex');
}

function convertedFiles({ rows = {}, rowGroup = 1000 }: DatasetSpec): Record<string, Uint8Array> {
	return Object.fromEntries(
		Object.entries(rows).flatMap(([config, splits]) =>
			Object.entries(splits).map(([split, content]) => [`${config}/${split}/0000.parquet`, parquet(content, rowGroup)]),
		),
	);
}

/** Rows as a Parquet file; lists of texts become lists, other nested values JSON. */
export function parquet(rows: readonly Row[], rowGroupSize = 1000): Uint8Array {
	const names = [...new Set(rows.flatMap(row => Object.keys(row)))];
	const isTexts = (name: string) => rows.some(row => Array.isArray(row[name]));
	const schema: SchemaElement[] = [
		{ name: 'root', num_children: names.length },
		...names.flatMap(name => columnSchema(name, rows, isTexts(name))),
	];
	const columnData = names.map(name => ({
		name,
		data: rows.map(row => {
			const value = row[name] ?? null;
			return typeof value === 'number' && Number.isInteger(value) && isWhole(name, rows) ? BigInt(value) : value;
		}),
	}));
	return new Uint8Array(parquetWriteBuffer({ schema, columnData, rowGroupSize }));
}

function columnSchema(name: string, rows: readonly Row[], isList: boolean): SchemaElement[] {
	if (isList) {
		return [
			{ name, num_children: 1, converted_type: 'LIST', repetition_type: 'OPTIONAL' },
			{ name: 'list', num_children: 1, repetition_type: 'REPEATED' },
			{ name: 'element', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
		];
	}
	if (rows.every(row => typeof row[name] === 'boolean')) {
		return [{ name, type: 'BOOLEAN', repetition_type: 'REQUIRED' }];
	}
	if (isWhole(name, rows)) {
		return [{ name, type: 'INT64', repetition_type: 'OPTIONAL' }];
	}
	if (rows.every(row => typeof row[name] === 'number')) {
		return [{ name, type: 'DOUBLE', repetition_type: 'REQUIRED' }];
	}
	return [{ name, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' }];
}

function isWhole(name: string, rows: readonly Row[]): boolean {
	return rows.every(row => row[name] === undefined || row[name] === null || Number.isInteger(row[name]));
}

/** In the shape of the viewer. */
export function featuresOf({ features, rows = {} }: DatasetSpec, config: string): Readonly<Record<string, unknown>> {
	const given = features?.[config];
	if (given) {
		return given;
	}
	const first = Object.values(rows[config] ?? {})
		.flat()
		.at(0);
	return Object.fromEntries(Object.entries(first ?? {}).map(([name, value]) => [name, featureOf(value)]));
}

function featureOf(value: unknown): unknown {
	if (Array.isArray(value)) {
		return { feature: featureOf(value[0] ?? ''), _type: 'List' };
	}
	const dtype =
		typeof value === 'boolean'
			? 'bool'
			: typeof value === 'number'
				? Number.isInteger(value)
					? 'int64'
					: 'float64'
				: 'string';
	return { dtype, _type: 'Value' };
}
