import { useState } from 'preact/hooks';
import type { PreviewChoice, PreviewPosition } from '../../src/protocol/previewView';
import { count, t } from '../text';
import './navigator.css';

interface NavigatorProps {
	readonly file: string;
	readonly position: PreviewPosition;
	onChange(choice: PreviewChoice): void;
	find(key: string): Promise<number | null>;
}

/** Which example, under which variant, against which other. */
export function Navigator({ file, position: { choice, examples, variants }, onChange, find }: NavigatorProps) {
	const go = (example: number) => onChange({ ...choice, example });
	const others = variants.filter(variant => variant !== choice.variant);
	const step = (label: string, sign: string, to: number) => (
		<button
			type="button"
			class="step"
			aria-label={label}
			title={label}
			disabled={to < 0 || to >= examples}
			onClick={() => go(to)}
		>
			{sign}
		</button>
	);
	return (
		<div class="navigator" role="toolbar" aria-label={t('navigatorLabel', { file })}>
			<select
				aria-label={t('previewVariantLabel')}
				value={choice.variant}
				onChange={({ currentTarget: { value } }) =>
					onChange({ ...choice, variant: value, against: choice.against === value ? null : choice.against })
				}
			>
				{variants.map(variant => (
					<option key={variant} value={variant} selected={variant === choice.variant}>
						{variant}
					</option>
				))}
			</select>
			{others.length > 0 && (
				<label>
					<span>{t('against')}</span>
					<select
						value={choice.against ?? ''}
						onChange={({ currentTarget: { selectedIndex } }) =>
							onChange({ ...choice, against: others[selectedIndex - 1] ?? null })
						}
					>
						<option value="" selected={choice.against === null}>
							{t('nothing')}
						</option>
						{others.map(variant => (
							<option key={variant} value={variant} selected={variant === choice.against}>
								{variant}
							</option>
						))}
					</select>
				</label>
			)}
			<span class="steps">
				{step(t('previousExample'), '‹', choice.example - 1)}
				<ExampleField key={choice.example} {...{ choice, examples, find, go }} />
				{step(t('nextExample'), '›', choice.example + 1)}
				<button
					type="button"
					class="step"
					aria-label={t('randomExample')}
					title={t('randomExample')}
					disabled={examples < 2}
					onClick={() => go(another(choice.example, examples))}
				>
					⤨
				</button>
			</span>
		</div>
	);
}

interface ExampleFieldProps extends Pick<NavigatorProps, 'find'> {
	readonly choice: PreviewChoice;
	readonly examples: number;
	go(example: number): void;
}

/** Shows which example it is, and takes another by its number or its key. */
function ExampleField({ choice, examples, find, go }: ExampleFieldProps) {
	const [unknown, setUnknown] = useState<string | null>(null);
	const goTo = async (wanted: string) => {
		const example = /^\d+$/.test(wanted) ? inside(Number(wanted) - 1, examples) : await find(wanted);
		setUnknown(example === null ? wanted : null);
		if (example !== null && example !== choice.example) {
			go(example);
		}
	};
	return (
		<span class="example-field">
			<input
				type="text"
				aria-label={t('exampleLabel')}
				title={t('exampleHelp')}
				aria-invalid={unknown !== null}
				defaultValue={String(choice.example + 1)}
				onFocus={({ currentTarget }) => currentTarget.select()}
				onKeyDown={({ key, currentTarget }) => {
					if (key === 'Enter') {
						void goTo(currentTarget.value.trim());
					} else if (key === 'Escape') {
						currentTarget.value = String(choice.example + 1);
						setUnknown(null);
					}
				}}
			/>{' '}
			<span>{t('ofExamples', { m: count(examples) })}</span>
			<span class={unknown === null ? 'visually-hidden' : 'unknown'} role="status">
				{unknown === null
					? t('exampleNOfM', { n: count(choice.example + 1), m: count(examples) })
					: t('noSuchExample', { wanted: unknown.slice(0, 60) })}
			</span>
		</span>
	);
}

function inside(example: number, examples: number): number | null {
	return example >= 0 && example < examples ? example : null;
}

/** Any example but this one. */
function another(example: number, examples: number): number {
	return (example + 1 + Math.floor(Math.random() * (examples - 1))) % examples;
}
