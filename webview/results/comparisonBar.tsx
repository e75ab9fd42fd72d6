import type { ResultsOverview } from '../../src/protocol/resultsView';
import { Choices } from '../components/choices';
import { count, t } from '../text';
import { type Bucket, buckets } from './buckets';
import type { ResultsModel } from './model';
import './comparisonBar.css';

interface ComparisonBarProps {
	readonly overview: ResultsOverview;
	readonly model: ResultsModel;
}

/** What is compared with what, and which of the examples the list shows. */
export function ComparisonBar({ overview, model }: ComparisonBarProps) {
	const choice = model.choice.value;
	const counts = model.counts.value;
	if (!choice) {
		return null;
	}
	const models = [...new Set(overview.results.map(r => r.model))];
	const variants = overview.variants.map(v => v.name);
	const change = (member: 'model' | 'base' | 'variant') => (value: string) =>
		model.choose({ ...choice, [member]: value });
	const shown = buckets.filter(bucket => bucket !== 'missing' || (counts?.missing ?? 0) > 0);
	return (
		<div class="comparison-bar">
			<div class="compared-pair">
				{models.length > 1 && (
					<Select label={t('modelLabel')} value={choice.model} options={models} onChange={change('model')} />
				)}
				<Select label={t('baseLabel')} value={choice.base} options={variants} onChange={change('base')} />
				<span>{t('against')}</span>
				<Select label={t('variantLabel')} value={choice.variant} options={variants} onChange={change('variant')} />
			</div>
			<Choices
				label={t('bucketsLabel')}
				value={model.bucket.value}
				options={shown.map(bucket => ({
					value: bucket,
					label: bucketName(bucket),
					detail: counts ? count(counts[bucket]) : '',
				}))}
				onChange={bucket => {
					model.bucket.value = bucket;
				}}
			/>
			<FilterBox model={model} />
		</div>
	);
}

export function bucketName(bucket: Bucket): string {
	return {
		all: t('all'),
		flips: t('flips'),
		right_to_wrong: t('rightToWrong'),
		wrong_to_right: t('wrongToRight'),
		churn: t('churn'),
		unchanged: t('unchanged'),
		missing: t('missing'),
	}[bucket];
}

interface SelectProps {
	readonly label: string;
	readonly value: string;
	readonly options: readonly string[];
	onChange(value: string): void;
}

function Select({ label, value, options, onChange }: SelectProps) {
	return (
		<select aria-label={label} title={label} value={value} onChange={event => onChange(event.currentTarget.value)}>
			{options.map(option => (
				<option key={option} value={option} selected={option === value}>
					{option}
				</option>
			))}
		</select>
	);
}

function FilterBox({ model }: { readonly model: ResultsModel }) {
	const { error, rows, of } = model.rows.value;
	return (
		<div class="filter">
			<input
				type="text"
				aria-label={t('filterLabel')}
				title={t('filterHelp')}
				placeholder={t('filterPlaceholder')}
				spellcheck={false}
				value={model.query.value}
				aria-invalid={error !== null}
				aria-describedby="filter-error"
				onInput={event => {
					model.query.value = event.currentTarget.value;
				}}
			/>
			<span class="filter-count" role="status">
				{model.counts.value && t('nOfM', { n: rows.length, m: of })}
			</span>
			<span id="filter-error" class="filter-error" role="alert">
				{error}
			</span>
		</div>
	);
}
