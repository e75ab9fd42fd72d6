import type { Signal } from '@preact/signals';
import './splitter.css';

const SMALLEST = 0.12;
const STEP = 0.04;

interface SplitterProps {
	/** The first part's share of the whole, 0 to 1. */
	readonly share: Signal<number>;
	readonly label: string;
}

/** A bar between two panes one above the other: dragged, or moved with the arrow keys, Home and End. */
export function Splitter({ share, label }: SplitterProps) {
	const set = (value: number) => {
		share.value = Math.min(1 - SMALLEST, Math.max(SMALLEST, value));
	};
	const moves = new Map([
		['ArrowUp', () => set(share.value - STEP)],
		['ArrowDown', () => set(share.value + STEP)],
		['Home', () => set(0)],
		['End', () => set(1)],
	]);
	return (
		// biome-ignore lint/a11y/useSemanticElements: an <hr> takes no focus and no value; this is ARIA's window splitter
		<div
			class="splitter"
			role="separator"
			tabIndex={0}
			aria-label={label}
			aria-orientation="horizontal"
			aria-valuemin={0}
			aria-valuemax={100}
			aria-valuenow={Math.round(share.value * 100)}
			onKeyDown={event => {
				const move = moves.get(event.key);
				if (move) {
					event.preventDefault();
					move();
				}
			}}
			onPointerDown={({ currentTarget: bar, pointerId }) => bar.setPointerCapture(pointerId)}
			onPointerMove={({ currentTarget: bar, pointerId, clientY }) => {
				const whole = bar.parentElement?.getBoundingClientRect();
				if (whole && bar.hasPointerCapture(pointerId)) {
					set((clientY - whole.top) / whole.height);
				}
			}}
		/>
	);
}
