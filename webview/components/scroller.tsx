import type { ComponentChildren } from 'preact';

interface ScrollerProps {
	readonly label: string;
	readonly class: string;
	readonly onKeyDown?: (event: KeyboardEvent) => void;
	readonly children: ComponentChildren;
}

/** A part of the page that scrolls by itself, and so must take the focus, for the arrow keys to scroll it. */
export function Scroller({ label, class: className, onKeyDown, children }: ScrollerProps) {
	return (
		// biome-ignore lint/a11y/noNoninteractiveTabindex: scrolling is the interaction
		<section class={className} aria-label={label} tabIndex={0} onKeyDown={onKeyDown}>
			{children}
		</section>
	);
}
