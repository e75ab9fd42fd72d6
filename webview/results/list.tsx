// biome-ignore-all lint/a11y/useSemanticElements: the rows of a <table> cannot be placed freely, as a virtual list must
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import type { PairList } from '../../src/protocol/resultsView';
import { useVirtualRows } from '../components/virtualRows';
import { t } from '../text';
import { bucketName } from './comparisonBar';
import { deltaMargin, listColumns } from './listColumns';
import { keyOf, type ResultsModel } from './model';
import { nextSort, noSort } from './rows';
import './list.css';

const ROW_HEIGHT = 26;
const HEADER_HEIGHT = 28;

interface ExampleListProps {
	readonly columns: PairList;
	readonly model: ResultsModel;
}

/** The paired examples as a grid of which only the rows in view are drawn. One tab stop; the active row has it. */
export function ExampleList({ columns, model }: ExampleListProps) {
	const scroller = useRef<HTMLDivElement>(null);
	const focusAfterDraw = useRef(false);
	const greatestDelta = useMemo(() => greatest(columns), [columns]);
	const { rows } = model.rows.value;
	const active = activeIndex(columns, rows, model.activeKey.value);
	const virtual = useVirtualRows({
		count: rows.length,
		rowHeight: ROW_HEIGHT,
		scroller,
		headerHeight: HEADER_HEIGHT,
		pinned: Math.max(0, active),
		initialOffset: model.scroll.peek(),
		onScroll: offset => {
			model.scroll.value = offset;
		},
	});

	// Only another question scrolls; a new place of the same, by another order, does not.
	const activeKey = model.activeKey.value;
	useLayoutEffect(() => {
		if (active >= 0) {
			virtual.scrollTo(active);
		}
	}, [activeKey]);
	useLayoutEffect(() => {
		if (focusAfterDraw.current) {
			focusAfterDraw.current = false;
			scroller.current?.querySelector<HTMLElement>('[role=row][tabindex="0"]')?.focus({ preventScroll: true });
		}
	});

	const activate = (index: number) => {
		const row = rows[Math.min(Math.max(index, 0), rows.length - 1)];
		if (row !== undefined) {
			focusAfterDraw.current = true;
			model.activate(keyOf(columns, row));
		}
	};
	const page = Math.max(1, Math.floor(virtual.windowHeight / ROW_HEIGHT) - 1);
	const moves = new Map([
		['ArrowDown', () => activate(active + 1)],
		['ArrowUp', () => activate(active - 1)],
		['PageDown', () => activate(active + page)],
		['PageUp', () => activate(active - page)],
		['Home', () => activate(0)],
		['End', () => activate(rows.length - 1)],
		['Enter', () => openDetail()],
		[' ', () => activate(Math.max(0, active))],
	]);
	const openDetail = () => {
		if (active < 0) {
			model.move(1);
		}
		document.getElementById('detail')?.focus();
	};

	return (
		<div ref={scroller} class="list-scroller">
			<div
				class="list"
				role="grid"
				aria-label={t('listLabel')}
				aria-rowcount={rows.length + 1}
				aria-colcount={listColumns.length}
				onKeyDown={event => {
					const move = moves.get(event.key);
					const onRow = event.target instanceof Element && event.target.getAttribute('aria-rowindex') !== null;
					if (move && onRow) {
						event.preventDefault();
						move();
					}
				}}
			>
				<HeaderRow columns={columns} model={model} />
				<div role="presentation" class="all-rows" style={{ height: `${virtual.height}px` }}>
					<div role="rowgroup" class="rows-in-view" style={{ height: `${virtual.windowHeight}px` }}>
						{virtual.drawn.map(index => (
							<Row
								key={rows[index]}
								{...{ columns, index, greatestDelta }}
								top={virtual.top(index)}
								row={rows[index] ?? 0}
								active={index === active}
								tabStop={index === Math.max(0, active)}
								onActivate={() => activate(index)}
							/>
						))}
					</div>
				</div>
			</div>
			{rows.length === 0 && <Empty model={model} />}
		</div>
	);
}

function HeaderRow({ columns, model }: ExampleListProps) {
	const sort = model.sort.value;
	return (
		<div role="rowgroup" class="list-header">
			<div role="row" tabIndex={-1} aria-rowindex={1} class="list-row">
				{listColumns.map(({ id, title, className }) => {
					const direction = sort.column === id ? (sort.descending ? 'descending' : 'ascending') : undefined;
					return (
						<div key={id} role="columnheader" tabIndex={-1} class={className} aria-sort={direction ?? 'none'}>
							<button
								type="button"
								title={title(columns)}
								onClick={() => {
									model.sort.value = nextSort(sort, id);
								}}
							>
								<span class="title">{title(columns)}</span>
								{direction && <span aria-hidden="true">{sort.descending ? '▼' : '▲'}</span>}
							</button>
						</div>
					);
				})}
			</div>
		</div>
	);
}

interface RowProps {
	readonly columns: PairList;
	readonly row: number;
	readonly index: number;
	readonly top: number;
	readonly greatestDelta: number;
	readonly active: boolean;
	readonly tabStop: boolean;
	onActivate(): void;
}

function Row({ columns, row, index, top, greatestDelta, active, tabStop, onActivate }: RowProps) {
	return (
		<div
			role="row"
			class="list-row"
			aria-rowindex={index + 2}
			aria-selected={active}
			tabIndex={tabStop ? 0 : -1}
			style={{ transform: `translateY(${top}px)` }}
			onClick={onActivate}
			onKeyDown={() => {}}
		>
			{listColumns.map(({ id, className, cell }) => (
				<div key={id} role="gridcell" tabIndex={-1} class={className}>
					{cell(columns, row, greatestDelta)}
				</div>
			))}
		</div>
	);
}

function Empty({ model }: { readonly model: ResultsModel }) {
	const bucket = model.bucket.value;
	const filtered = model.query.value.trim() !== '';
	const none = {
		all: t('noExamples'),
		flips: t('noFlips'),
		right_to_wrong: t('noRightToWrong'),
		wrong_to_right: t('noWrongToRight'),
		churn: t('noChurn'),
		unchanged: t('noUnchanged'),
		missing: t('noMissing'),
	}[bucket];
	return (
		<div class="empty">
			{filtered ? t('noMatch', { bucket: bucketName(bucket) }) : none}{' '}
			{filtered && (
				<button
					type="button"
					class="link"
					onClick={() => {
						model.query.value = '';
						model.sort.value = noSort;
					}}
				>
					{t('clearFilter')}
				</button>
			)}
		</div>
	);
}

function activeIndex(columns: PairList, rows: Uint32Array, key: string | null): number {
	return key === null ? -1 : rows.findIndex(row => keyOf(columns, row) === key);
}

/** The end of the scale for changes of margin: the 98th percentile, so that one outlier does not flatten the rest. */
function greatest(columns: PairList): number {
	const sizes = Float32Array.from(columns.example, (_, row) => Math.abs(deltaMargin(columns, row)))
		.filter(size => !Number.isNaN(size))
		.sort();
	return sizes[Math.floor(sizes.length * 0.98)] ?? sizes.at(-1) ?? 0;
}
