import { relative, sep } from 'node:path';
import type { DatasetSpec } from '../config/resolved';
import { type CancellationToken, throwIfCancelled } from '../protocol/cancellation';
import type { DataSource } from './dataSource';
import { locateDataset } from './locate';
import { readFile } from './readFile';

/** A local file or folder. Relative paths count from `folder`. */
export async function localSource(dataset: DatasetSpec, folder: string, token: CancellationToken): Promise<DataSource> {
	const locate = await locateDataset(dataset, folder);
	return {
		configs: [null],
		commit: null,
		async read(needed) {
			const contents = [];
			for (const { split } of needed) {
				throwIfCancelled(token);
				const full = locate(split);
				const { sha256, ...table } = await readFile(full, token);
				const path = relative(folder, full).split(sep).join('/');
				contents.push({ path, table, files: [{ path, sha256, rows: table.rows.length }] });
			}
			return contents;
		},
	};
}
