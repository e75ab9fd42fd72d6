import { useRef } from 'preact/hooks';
import './choices.css';

interface ChoicesProps<T extends string> {
	/** Named for people who cannot see that it is one group. */
	readonly label: string;
	readonly value: T;
	readonly options: readonly { readonly value: T; readonly label: string; readonly detail?: string }[];
	onChange(value: T): void;
}

/** One of a few, all in view: a radio group of chips. One tab stop; the arrow keys choose. */
export function Choices<T extends string>({ label, value, options, onChange }: ChoicesProps<T>) {
	const group = useRef<HTMLDivElement>(null);
	const chosen = options.findIndex(option => option.value === value);
	const move = (to: number) => {
		const index = (to + options.length) % options.length;
		const option = options[index];
		if (option) {
			onChange(option.value);
			group.current?.querySelectorAll<HTMLElement>('[role=radio]')[index]?.focus();
		}
	};
	const moves = new Map([
		['ArrowRight', () => move(chosen + 1)],
		['ArrowDown', () => move(chosen + 1)],
		['ArrowLeft', () => move(chosen - 1)],
		['ArrowUp', () => move(chosen - 1)],
		['Home', () => move(0)],
		['End', () => move(options.length - 1)],
	]);
	return (
		<div
			ref={group}
			class="choices"
			role="radiogroup"
			aria-label={label}
			onKeyDown={event => {
				const go = moves.get(event.key);
				if (go) {
					event.preventDefault();
					go();
				}
			}}
		>
			{options.map((option, i) => (
				// biome-ignore lint/a11y/useSemanticElements: a native radio cannot hold its own label and count as a chip
				<button
					key={option.value}
					type="button"
					role="radio"
					aria-checked={option.value === value}
					tabIndex={i === Math.max(0, chosen) ? 0 : -1}
					onClick={() => onChange(option.value)}
				>
					{option.label}
					{option.detail && <span class="detail">{option.detail}</span>}
				</button>
			))}
		</div>
	);
}
