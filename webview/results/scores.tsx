import { marginOf } from '../../src/compare/margin';
import type { PairView, SampleView } from '../../src/protocol/resultsView';
import { ExactText } from '../components/exactText';
import { Icon } from '../components/icon';
import { ScoreBar } from '../components/scoreBar';
import { Scroller } from '../components/scroller';
import { letter, nats, percent, signedNats, t } from '../text';
import { barShare, rankOf, scoreScale } from './scoreScale';
import './scores.css';

interface ScoresProps {
	readonly pair: PairView;
	readonly names: readonly [string, string];
}

/** The log-probability of each choice under both variants, on one scale. */
export function Scores({ pair, names }: ScoresProps) {
	const { base, variant, choices } = pair;
	const scale = scoreScale(base?.logprobs, variant?.logprobs);
	const rows = Math.max(choices.length, base?.logprobs.length ?? 0, variant?.logprobs.length ?? 0);
	const sides = [
		{ sample: base, name: names[0], className: 'base' },
		{ sample: variant, name: names[1], className: 'variant' },
	] as const;
	return (
		<Scroller class="scores" label={t('scoresLabel')}>
			<h3>{t('scoresTitle')}</h3>
			<p class="legend">
				{sides.map(({ name, className }) => (
					<span key={className}>
						<span class={`swatch ${className}`} /> {name}
					</span>
				))}
			</p>
			<ol>
				{Array.from({ length: rows }, (_, i) => (
					<li key={i} class={i === pair.gold ? 'gold' : ''}>
						<div class="choice">
							<span class="letter">{letter(i)}</span>
							{i === pair.gold && <span class="tag">{t('gold')}</span>}
							<span class="choice-text" title={choices[i]?.slice(0, 1000)}>
								<ExactText text={choices[i]?.slice(0, 120) ?? ''} />
							</span>
						</div>
						{sides.map(({ sample, name, className }) => (
							<ScoreBar
								key={className}
								logprob={sample?.logprobs[i]}
								share={barShare(sample?.logprobs, i, scale)}
								answered={sample?.prediction === i}
								{...{ name, className }}
							/>
						))}
					</li>
				))}
			</ol>
			{scale && (
				<p class="axis">
					{t(scale.relative ? 'axisRelative' : 'axis', { low: nats(scale.low), high: nats(scale.high) })}
				</p>
			)}
			<Facts pair={pair} />
		</Scroller>
	);
}

/** What follows from the log-probabilities, before and after. */
function Facts({ pair: { base, variant, gold } }: { readonly pair: PairView }) {
	const change = (of: (sample: SampleView) => string) => {
		const [before, after] = [base ? of(base) : '–', variant ? of(variant) : '–'];
		return before === after ? before : `${before} → ${after}`;
	};
	const margin = ({ logprobs }: SampleView) => {
		const value = marginOf({ logprobs, gold });
		return value === null ? '–' : signedNats(value);
	};
	const outcome = (sample: SampleView | null) =>
		sample && (
			<>
				{sample.prediction !== null ? letter(sample.prediction) : gold === null ? '' : t('none')}{' '}
				<Icon name={sample.correct ? 'right' : 'wrong'} />
				<span class="visually-hidden">{t(sample.correct ? 'right' : 'wrong')}</span>
			</>
		);
	return (
		<dl class="facts">
			<dt>{t('answer')}</dt>
			<dd>
				{outcome(base)} → {outcome(variant)}
			</dd>
			<dt>{t('margin')}</dt>
			<dd>{t('inNats', { value: change(margin) })}</dd>
			<dt>{t('rankOfGold')}</dt>
			<dd>{change(({ logprobs }) => (gold === null ? '–' : rankOf(logprobs, gold)))}</dd>
			<dt>{t('labelMass')}</dt>
			<dd>{change(({ labelMass }) => (labelMass === null ? '–' : percent(labelMass)))}</dd>
		</dl>
	);
}
