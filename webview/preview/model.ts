import { effect, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { PreviewChoice, PreviewState } from '../../src/protocol/webview';
import { isBoolean, latest, type Resource, resource, type StateStore, storedMember } from '../state';

/** Who renders prompts: the extension host. */
export interface PreviewSource {
	/** What is to be shown now: the host follows the cursor. */
	current(): Promise<PreviewState>;
	show(choice: PreviewChoice): Promise<PreviewState>;
}

export interface PreviewModel {
	readonly preview: Resource<PreviewState>;
	/** The last state that could be shown: its controls stay while the file has errors. */
	readonly lastShown: ReadonlySignal<Extract<PreviewState, { state: 'shown' }> | null>;
	readonly onlyDifferences: Signal<boolean>;
	refresh(): Promise<void>;
	show(choice: PreviewChoice): void;
}

export function createPreviewModel(source: PreviewSource, store: StateStore): PreviewModel {
	const preview = resource<PreviewState>();
	const lastShown = signal<Extract<PreviewState, { state: 'shown' }> | null>(null);
	const onlyDifferences = signal(storedMember(store.read(), 'onlyDifferences', isBoolean, false));
	effect(() => store.write({ onlyDifferences: onlyDifferences.value }));
	effect(() => {
		const state = latest(preview.current.value);
		if (state?.state === 'shown') {
			lastShown.value = state;
		}
	});
	return {
		preview,
		lastShown,
		onlyDifferences,
		refresh: () => preview.load(() => source.current(), { keep: true }),
		show: choice => void preview.load(() => source.show(choice), { keep: true }),
	};
}
