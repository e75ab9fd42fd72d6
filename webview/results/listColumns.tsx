import type { ComponentChildren } from 'preact';
import type { SortKey } from '../../src/compare/sortRows';
import { type PairList, transitions } from '../../src/protocol/resultsView';
import { oneLine } from '../components/characters';
import { Icon } from '../components/icon';
import { letter, signedNats, t } from '../text';
import { DeltaBar } from './deltaBar';

export interface ListColumn {
	readonly id: SortKey;
	readonly title: (columns: PairList) => string;
	readonly className?: string;
	cell(columns: PairList, row: number, greatestDelta: number): ComponentChildren;
}

/** The last part of a key: the row within its split. The whole key is the cell's title. */
function rowName(key: string): string {
	return key.slice(key.lastIndexOf('/') + 1);
}

export const listColumns: readonly ListColumn[] = [
	{
		id: 'row',
		title: () => t('row'),
		className: 'number',
		cell: ({ example, examples: { key } }, row) => {
			const whole = key[example[row] ?? -1] ?? '';
			return <span title={whole}>{oneLine(rowName(whole))}</span>;
		},
	},
	{
		id: 'subject',
		title: () => t('subject'),
		className: 'subject secondary',
		cell: ({ example, examples: { subject, subjects } }, row) =>
			oneLine(subjects[subject[example[row] ?? -1] ?? -1] ?? ''),
	},
	{
		id: 'question',
		title: () => t('question'),
		cell: ({ example, examples: { question } }, row) => oneLine(question[example[row] ?? -1] ?? ''),
	},
	{
		id: 'gold',
		title: () => t('gold'),
		cell: (columns, row) => (isFree(columns, row) ? '–' : letter(columns.gold[row] ?? 0)),
	},
	{
		id: 'basePrediction',
		title: ({ base, variant }) => shortName(base, variant),
		cell: (columns, row) => (
			<Answer answer={columns.basePrediction[row]} right={isRight(columns, row, 'base')} free={isFree(columns, row)} />
		),
	},
	{
		id: 'variantPrediction',
		title: ({ base, variant }) => shortName(variant, base),
		cell: (columns, row) => (
			<Answer
				answer={columns.variantPrediction[row]}
				right={isRight(columns, row, 'variant')}
				free={isFree(columns, row)}
			/>
		),
	},
	{
		id: 'baseMargin',
		title: ({ base, variant }) => t('marginOf', { variant: shortName(base, variant) }),
		className: 'number secondary',
		cell: ({ baseMargin }, row) => margin(baseMargin[row]),
	},
	{
		id: 'variantMargin',
		title: ({ base, variant }) => t('marginOf', { variant: shortName(variant, base) }),
		className: 'number secondary',
		cell: ({ variantMargin }, row) => margin(variantMargin[row]),
	},
	{
		id: 'marginChange',
		title: () => t('deltaMargin'),
		cell: (columns, row, greatest) => <DeltaBar delta={deltaMargin(columns, row)} greatest={greatest} />,
	},
];

/** A variant's name without its family, "original" for "mmlu/original", where that still tells it from the other. */
function shortName(name: string, other: string): string {
	const short = (whole: string) => whole.slice(whole.lastIndexOf('/') + 1);
	return short(name) === short(other) ? name : short(name);
}

/** How much the gold answer's lead changed from base to variant; NaN where one side is missing. */
export function deltaMargin({ baseMargin, variantMargin }: PairList, row: number): number {
	return (variantMargin[row] ?? Number.NaN) - (baseMargin[row] ?? Number.NaN);
}

function margin(value: number | undefined): string {
	return value === undefined || Number.isNaN(value) ? '–' : signedNats(value);
}

/** The transition knows: where choices have equal texts, an answer may be right that is not the gold index. */
function isRight(columns: PairList, row: number, side: 'base' | 'variant'): boolean {
	const transition = transitions[columns.transition[row] ?? -1];
	if (transition === undefined || transition === 'missing') {
		const predictions = side === 'base' ? columns.basePrediction : columns.variantPrediction;
		return !isFree(columns, row) && predictions[row] === columns.gold[row];
	}
	return transition === 'both_right' || transition === (side === 'base' ? 'right_to_wrong' : 'wrong_to_right');
}

/** The answer is written, and none of the choices. */
function isFree({ gold }: PairList, row: number): boolean {
	return gold[row] === -1;
}

interface AnswerProps {
	readonly answer: number | undefined;
	readonly right: boolean;
	readonly free: boolean;
}

/** An answer and whether it is right: −1 is none of the choices, −2 no sample. */
function Answer({ answer = -2, right, free }: AnswerProps) {
	if (answer === -2) {
		return (
			<>
				<Icon name="missing" />
				<span class="visually-hidden">{t('missing')}</span>
			</>
		);
	}
	return (
		<>
			{answer !== -1 ? letter(answer) : free ? '' : t('none')} <Icon name={right ? 'right' : 'wrong'} />
			<span class="visually-hidden">{t(right ? 'right' : 'wrong')}</span>
		</>
	);
}
