import { emptyColumns, type SampleColumns, withPlaces } from '../compare/sampleColumns';
import type { Sample } from '../protocol/sample';

/** The samples of one model under one variant: their numbers, and where in samples.jsonl each stands. */
export interface VariantTable {
	readonly model: string;
	readonly variant: string;
	readonly columns: SampleColumns;
	/** In bytes, by place. */
	readonly start: Float64Array;
	readonly bytes: Uint32Array;
}

/** A model and a variant as one key. */
export function variantId({ model, variant }: Pick<Sample, 'model' | 'variant'>): string {
	return JSON.stringify([model, variant]);
}

export function emptyTable({ model, variant }: Pick<Sample, 'model' | 'variant'>, places: number): VariantTable {
	return {
		model,
		variant,
		columns: emptyColumns(places),
		start: new Float64Array(places),
		bytes: new Uint32Array(places),
	};
}

/** The same samples with more places behind them. */
export function widened(table: VariantTable, places: number): VariantTable {
	const start = new Float64Array(places);
	start.set(table.start);
	const bytes = new Uint32Array(places);
	bytes.set(table.bytes);
	return { ...table, columns: withPlaces(table.columns, places), start, bytes };
}
