import { access, bearer } from './access';
import { featuresOf, type Repository, type Row } from './repositories';
import type { Answer, SeenRequest, World } from './standIn';

/** Cells longer than this are cut in /first-rows. */
const cellLimit = 10_000;

/** What the dataset viewer answers. */
export function viewerAnswer(world: World, request: SeenRequest): Answer {
	const url = new URL(request.url, 'http://x');
	const query = url.searchParams;
	const token = bearer(request);
	const found = world.repositories.find(one => one.type === 'dataset' && one.spec.id === query.get('dataset'));
	if (!query.get('dataset')) {
		return error(422, 'MissingRequiredParameter', "Parameter 'dataset' is required");
	}
	if (!found || token === 'refused' || access(found, token) !== 'open') {
		return token === 'none' || token === 'refused'
			? error(
					401,
					'ExternalUnauthenticatedError',
					'The dataset does not exist, or is not accessible without authentication.',
				)
			: error(
					404,
					'ExternalAuthenticatedError',
					'The dataset does not exist, or is not accessible with the current credentials.',
				);
	}
	if (found.spec.viewer === false || !found.spec.rows) {
		return error(501, 'DatasetWithScriptNotSupportedError', "The dataset viewer doesn't support this dataset.");
	}
	return answerFor(world, found, url.pathname, query);
}

function error(status: number, code: string, text: string): Answer {
	return { status, headers: { 'X-Error-Code': code }, body: { error: text } };
}

interface Split {
	readonly dataset: string;
	readonly config: string;
	readonly split: string;
	readonly rows: readonly Row[];
}

function answerFor(world: World, one: Repository, path: string, query: URLSearchParams): Answer {
	const { spec } = one;
	const { id: dataset, rows = {} } = spec;
	const config = query.get('config');
	if (config !== null && !Object.hasOwn(rows, config)) {
		return error(404, 'ConfigNotFoundError', `The config '${config}' does not exist`);
	}
	const splits: Split[] = Object.entries(rows)
		.filter(([name]) => config === null || name === config)
		.flatMap(([name, byName]) =>
			Object.entries(byName).map(([split, content]) => ({ dataset, config: name, split, rows: content })),
		);
	const name = ({ dataset, config, split }: Split) => ({ dataset, config, split });
	const rest = { pending: [], failed: [], partial: false };
	switch (path) {
		case '/is-valid':
			return ok({ preview: true, viewer: true, search: true, filter: true, statistics: true });
		case '/splits':
			return ok({ splits: splits.map(name), pending: [], failed: [] });
		case '/info': {
			const info = (config: string) => ({
				dataset_name: dataset,
				config_name: config,
				features: featuresOf(spec, config),
				splits: Object.fromEntries(
					Object.entries(rows[config] ?? {}).map(([name, content]) => [
						name,
						{ name, num_examples: content.length, num_bytes: 100 },
					]),
				),
			});
			const all = Object.fromEntries(Object.keys(rows).map(name => [name, info(name)]));
			return ok({ dataset_info: config === null ? all : info(config), ...rest });
		}
		case '/size':
			return ok({
				size: {
					dataset: { dataset, num_rows: splits.reduce((sum, split) => sum + split.rows.length, 0) },
					configs: [],
					splits: splits.map(split => ({
						...name(split),
						num_rows: split.rows.length,
						num_columns: Object.keys(split.rows[0] ?? {}).length,
						num_bytes_parquet_files: parquetSize(one, split),
						num_bytes_memory: parquetSize(one, split),
						estimated_num_rows: null,
					})),
				},
				...rest,
			});
		case '/parquet':
			return ok({
				parquet_files: splits.map(split => ({
					...name(split),
					url: `${world.endpoint}/datasets/${dataset}/resolve/refs%2Fconvert%2Fparquet/${split.config}/${split.split}/0000.parquet`,
					filename: '0000.parquet',
					size: parquetSize(one, split),
				})),
				...rest,
			});
		case '/first-rows':
		case '/rows':
			return page(spec, splits, query, path === '/first-rows');
		case '/statistics':
			return statistics(splits, query);
		default:
			return error(404, 'ResponseNotFound', 'Not found');
	}
}

function ok(body: object): Answer {
	return { status: 200, body };
}

function parquetSize({ branches }: Repository, { config, split }: Split): number {
	return branches.get('refs/convert/parquet')?.files.get(`${config}/${split}/0000.parquet`)?.bytes.length ?? 0;
}

function page(spec: Repository['spec'], splits: readonly Split[], query: URLSearchParams, isFirst: boolean): Answer {
	const found = splits.find(split => split.split === query.get('split'));
	if (!found) {
		return error(404, 'SplitNotFoundError', `The split '${query.get('split')}' does not exist`);
	}
	const offset = isFirst ? 0 : Number(query.get('offset') ?? 0);
	const length = isFirst ? 100 : Number(query.get('length') ?? 100);
	if (length > 100) {
		return error(422, 'InvalidParameter', "Parameter 'length' must not be greater than 100");
	}
	const features = Object.entries(featuresOf(spec, found.config)).map(([name, type], feature_idx) => ({
		feature_idx,
		name,
		type,
	}));
	const rows = found.rows.slice(offset, offset + length).map((row, i) => {
		const cells = Object.entries(row).map(([column, value]) => {
			const text = typeof value === 'string' ? value : JSON.stringify(value);
			return { column, cut: isFirst && text.length > cellLimit, value, text };
		});
		return {
			row_idx: offset + i,
			row: Object.fromEntries(
				cells.map(({ column, cut, value, text }) => [column, cut ? text.slice(0, cellLimit) : value]),
			),
			truncated_cells: cells.filter(cell => cell.cut).map(cell => cell.column),
		};
	});
	const { dataset, config, split } = found;
	return ok(
		isFirst
			? { dataset, config, split, features, rows, truncated: found.rows.length > 100 }
			: { features, rows, num_rows_total: found.rows.length, num_rows_per_page: 100, partial: false },
	);
}

function statistics(splits: readonly Split[], query: URLSearchParams): Answer {
	const rows = splits.find(split => split.split === query.get('split'))?.rows ?? [];
	const columns = Object.keys(rows[0] ?? {}).filter(name => rows.every(row => typeof row[name] === 'number'));
	return ok({
		num_examples: rows.length,
		statistics: columns.map(column_name => {
			const values = rows.map(row => Number(row[column_name]));
			return {
				column_name,
				column_type: values.every(Number.isInteger) ? 'int' : 'float',
				column_statistics: { nan_count: 0, min: Math.min(...values), max: Math.max(...values) },
			};
		}),
		partial: false,
	});
}
