import type { FilePlace, PreviewChoice, PreviewScores, PreviewState, ScoringPhase } from './previewView';
import type { Transition } from './results';
import type { ExampleColumns, PairChoice, PairColumns, PairView, ResultsOverview } from './resultsView';

/** What the extension host answers and tells the webview. */
export interface HostSide {
	readonly requests: {
		readonly overview: { readonly params: null; readonly result: ResultsOverview };
		readonly examples: { readonly params: null; readonly result: ExampleColumns };
		readonly columns: { readonly params: PairChoice; readonly result: PairColumns };
		readonly pair: { readonly params: PairChoice & { readonly key: string }; readonly result: PairView };
		/** The state of the prompt preview, asked for after every reload. */
		readonly preview: { readonly params: null; readonly result: PreviewState };
		/** Moves the preview. */
		readonly showPreview: { readonly params: PreviewChoice; readonly result: PreviewState };
		/** The place in the slice, from 0, of the example with this key; null where none has it. */
		readonly findExample: { readonly params: string; readonly result: number | null };
		/** Scores the prompts of a choice on the local model. Cancelling the request ends the model's process. */
		readonly scoreExample: { readonly params: PreviewChoice; readonly result: PreviewScores };
		/** Shows a place of the evaluation file in its editor. */
		readonly reveal: { readonly params: FilePlace; readonly result: null };
		/** Opens the two prompts of a pair in the native diff editor. */
		readonly openNativeDiff: { readonly params: PairChoice & { readonly key: string }; readonly result: null };
		readonly runAgain: { readonly params: null; readonly result: null };
		readonly exportRun: { readonly params: null; readonly result: null };
		readonly copy: { readonly params: string; readonly result: null };
	};
	readonly events: {
		/** The run went on or the evaluation file changed: ask again. */
		readonly changed: null;
		/** A command of the palette: list these examples. */
		readonly show: Transition | 'all' | 'flips';
		/** A command of the palette: select the next or previous example of the list. */
		readonly move: 'next' | 'previous';
		/** A command of the palette: do in the preview what its buttons do. */
		readonly previewCommand: 'tokens' | 'score';
		/** How far a `scoreExample` is. */
		readonly scoring: ScoringPhase;
	};
}

/** The webview tells nothing but its asking; commands with a keybinding reach it as events of the host. */
export interface WebviewSide {
	readonly requests: Record<string, never>;
	readonly events: {
		/** What the person looks at, so that commands of the palette act on it. */
		readonly selected: (PairChoice & { readonly key: string }) | null;
	};
}
