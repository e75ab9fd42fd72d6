import { effect, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { CancellationSource, type CancellationToken, Cancelled } from '../../src/protocol/cancellation';
import type {
	FilePlace,
	PreviewChoice,
	PreviewScores,
	PreviewState,
	PromptView,
	ScoringPhase,
} from '../../src/protocol/previewView';
import { isBoolean, latest, type Resource, resource, type StateStore, storedMember } from '../state';

/** Who renders prompts: the extension host. */
export interface PreviewSource {
	/** What is to be shown now: the host follows the cursor. */
	current(): Promise<PreviewState>;
	show(choice: PreviewChoice): Promise<PreviewState>;
	/** The place of the example with this key; null where none has it. */
	find(key: string): Promise<number | null>;
	score(choice: PreviewChoice, token: CancellationToken): Promise<PreviewScores>;
	reveal(place: FilePlace): Promise<unknown>;
}

export type Shown = Extract<PreviewState, { state: 'shown' }>;

/** What became of asking the model about the shown example. */
export type Scoring =
	| { readonly state: 'idle' }
	| { readonly state: 'running'; readonly phase: ScoringPhase }
	| { readonly state: 'done'; readonly scores: PreviewScores }
	| { readonly state: 'failed'; readonly error: unknown };

/** How the prompt is drawn; kept through a reload. */
export interface PreviewOptions {
	readonly onlyDifferences: Signal<boolean>;
	/** Marks each space, not only those that are easily missed. */
	readonly allSpaces: Signal<boolean>;
	readonly wrap: Signal<boolean>;
	readonly tokens: Signal<boolean>;
	readonly tokenIds: Signal<boolean>;
}

export interface PreviewModel {
	readonly preview: Resource<PreviewState>;
	/** The last state that could be shown: it stays, greyed, while the file has errors. */
	readonly lastShown: ReadonlySignal<Shown | null>;
	readonly options: PreviewOptions;
	readonly scoring: ReadonlySignal<Scoring>;
	refresh(): Promise<void>;
	show(choice: PreviewChoice): void;
	find(key: string): Promise<number | null>;
	reveal(place: FilePlace): void;
	score(): Promise<void>;
	cancelScoring(): void;
	/** How far the host is with scoring. */
	tellPhase(phase: ScoringPhase): void;
}

export function createPreviewModel(source: PreviewSource, store: StateStore): PreviewModel {
	const preview = resource<PreviewState>();
	const lastShown = signal<Shown | null>(null);
	const options = storedOptions(store);
	const scoring = signal<Scoring>({ state: 'idle' });
	let cancellation: CancellationSource | null = null;
	let scoredKey = '';

	function cancelScoring(): void {
		cancellation?.cancel();
		cancellation = null;
		scoring.value = { state: 'idle' };
	}

	async function score(): Promise<void> {
		const state = lastShown.peek();
		if (!state || scoring.peek().state === 'running') {
			return;
		}
		const own = new CancellationSource();
		cancellation = own;
		scoredKey = promptKey(state);
		scoring.value = { state: 'running', phase: 'loading' };
		let outcome: Scoring;
		try {
			outcome = { state: 'done', scores: await source.score(state.choice, own.token) };
		} catch (error) {
			outcome = error instanceof Cancelled ? { state: 'idle' } : { state: 'failed', error };
		}
		if (cancellation === own) {
			cancellation = null;
			scoring.value = outcome;
		}
	}

	effect(() => {
		const state = latest(preview.current.value);
		if (state?.state === 'shown') {
			lastShown.value = state;
			// Numbers of another prompt are not left standing beside this one.
			if (scoring.peek().state !== 'idle' && scoredKey !== promptKey(state)) {
				cancelScoring();
			}
		}
	});

	return {
		preview,
		lastShown,
		options,
		scoring,
		refresh: () => preview.load(() => source.current(), { keep: true }),
		show: choice => void preview.load(() => source.show(choice), { keep: true }),
		find: key => source.find(key),
		reveal: place => void source.reveal(place),
		score,
		cancelScoring,
		tellPhase(phase) {
			if (scoring.peek().state === 'running') {
				scoring.value = { state: 'running', phase };
			}
		},
	};
}

function storedOptions(store: StateStore): PreviewOptions {
	const stored = store.read();
	const option = (name: keyof PreviewOptions, otherwise: boolean) =>
		signal(storedMember(stored, name, isBoolean, otherwise));
	const options = {
		onlyDifferences: option('onlyDifferences', false),
		allSpaces: option('allSpaces', false),
		wrap: option('wrap', true),
		tokens: option('tokens', false),
		tokenIds: option('tokenIds', false),
	};
	effect(() => {
		store.write(Object.fromEntries(Object.entries(options).map(([name, option]) => [name, option.value])));
	});
	return options;
}

/** Equal for two states whose scores would be. */
function promptKey({ example, model, prompt, against }: Shown): string {
	const textOf = (view: PromptView | null) =>
		view && [view.variant, view.scoredBy, view.segments.map(segment => segment.text), view.continuations];
	return JSON.stringify([
		example.key,
		example.gold,
		example.target,
		'name' in model && model.name,
		textOf(prompt),
		textOf(against),
	]);
}
