import type { Preset } from '../../../config/presets';
import type { DatasetSummary, ModelSummary } from '../../../hub/repository';
import type { Json } from '../../../protocol/json';
import type { ColumnKnowledge, DatasetKnowledge, ModelKnowledge } from '../knowledge/knowledge';

/** A piece of a tooltip: our own Markdown, or text of somebody else that is shown as it is. */
export type Piece = { readonly markdown: string } | { readonly text: string };
export type Markdown = readonly Piece[];

const space: Piece = { markdown: '\n\n' };
const list = (items: readonly string[]): Markdown => [{ markdown: `\n\n${items.map(item => `- ${item}`).join('\n')}` }];

/** What a preset is, what a careful reader must know beside it, and whose code it follows. */
export function presetText({ title, summary, notes, citation }: Preset): Markdown {
	const cited: Markdown = [space, { markdown: '*' }, { text: citation }, { markdown: '*' }];
	return [{ markdown: `**${title}**\n\n${summary}` }, ...(notes.length > 0 ? list(notes) : []), ...cited];
}

const number = new Intl.NumberFormat('en');
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** 271,000,000 → "271 MB". */
export function bytesText(bytes: number): string {
	const [unit, size] =
		bytes >= 1e9 ? (['GB', 1e9] as const) : bytes >= 1e6 ? (['MB', 1e6] as const) : (['kB', 1e3] as const);
	const value = bytes / size;
	return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}

/** Facts in one line; those that nobody knows are left out. */
function facts(...known: readonly (string | null | false)[]): Markdown {
	const texts = known.filter(fact => typeof fact === 'string' && fact !== '');
	return texts.length === 0 ? [] : [space, { text: texts.join(' · ') }];
}

function link(url: string): Markdown {
	return /^https?:\/\/[^\s()<>]+$/.test(url) ? [space, { markdown: `[${new URL(url).host}](${url})` }] : [];
}

export function datasetText(
	summary: DatasetSummary | null,
	knowledge: DatasetKnowledge | null,
	url: string | null,
): Markdown {
	const splits = knowledge?.splits ?? [];
	const rows = new Map<string, number | null>();
	for (const { split, rows: count } of splits) {
		const sum = rows.get(split);
		rows.set(split, sum === null || count === null ? null : (sum ?? 0) + count);
	}
	const counts = [...rows]
		.slice(0, 12)
		.map(([split, count]) => (count === null ? split : `${split} ${number.format(count)}`));
	const configs = knowledge?.configs ?? [];
	return [
		...(summary?.description ? [{ text: summary.description }] : []),
		...facts(
			summary?.license ?? null,
			summary !== null && `${compact.format(summary.downloads)} downloads`,
			summary !== null && summary.gated !== false && 'gated',
			configs.length > 1 && `${configs.length} configs`,
		),
		...(counts.length > 0 ? facts(`Rows: ${counts.join(', ')}`) : []),
		...(url === null ? [] : link(url)),
	];
}

export function modelText(summary: ModelSummary | null, onnx: ModelKnowledge['onnx'], url: string | null): Markdown {
	const files = onnx.map(({ dtype, size }) => (size === null ? dtype : `${dtype} ${bytesText(size)}`));
	return [
		...(summary?.description ? [{ text: summary.description }] : []),
		...facts(
			summary?.task ?? null,
			summary !== null && summary.parameters !== null && `${compact.format(summary.parameters)} parameters`,
			summary?.license ?? null,
			summary !== null && summary.gated !== false && 'gated',
			summary !== null && files.length === 0 && !summary.hasOnnx && 'no ONNX files',
		),
		...(files.length > 0 ? facts(`ONNX: ${files.join(', ')}`) : []),
		...(url === null ? [] : link(url)),
	];
}

const longestExample = 300;

/** Its type, its classes, and what stands in the first row that has something. */
export function columnText(
	{ name, type, classNames, bounds }: ColumnKnowledge,
	rows: readonly ReadonlyMap<string, Json>[],
): Markdown {
	const cell = rows.map(row => row.get(name)).find(value => value !== null && value !== undefined && value !== '');
	const example = cell === undefined ? '' : typeof cell === 'string' ? cell : JSON.stringify(cell);
	return [
		...facts(type, bounds && `${number.format(bounds.min)} – ${number.format(bounds.max)}`),
		...(classNames
			? facts(
					classNames
						.slice(0, 20)
						.map((label, i) => `${i} ${label}`)
						.join(', '),
				)
			: []),
		...(example === ''
			? []
			: [space, { text: example.length > longestExample ? `${example.slice(0, longestExample)}…` : example }]),
	];
}
