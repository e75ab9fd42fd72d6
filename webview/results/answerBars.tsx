import { count, letter, t } from '../text';
import './answerBars.css';

const BAR = 15;
const GAP = 3;
const HEIGHT = 18;

/** How often each choice was answered; a last, hatched bar for answers that are no choice, where there are any. Nothing where there are no choices. */
export function AnswerBars({ answers }: { readonly answers: readonly number[] }) {
	if (answers.length < 2) {
		return null;
	}
	const other = answers.at(-1) ?? 0;
	const bars = other > 0 ? answers : answers.slice(0, -1);
	const greatest = Math.max(1, ...bars);
	const name = (i: number) => (i === answers.length - 1 ? t('noChoice') : letter(i));
	const text = bars.map((n, i) => `${name(i)} ${count(n)}`).join(', ');
	const width = bars.length * (BAR + GAP);
	return (
		<svg class="answer-bars" width={width} height={HEIGHT} role="img" aria-label={text}>
			<title>{text}</title>
			{bars.map((n, i) => {
				const height = Math.max(1, (n / greatest) * HEIGHT);
				return (
					<rect
						key={name(i)}
						class={i === answers.length - 1 ? 'other' : ''}
						x={i * (BAR + GAP)}
						y={HEIGHT - height}
						width={BAR}
						height={height}
					/>
				);
			})}
		</svg>
	);
}
