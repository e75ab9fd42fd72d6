import { promptText } from '../../src/protocol/prompt';
import type { PairView, SampleView } from '../../src/protocol/resultsView';
import { oneLine } from '../components/characters';
import { Choices } from '../components/choices';
import { Continuations } from '../components/continuations';
import { EditKinds } from '../components/editKinds';
import { PromptDiffView } from '../components/promptDiff';
import { PromptText } from '../components/promptText';
import { Scroller } from '../components/scroller';
import { Button } from '../components/toolkit';
import { count, letter, t } from '../text';
import type { ResultsModel } from './model';
import { Scores } from './scores';
import './detail.css';

interface DetailProps {
	readonly pair: PairView;
	readonly model: ResultsModel;
}

/** One question under two variants: both prompts with their exact difference, and what the model made of them. */
export function Detail({ pair, model }: DetailProps) {
	const choice = model.choice.value;
	const { openNativeDiff } = model.actions;
	const address = model.address.value;
	if (!choice) {
		return null;
	}
	return (
		<>
			<div class="detail-header">
				<h2>
					{[pair.key, pair.subject]
						.filter(Boolean)
						.map(text => oneLine(text ?? ''))
						.join(' · ')}
				</h2>
				<span class="soft">{rightAnswer(pair)}</span>
				{pair.diff && <EditKinds diff={pair.diff} />}
				<span class="detail-tools">
					{pair.diff && (
						<Choices
							label={t('extentLabel')}
							value={model.onlyDifferences.value ? 'differences' : 'whole'}
							options={[
								{ value: 'differences', label: t('onlyDifferences') },
								{ value: 'whole', label: t('wholePrompts') },
							]}
							onChange={value => {
								model.onlyDifferences.value = value === 'differences';
							}}
						/>
					)}
					{openNativeDiff && address && pair.base && pair.variant && (
						<Button title={t('nativeDiffHelp')} onClick={() => model.act(openNativeDiff(address))}>
							{t('nativeDiff')}
						</Button>
					)}
				</span>
			</div>
			<div class="detail-body">
				<Scroller class="prompts" label={t('promptsLabel')}>
					<Prompts key={pairKey(pair)} pair={pair} names={[choice.base, choice.variant]} model={model} />
				</Scroller>
				<Scores pair={pair} names={[choice.base, choice.variant]} />
			</div>
		</>
	);
}

/** A choice by its letter, or the text that a written answer is compared with. */
function rightAnswer({ gold, base, variant }: PairView): string {
	const target = base?.target ?? variant?.target;
	if (gold !== null) {
		return t('goldIs', { letter: letter(gold) });
	}
	return target === undefined ? '' : t('targetIs', { text: oneLine([target].flat().join(' | ').slice(0, 200)) });
}

/** Changes with what is compared, so that unfolded places do not carry over to another pair. */
function pairKey({ key, base, variant }: PairView): string {
	return JSON.stringify([key, base?.variant, variant?.variant]);
}

interface PromptsProps extends DetailProps {
	readonly names: readonly [string, string];
}

function Prompts({ pair: { base, variant, diff }, names, model }: PromptsProps) {
	if (base && variant && diff) {
		return (
			<>
				<div class="prompt-heads split">
					<span />
					<PromptHead sample={base} name={names[0]} model={model} />
					<PromptHead sample={variant} name={names[1]} model={model} />
				</div>
				<PromptDiffView
					a={base.segments}
					b={variant.segments}
					diff={diff}
					layout="split"
					names={names}
					onlyDifferences={model.onlyDifferences.value}
				/>
				<Continuations
					name={t('scored')}
					of={[base.continuations, variant.continuations]}
					generated={[base.generated, variant.generated]}
				/>
			</>
		);
	}
	const only = base ?? variant;
	if (!only) {
		return <p class="empty">{t('noSamples')}</p>;
	}
	return (
		<>
			<p class="missing-side">{t('missingUnder', { variant: base ? names[1] : names[0] })}</p>
			<div class="prompt-heads">
				<span />
				<PromptHead sample={only} name={base ? names[0] : names[1]} model={model} />
			</div>
			<PromptText segments={only.segments} />
			<Continuations name={t('scored')} of={[only.continuations]} generated={[only.generated]} />
		</>
	);
}

interface PromptHeadProps {
	readonly sample: SampleView;
	readonly name: string;
	readonly model: ResultsModel;
}

function PromptHead({ sample, name, model: { actions, act } }: PromptHeadProps) {
	const { copy } = actions;
	return (
		<div class="prompt-head">
			<h3>{name}</h3>
			<span class="soft">
				{t('tokens', { n: count(sample.nTokens) })}
				{sample.truncated && ` · ${t('cut')}`}
			</span>
			{copy && (
				<button
					type="button"
					class="link"
					aria-label={t('copyPromptOf', { variant: name })}
					onClick={() => act(copy(promptText(sample)))}
				>
					{t('copy')}
				</button>
			)}
		</div>
	);
}
