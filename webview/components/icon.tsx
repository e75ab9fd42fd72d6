import './icon.css';

const glyphs = {
	right: '✓',
	wrong: '✗',
	warning: '⚠',
	error: '⊘',
	info: 'i',
	missing: '–',
	selected: '▸',
} as const;

/** A sign beside a text that says the same: never read aloud, never alone. */
export function Icon({ name }: { readonly name: keyof typeof glyphs }) {
	return (
		<span class={`icon ${name}`} aria-hidden="true">
			{glyphs[name]}
		</span>
	);
}
