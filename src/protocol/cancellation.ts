import { type Event, EventSource } from './event';

/** Structurally vscode.CancellationToken, so that an editor's token can be handed in as it is. */
export interface CancellationToken {
	readonly isCancellationRequested: boolean;
	readonly onCancellationRequested: Event<unknown>;
}

export const neverCancelled: CancellationToken = {
	isCancellationRequested: false,
	onCancellationRequested: () => ({ dispose() {} }),
};

/** Thrown where work stops because its token was cancelled. Nobody shows it as an error. */
export class Cancelled extends Error {
	override readonly name = 'Cancelled';
}

export class CancellationSource {
	readonly #event = new EventSource<void>();
	#requested = false;

	readonly token: CancellationToken;

	constructor() {
		const isRequested = () => this.#requested;
		this.token = {
			get isCancellationRequested() {
				return isRequested();
			},
			onCancellationRequested: this.#event.event,
		};
	}

	cancel(): void {
		if (!this.#requested) {
			this.#requested = true;
			this.#event.fire();
		}
	}
}

export function throwIfCancelled(token: CancellationToken): void {
	if (token.isCancellationRequested) {
		throw new Cancelled();
	}
}
