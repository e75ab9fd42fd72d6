import { createContext } from 'preact';
import { useContext, useMemo } from 'preact/hooks';
import { type Part, parts, type Spaces } from './characters';
import './exactText.css';

/** Which spaces are shown where a text does not say itself. */
export const SpacesShown = createContext<Spaces>('doubtful');

interface ExactTextProps {
	readonly text: string;
	readonly spaces?: Spaces;
	readonly atStart?: boolean;
	readonly atEnd?: boolean;
}

/**
 * A text to the character: what cannot be seen is drawn by CSS from `data-glyph`, so that the text in the page, and with
 * it what is copied and read aloud, stays as it is.
 */
export function ExactText({ text, spaces: own, atStart = true, atEnd = true }: ExactTextProps) {
	const around = useContext(SpacesShown);
	const spaces = own ?? around;
	const all = useMemo(() => parts(text, { spaces, atStart, atEnd }), [text, spaces, atStart, atEnd]);
	return <>{all.map(drawn)}</>;
}

function drawn(part: Part) {
	switch (part.kind) {
		case 'text':
			return part.text;
		case 'spaces':
			return (
				<span class="glyph over" data-glyph={'·'.repeat(part.text.length)}>
					{part.text}
				</span>
			);
		case 'tab':
			return (
				<span class="glyph over" data-glyph="→">
					{part.text}
				</span>
			);
		case 'newline':
			return (
				<span class="glyph" data-glyph="↵">
					{part.text}
				</span>
			);
		case 'named':
			return (
				<span class="glyph named" data-glyph={part.name}>
					{part.text}
				</span>
			);
	}
}
