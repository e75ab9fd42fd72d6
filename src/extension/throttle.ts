import type { Disposable } from '../protocol/event';

/** Calls `work` at once, then at most once in `milliseconds`; the last call is never lost. */
export function throttled(work: () => void, milliseconds: number): (() => void) & Disposable {
	let timer: NodeJS.Timeout | undefined;
	let again = false;
	const call = () => {
		if (timer) {
			again = true;
			return;
		}
		work();
		timer = setTimeout(() => {
			timer = undefined;
			if (again) {
				again = false;
				call();
			}
		}, milliseconds);
	};
	return Object.assign(call, { dispose: () => clearTimeout(timer) });
}

/** Calls `work` with the last value when no other came for `milliseconds`. */
export function debounced<T>(work: (value: T) => void, milliseconds: number): ((value: T) => void) & Disposable {
	let timer: NodeJS.Timeout | undefined;
	const call = (value: T) => {
		clearTimeout(timer);
		timer = setTimeout(() => work(value), milliseconds);
	};
	return Object.assign(call, { dispose: () => clearTimeout(timer) });
}
