import { computed, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type {
	ExampleColumns,
	PairChoice,
	PairList,
	PairView,
	ResultsOverview,
	ResultsSource,
} from '../../src/protocol/resultsView';
import {
	isBoolean,
	isFraction,
	isString,
	latest,
	type Resource,
	resource,
	type StateStore,
	storedMember,
} from '../state';
import { errorText } from '../text';
import { type Bucket, bucketCounts, isBucket } from './buckets';
import { isSort, noSort, type RowQuery, type Sort, selectRows } from './rows';

interface PairAddress extends PairChoice {
	readonly key: string;
}

/** What can be done from the view beside looking. A member that is missing has no button. */
export interface ResultsActions {
	readonly runAgain?: () => Promise<unknown>;
	readonly exportRun?: () => Promise<unknown>;
	readonly openNativeDiff?: (pair: PairAddress) => Promise<unknown>;
	readonly copy?: (text: string) => Promise<unknown>;
	/** Told what the person looks at. */
	readonly selected?: (pair: PairAddress | null) => void;
}

/** All that the results view shows, and all that a person can change in it. */
export interface ResultsModel {
	readonly actions: ResultsActions;
	readonly overview: Resource<ResultsOverview>;
	readonly columns: Resource<PairList>;
	readonly pair: Resource<PairView>;
	readonly choice: ReadonlySignal<PairChoice | null>;
	readonly bucket: Signal<Bucket>;
	readonly query: Signal<string>;
	readonly sort: Signal<Sort>;
	readonly counts: ReadonlySignal<Readonly<Record<Bucket, number>> | null>;
	/** Indices into the columns, in the order shown; an error where the filter cannot be read. */
	readonly rows: ReadonlySignal<RowQuery>;
	readonly activeKey: ReadonlySignal<string | null>;
	readonly address: ReadonlySignal<PairAddress | null>;
	readonly onlyDifferences: Signal<boolean>;
	/** The list's share of the height that list and detail divide. */
	readonly split: Signal<number>;
	/** The scroll offset of the list, for the next load of the page. */
	readonly scroll: Signal<number>;
	/** Why the last action failed. */
	readonly notice: Signal<string | null>;
	choose(choice: PairChoice, bucket?: Bucket): void;
	activate(key: string | null): void;
	/** Activates the example some places on in the list. */
	move(by: number): void;
	act(action: Promise<unknown> | undefined): void;
	/** Asks for everything again, keeping what is in view until the answers are there. */
	refresh(): Promise<void>;
}

/** A held arrow key passes over questions; only where it rests are the prompts asked for. In milliseconds. */
const PAIR_DELAY = 60;
/** Browsers limit how often a page may store its state, and scrolling changes it all the time. */
const STORE_DELAY = 200;

export function createResultsModel(source: ResultsSource, actions: ResultsActions, store: StateStore): ResultsModel {
	const stored = store.read();
	const remembered = <T, U>(name: string, is: (value: unknown) => value is T, otherwise: U) =>
		storedMember(stored, name, is, otherwise);

	const overview = resource<ResultsOverview>();
	const columns = resource<PairList>();
	const pair = resource<PairView>();
	const choice = signal<PairChoice | null>(remembered('choice', isChoice, null));
	const bucket = signal<Bucket>(remembered('bucket', isBucket, 'all'));
	const query = signal(remembered('query', isString, ''));
	const sort = signal<Sort>(remembered('sort', isSort, noSort));
	const activeKey = signal<string | null>(remembered('activeKey', isString, null));
	const onlyDifferences = signal(remembered('onlyDifferences', isBoolean, true));
	const split = signal(remembered('split', isFraction, 0.36));
	const scroll = signal(remembered('scroll', isOffset, 0));
	const notice = signal<string | null>(null);

	const known = computed(() => latest(columns.current.value));
	const counts = computed(() => known.value && bucketCounts(known.value.transition));
	const rows = computed(() => selectRows(known.value, bucket.value, query.value, sort.value));
	const address = computed(() =>
		choice.value && activeKey.value !== null ? { ...choice.value, key: activeKey.value } : null,
	);

	effect(() => {
		const state = {
			choice: choice.value,
			bucket: bucket.value,
			query: query.value,
			sort: sort.value,
			activeKey: activeKey.value,
			onlyDifferences: onlyDifferences.value,
			split: split.value,
			scroll: scroll.value,
		};
		return later(STORE_DELAY, () => store.write(state));
	});
	effect(() => {
		actions.selected?.(address.value);
	});
	effect(() => {
		// What is in view must not stand under the names of another choice while that is loading.
		void choice.value;
		pair.clear();
	});
	effect(() => {
		const wanted = address.value;
		return wanted ? later(PAIR_DELAY, () => void pair.load(() => source.pair(wanted), { keep: true })) : pair.clear();
	});

	function choose(next: PairChoice, inBucket?: Bucket): void {
		const changed = JSON.stringify(next) !== JSON.stringify(choice.value);
		if (inBucket) {
			bucket.value = inBucket;
			query.value = '';
		}
		if (changed) {
			choice.value = next;
			// An example keeps its key under another variant: the person goes on looking at the same question.
			void columns.load(() => listOf(next));
		}
	}

	let examples: ExampleColumns | null = null;

	/** The questions are asked for once, and again only where a run that goes on came to know more of them. */
	async function listOf(wanted: PairChoice): Promise<PairList> {
		const [pairs, known] = await Promise.all([source.columns(wanted), examples ?? source.examples()]);
		const last = pairs.example.at(-1) ?? -1;
		examples = last < known.key.length ? known : await source.examples();
		return { ...pairs, examples };
	}

	async function refresh(): Promise<void> {
		await overview.load(() => source.overview(), { keep: true });
		const now = latest(overview.current.value);
		if (!now) {
			return;
		}
		const next = stillThere(choice.value, now) ?? firstChoice(now);
		choice.value = next;
		if (next) {
			await Promise.all([columns.load(() => listOf(next), { keep: true }), pair.reload()]);
		}
	}

	return {
		actions,
		overview,
		columns,
		pair,
		choice,
		bucket,
		query,
		sort,
		counts,
		rows,
		activeKey,
		address,
		onlyDifferences,
		split,
		scroll,
		notice,
		choose,
		activate: key => {
			activeKey.value = key;
		},
		move(by) {
			const now = known.peek();
			const order = rows.peek().rows;
			if (now && order.length > 0) {
				const at = order.findIndex(row => keyOf(now, row) === activeKey.peek());
				const row = order[Math.min(Math.max(at + by, 0), order.length - 1)];
				activeKey.value = row === undefined ? null : keyOf(now, row);
			}
		},
		act(action) {
			notice.value = null;
			action?.catch((error: unknown) => {
				notice.value = errorText(error);
			});
		},
		refresh,
	};
}

/** The key of a row of the list. */
export function keyOf({ example, examples }: PairList, row: number): string | null {
	return examples.key[example[row] ?? -1] ?? null;
}

function later(milliseconds: number, act: () => void): () => void {
	const timer = setTimeout(act, milliseconds);
	return () => clearTimeout(timer);
}

/** The choice, where the run still has both of its variants. */
function stillThere(choice: PairChoice | null, { results }: ResultsOverview): PairChoice | null {
	const has = (variant: string) => results.some(r => r.model === choice?.model && r.variant === variant);
	return choice && has(choice.base) && has(choice.variant) ? choice : null;
}

/** The base against the next variant of the first model; against itself where there is no other. */
function firstChoice({ variants, results }: ResultsOverview): PairChoice | null {
	const model = results[0]?.model;
	const base = variants[0]?.name;
	return model === undefined || base === undefined ? null : { model, base, variant: variants[1]?.name ?? base };
}

const isOffset = (value: unknown): value is number => typeof value === 'number' && value >= 0;

function isChoice(value: unknown): value is PairChoice {
	const member = (name: string) => storedMember(value, name, isString, null);
	return member('model') !== null && member('base') !== null && member('variant') !== null;
}
