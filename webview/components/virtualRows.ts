import {
	defaultRangeExtractor,
	elementScroll,
	observeElementOffset,
	observeElementRect,
	type Range,
	Virtualizer,
	type VirtualizerOptions,
} from '@tanstack/virtual-core';
import type { RefObject } from 'preact';
import { useLayoutEffect, useReducer, useState } from 'preact/hooks';

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

/** Which rows of a long list to draw, and where: tanstack's virtualizer as a Preact hook. */
export function useVirtualRows(options: VirtualRowsOptions): Virtualizer<HTMLElement, HTMLElement> {
	const { count, rowHeight, scroller, headerHeight, pinned, initialOffset, onScroll } = options;
	const [, redraw] = useReducer<number, void>(n => n + 1, 0);
	const settings: VirtualizerOptions<HTMLElement, HTMLElement> = {
		count,
		getScrollElement: () => scroller.current,
		estimateSize: () => rowHeight,
		scrollPaddingStart: headerHeight,
		overscan: 8,
		initialOffset,
		rangeExtractor: range => withPinned(range, pinned),
		scrollToFn: elementScroll,
		observeElementRect,
		observeElementOffset,
		onChange: instance => {
			onScroll(instance.scrollOffset ?? 0);
			redraw();
		},
	};
	const [virtualizer] = useState(() => new Virtualizer(settings));
	virtualizer.setOptions(settings);
	useLayoutEffect(() => virtualizer._didMount(), [virtualizer]);
	useLayoutEffect(() => virtualizer._willUpdate());
	return virtualizer;
}

function withPinned(range: Range, pinned: number): number[] {
	const drawn = defaultRangeExtractor(range);
	return pinned < 0 || pinned >= range.count || drawn.includes(pinned)
		? drawn
		: [...drawn, pinned].sort((a, b) => a - b);
}
