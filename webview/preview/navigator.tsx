import type { PreviewChoice, PreviewState } from '../../src/protocol/webview';
import { count, t } from '../text';
import './navigator.css';

interface NavigatorProps {
	readonly state: Extract<PreviewState, { state: 'shown' }>;
	onChange(choice: PreviewChoice): void;
}

/** Which example, under which variant, against which other. */
export function Navigator({ state: { choice, examples, variants, file }, onChange }: NavigatorProps) {
	const go = (example: number) => onChange({ ...choice, example: Math.min(Math.max(example, 0), examples - 1) });
	const step = (label: string, sign: string, to: number) => (
		<button type="button" class="step" aria-label={label} title={label} disabled={!inside(to)} onClick={() => go(to)}>
			{sign}
		</button>
	);
	const inside = (example: number) => example >= 0 && example < examples;
	const others = variants.filter(variant => variant !== choice.variant);
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
				<span role="status">{t('exampleNOfM', { n: count(choice.example + 1), m: count(examples) })}</span>
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

/** Any example but this one. */
function another(example: number, examples: number): number {
	return (example + 1 + Math.floor(Math.random() * (examples - 1))) % examples;
}
