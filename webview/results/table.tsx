import { Fragment } from 'preact';
import type { Comparison, Result } from '../../src/protocol/results';
import type { ResultsOverview } from '../../src/protocol/resultsView';
import { Icon } from '../components/icon';
import { Scroller } from '../components/scroller';
import { count, oneDigit, percent, percentRange, points, pValue, t } from '../text';
import { AnswerBars } from './answerBars';
import type { Bucket } from './buckets';
import { IntervalDot, intervalScale } from './intervalDot';
import type { ResultsModel } from './model';
import './table.css';

/** Below this share, most of the model's answers would have been none of the labels. */
const LOW_LABEL_MASS = 0.5;

interface ResultsTableProps {
	readonly overview: ResultsOverview;
	readonly model: ResultsModel;
}

/** One row for each model and variant; the counts choose what the list below shows. */
export function ResultsTable({ overview, model }: ResultsTableProps) {
	const { results, comparisons, header } = overview;
	const models = [...new Set(results.map(r => r.model))];
	const scale = intervalScale(results, header.chance);
	const hasAggregate = results.some(r => r.aggregate);
	const hasMissing = comparisons.some(c => c.missing > 0);
	const hasOmitted = results.some(r => r.skipped + r.errors + r.truncated > 0);
	const optional = Number(hasAggregate) + Number(hasMissing) + Number(hasOmitted);
	return (
		<Scroller class="results-scroller" label={t('resultsLabel')}>
			<table class="results-table">
				<thead>
					<tr>
						<th scope="col">{t('variant')}</th>
						<th scope="col" class="number">
							n
						</th>
						<th scope="col" class="number">
							{t('accuracy')}
						</th>
						<th scope="col">{t('interval', { chance: percent(header.chance, 0) })}</th>
						<th scope="col" class="number">
							{t('delta')}
						</th>
						<th scope="col" class="number">
							<abbr title={t('pAdjustedLong')}>{t('pAdjusted')}</abbr>
						</th>
						<th scope="col" class="number">
							{t('rightToWrong')}
						</th>
						<th scope="col" class="number">
							{t('wrongToRight')}
						</th>
						<th scope="col" class="number">
							<abbr title={t('churnLong')}>{t('churn')}</abbr>
						</th>
						{hasMissing && (
							<th scope="col" class="number">
								{t('missing')}
							</th>
						)}
						<th scope="col" class="number">
							<abbr title={t('labelMassLong')}>{t('labelMass')}</abbr>
						</th>
						<th scope="col">{t('answers')}</th>
						<th scope="col" class="number">
							<abbr title={t('rstdLong')}>{t('rstd')}</abbr>
						</th>
						{hasAggregate && (
							<th scope="col" class="number">
								{t('ownFigure')}
							</th>
						)}
						{hasOmitted && <th scope="col">{t('omitted')}</th>}
					</tr>
				</thead>
				{models.map(name => (
					<tbody key={name}>
						{models.length > 1 && (
							<tr class="model-row">
								<th scope="rowgroup" colSpan={12 + optional}>
									{name}
								</th>
							</tr>
						)}
						{results
							.filter(result => result.model === name)
							.map(result => (
								<Row
									key={result.variant}
									{...{ result, scale, model, hasAggregate, hasMissing, hasOmitted }}
									chance={header.chance}
									comparison={comparisons.find(c => c.model === name && c.variant === result.variant)}
								/>
							))}
					</tbody>
				))}
			</table>
		</Scroller>
	);
}

interface RowProps {
	readonly result: Result;
	readonly comparison: Comparison | undefined;
	readonly scale: readonly [number, number];
	readonly chance: number;
	readonly model: ResultsModel;
	readonly hasAggregate: boolean;
	readonly hasMissing: boolean;
	readonly hasOmitted: boolean;
}

function Row({ result, comparison, scale, chance, model, hasAggregate, hasMissing, hasOmitted }: RowProps) {
	const choice = model.choice.value;
	const compared = choice?.model === result.model && choice.variant === result.variant;
	const counted = (bucket: Bucket, label: string, n: number) => (
		<td class="number">
			{comparison && (
				<CountButton
					n={n}
					label={t('showThese', { n, what: label, variant: result.variant })}
					pressed={compared && choice.base === comparison.base && model.bucket.value === bucket}
					onClick={() => model.choose(comparison, bucket)}
				/>
			)}
		</td>
	);
	return (
		<tr class={compared ? 'compared' : ''}>
			<th scope="row" aria-current={compared ? 'true' : undefined}>
				{comparison ? (
					<button type="button" class="variant-name" onClick={() => model.choose(comparison)}>
						<span class="marker">{compared && <Icon name="selected" />}</span>
						{result.variant}
					</button>
				) : (
					<span class="variant-name">
						<span class="marker">●</span>
						{result.variant}
					</span>
				)}
			</th>
			<td class="number">{count(result.n)}</td>
			<td class="number accuracy">{result.accuracy === null ? '–' : percent(result.accuracy)}</td>
			<td>
				{result.accuracy !== null && result.ci95 && (
					<span class="interval">
						<IntervalDot accuracy={result.accuracy} interval={result.ci95} chance={chance} scale={scale} />
						<span class="range">{percentRange(result.ci95)}</span>
					</span>
				)}
			</td>
			<td class="number">
				{comparison ? (
					comparison.delta !== null && points(comparison.delta, comparison.ci95)
				) : (
					<span class="soft">{t('base')}</span>
				)}
			</td>
			<td class="number">{comparison?.p_adjusted != null && pValue(comparison.p_adjusted)}</td>
			{counted('right_to_wrong', t('rightToWrong'), comparison?.right_to_wrong ?? 0)}
			{counted('wrong_to_right', t('wrongToRight'), comparison?.wrong_to_right ?? 0)}
			{counted('churn', t('churn'), comparison?.churn ?? 0)}
			{hasMissing && counted('missing', t('missing'), comparison?.missing ?? 0)}
			<td class="number">{result.label_mass !== null && <LabelMass mass={result.label_mass} />}</td>
			<td>
				<AnswerBars answers={result.answers} />
			</td>
			<td class="number">{result.rstd !== null && oneDigit(result.rstd)}</td>
			{hasAggregate && (
				<td class="number">
					{result.aggregate && (
						<Fragment>
							<span class="soft">{result.aggregate.name}</span> {percent(result.aggregate.value)}
						</Fragment>
					)}
				</td>
			)}
			{hasOmitted && <td class="soft">{omitted(result)}</td>}
		</tr>
	);
}

function CountButton(props: { n: number; label: string; pressed: boolean; onClick(): void }) {
	return (
		<button type="button" class="count" aria-label={props.label} aria-pressed={props.pressed} onClick={props.onClick}>
			{count(props.n)}
		</button>
	);
}

function LabelMass({ mass }: { readonly mass: number }) {
	return mass < LOW_LABEL_MASS ? (
		<span class="low-mass" title={t('lowLabelMassLong')}>
			<Icon name="warning" /> {t('lowLabelMass')} {percent(mass)}
		</span>
	) : (
		<span>{percent(mass)}</span>
	);
}

function omitted({ skipped, errors, truncated }: Result): string {
	return [
		skipped > 0 && t('nSkipped', { n: skipped }),
		errors > 0 && t('nErrors', { n: errors }),
		truncated > 0 && t('nTruncated', { n: truncated }),
	]
		.filter(Boolean)
		.join(', ');
}
