import type { RefObject } from 'preact';
import { useLayoutEffect, useState } from 'preact/hooks';

interface VirtualRowsOptions {
	readonly count: number;
	/** Height of every row, in pixels. */
	readonly rowHeight: number;
	readonly scroller: RefObject<HTMLElement | null>;
	/** Height of what sticks to the top of the scroller. */
	readonly headerHeight: number;
	/** Drawn wherever it stands, so that it can hold the focus; −1 for none. */
	readonly pinned: number;
	readonly initialOffset: number;
	onScroll(offset: number): void;
}

interface VirtualRows {
	/** Height of all rows. */
	readonly height: number;
	/** Height of the window that they are seen through; it sticks below the header. */
	readonly windowHeight: number;
	/** Ascending. */
	readonly drawn: readonly number[];
	/** Where a row begins, from the window's top; those out of view lie outside of it. */
	top(index: number): number;
	scrollTo(index: number): void;
}

/**
 * Which rows of a long list to draw, and where. Browsers scroll on a thread of their own and may be ahead of what is drawn: rows
 * that moved with the scroller would leave a blank behind them. So they stand in a window that does not move, and are drawn
 * anew for each place that the scroller has come to; until then the last ones stay in view.
 */
export function useVirtualRows(options: VirtualRowsOptions): VirtualRows {
	const { count, rowHeight, scroller, headerHeight, pinned, initialOffset, onScroll } = options;
	const [view, setView] = useState({ offset: 0, room: 0 });

	useLayoutEffect(() => {
		const element = scroller.current;
		if (!element) {
			return;
		}
		const look = () => setView({ offset: element.scrollTop, room: element.clientHeight - headerHeight });
		const scrolled = () => {
			look();
			onScroll(element.scrollTop);
		};
		element.scrollTop = initialOffset;
		look();
		const sizes = new ResizeObserver(look);
		sizes.observe(element);
		element.addEventListener('scroll', scrolled, { passive: true });
		return () => {
			sizes.disconnect();
			element.removeEventListener('scroll', scrolled);
		};
	}, [scroller]);

	const height = count * rowHeight;
	const room = Math.max(0, view.room);
	// A list that became shorter scrolls back by itself, after it is drawn.
	const offset = Math.max(0, Math.min(view.offset, height - room));
	return {
		height,
		windowHeight: Math.min(room, height),
		drawn: drawnRows(Math.floor(offset / rowHeight), Math.ceil((offset + room) / rowHeight), count, pinned),
		top: index => index * rowHeight - offset,
		scrollTo(index) {
			const element = scroller.current;
			if (!element) {
				return;
			}
			const start = index * rowHeight;
			const seen = element.clientHeight - headerHeight;
			if (start < element.scrollTop) {
				element.scrollTop = start;
			} else if (start + rowHeight > element.scrollTop + seen) {
				element.scrollTop = start + rowHeight - seen;
			}
		},
	};
}

function drawnRows(from: number, to: number, count: number, pinned: number): number[] {
	const last = Math.min(to, count);
	const drawn = Array.from({ length: Math.max(0, last - from) }, (_, i) => from + i);
	if (pinned < 0 || pinned >= count || (pinned >= from && pinned < last)) {
		return drawn;
	}
	return pinned < from ? [pinned, ...drawn] : [...drawn, pinned];
}
