import { nats, percent, t } from '../text';
import './scoreBar.css';

interface ScoreBarProps {
	/** Undefined where there is none; −∞ is one. */
	readonly logprob: number | undefined;
	/** How much of the track is filled, 0 to 1. */
	readonly share: number;
	readonly answered: boolean;
	/** Of the variant. */
	readonly name: string;
	readonly className: 'base' | 'variant';
	/** Writes the probability beside its logarithm. */
	readonly withProbability?: boolean;
}

/** The log-probability of a choice under a variant: as a bar, in numbers, and whether it was the answer. */
export function ScoreBar({ logprob, share, answered, name, className, withProbability = false }: ScoreBarProps) {
	return (
		<div class={`score ${withProbability ? 'with-probability' : ''}`}>
			<span class="visually-hidden">{name}</span>
			<span class="track" aria-hidden="true">
				<span class={`bar ${className}`} style={{ width: `${share * 100}%` }} />
			</span>
			<span class="value">{logprob === undefined ? '–' : Number.isFinite(logprob) ? nats(logprob) : '−∞'}</span>
			{withProbability && <span class="value">{logprob === undefined ? '' : percent(Math.exp(logprob))}</span>}
			<span class="answer">{answered && `◂ ${t('answer')}`}</span>
		</div>
	);
}
