import { asyncBufferFromFile } from 'hyparquet';
import type { CancellationToken } from '../protocol/cancellation';
import { openParquet } from './parquetTable';
import type { Table } from './table';

/** Reads a local Parquet file. */
export async function readParquet(path: string, token: CancellationToken): Promise<Table> {
	const file = await openParquet(path, await asyncBufferFromFile(path));
	return file.read(null, token);
}
