import type { Signal } from '@preact/signals';
import './toggle.css';

interface ToggleProps {
	readonly label: string;
	/** What it does, in more words. */
	readonly title: string;
	readonly on: Signal<boolean>;
	readonly disabled?: boolean;
}

/** Something that is on or off, as a chip. */
export function Toggle({ label, title, on, disabled = false }: ToggleProps) {
	return (
		<button
			type="button"
			class="toggle"
			title={title}
			aria-pressed={on.value}
			disabled={disabled}
			onClick={() => {
				on.value = !on.value;
			}}
		>
			{label}
		</button>
	);
}
