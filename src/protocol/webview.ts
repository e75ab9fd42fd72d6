import type { PromptDiff } from './diff';
import type { Message } from './messages';
import type { Segment } from './prompt';
import type { Transition } from './results';
import type { PairChoice, PairColumns, PairView, ResultsOverview } from './resultsView';

/** What the extension host answers and tells the webview. */
export interface HostSide {
	readonly requests: {
		readonly overview: { readonly params: null; readonly result: ResultsOverview };
		readonly columns: { readonly params: PairChoice; readonly result: PairColumns };
		readonly pair: { readonly params: PairChoice & { readonly key: string }; readonly result: PairView };
		/** The state of the prompt preview, asked for after every reload. */
		readonly preview: { readonly params: null; readonly result: PreviewState };
		/** Moves the preview. */
		readonly showPreview: { readonly params: PreviewChoice; readonly result: PreviewState };
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

export interface PreviewChoice {
	/** Index in the slice, from 0. */
	readonly example: number;
	readonly variant: string;
	/** Another variant to show the difference to; null for the prompt alone. */
	readonly against: string | null;
}

export interface PromptView {
	readonly variant: string;
	readonly segments: readonly Segment[];
	readonly continuations: readonly string[];
	/** What the linter says of this prompt. */
	readonly lint: readonly { readonly severity: 'error' | 'warning' | 'info'; readonly message: Message }[];
	/** Known where the evaluation names a local model. */
	readonly nTokens: number | null;
}

/** The prompt preview: one example under one variant, or the difference of two. */
export type PreviewState =
	| {
			readonly state: 'shown';
			readonly file: string;
			readonly choice: PreviewChoice;
			readonly examples: number;
			readonly key: string;
			readonly variants: readonly string[];
			readonly prompt: PromptView;
			readonly against: PromptView | null;
			readonly diff: PromptDiff | null;
	  }
	/** The evaluation cannot be rendered; the message says why and where. */
	| { readonly state: 'failed'; readonly file: string; readonly reasons: readonly Message[] };
