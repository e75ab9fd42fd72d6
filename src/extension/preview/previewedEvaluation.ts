import type { Hub } from '../../hub/hub';
import type { Disposable } from '../../protocol/event';
import { Failure } from '../../protocol/failure';
import type { FilePlace, PreviewChoice, PreviewState } from '../../protocol/previewView';
import type { Preview, PreviewSession } from '../../run/previewSession';
import type * as Runtime from '../runtime';
import { fitting } from './choice';

type Rooms = Pick<typeof Runtime, 'PreviewSession' | 'InvalidEvaluation'>;

/** What the page is shown with, besides the evaluation's text. */
export interface Surroundings {
	/** The evaluation as the workspace names it. */
	readonly label: string;
	readonly trusted: boolean;
}

/** One evaluation under preview, whatever its text is at the moment. */
export class PreviewedEvaluation implements Disposable {
	readonly session: PreviewSession;
	#opened: { readonly text: string; readonly preview: Promise<Preview> } | null = null;

	constructor(
		file: string,
		private readonly rooms: Rooms,
		hub?: Hub,
	) {
		this.session = new rooms.PreviewSession(file, hub);
	}

	/** The evaluation of a text, opened once. @throws Failure */
	open(text: string): Promise<Preview> {
		if (this.#opened?.text !== text) {
			const opened = { text, preview: this.session.open(text) };
			this.#opened = opened;
			// Why it failed may lie outside the text, in the data: the next one to ask tries again.
			opened.preview.catch(() => {
				if (this.#opened === opened) {
					this.#opened = null;
				}
			});
		}
		return this.#opened.preview;
	}

	/** Data or model may be others than they were. */
	reopen(): void {
		this.#opened = null;
		this.session.forgetMissingModel();
	}

	/** What to show of a text, with the nearest choice that it has. */
	async state(text: string, wanted: PreviewChoice, { label, trusted }: Surroundings): Promise<PreviewState> {
		let preview: Preview;
		try {
			preview = await this.open(text);
		} catch (error) {
			return { state: 'failed', file: label, position: null, reasons: this.#reasons(error, null) };
		}
		const variants = preview.evaluation.variants.map(variant => variant.name);
		const examples = preview.examples.length;
		const choice = fitting(wanted, variants, examples);
		try {
			if ([choice.variant, choice.against].some(name => name !== null && preview.isChat(name))) {
				await this.session.loadModel(preview);
			}
			return { ...preview.show(choice), file: label, trusted };
		} catch (error) {
			const position = { choice, examples, variants };
			return { state: 'failed', file: label, position, reasons: this.#reasons(error, preview) };
		}
	}

	dispose(): void {
		this.session.dispose();
	}

	#reasons(error: unknown, preview: Preview | null): Extract<PreviewState, { state: 'failed' }>['reasons'] {
		if (error instanceof this.rooms.InvalidEvaluation) {
			return error.problems.map(({ message, range }) => ({ message, place: range.start }));
		}
		if (error instanceof Failure) {
			return [{ message: error.reason, place: preview && placeOf(error, preview) }];
		}
		// A bug, or cancelled: the channel tells it.
		throw error;
	}
}

/** Sentences about a template name the variant and the field that it stands in. */
function placeOf({ reason: { params } }: Failure, preview: Preview): FilePlace | null {
	const { variant, field } = params;
	const isKnown = preview.evaluation.variants.some(({ name }) => name === variant);
	return isKnown && typeof variant === 'string' && typeof field === 'string' ? preview.place(variant, field) : null;
}
