import { useEffect } from 'preact/hooks';
import type { PreviewState } from '../../src/protocol/webview';
import { Choices } from '../components/choices';
import { Continuations } from '../components/continuations';
import { EditKinds } from '../components/editKinds';
import { Icon } from '../components/icon';
import { Loaded } from '../components/loading';
import { PromptDiffView } from '../components/promptDiff';
import { PromptText } from '../components/promptText';
import { Scroller } from '../components/scroller';
import { count, sentence, t } from '../text';
import { Lint } from './lint';
import type { PreviewModel } from './model';
import { Navigator } from './navigator';
import './view.css';

type Shown = Extract<PreviewState, { state: 'shown' }>;

/** The prompt of one example under one variant, or the exact difference of two. */
export function PreviewView({ model }: { readonly model: PreviewModel }) {
	useEffect(() => void model.refresh(), [model]);
	return (
		<Loaded of={model.preview} waiting={t('loadingPreview')}>
			{state => (
				<main class="preview">
					{state.state === 'shown' ? (
						<ShownPreview state={state} model={model} />
					) : (
						<FailedPreview state={state} model={model} />
					)}
				</main>
			)}
		</Loaded>
	);
}

interface StateProps<S> {
	readonly state: S;
	readonly model: PreviewModel;
}

function ShownPreview({ state, model }: StateProps<Shown>) {
	const { prompt, against, diff, choice } = state;
	const compared = against && diff;
	const tokens = [prompt.nTokens, against?.nTokens].flatMap(n => (n == null ? [] : [count(n)]));
	return (
		<>
			<h1 class="visually-hidden">{t('navigatorLabel', { file: state.file })}</h1>
			<Navigator state={state} onChange={model.show} />
			<div class="preview-facts">
				<span class="soft">{state.key}</span>
				{tokens.length > 0 && <span class="soft">{t('tokens', { n: tokens.join(' → ') })}</span>}
				{compared && <EditKinds diff={diff} />}
				{compared && (
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
			</div>
			<Scroller class="preview-prompt" label={t('promptLabel')}>
				{compared ? (
					<PromptDiffView
						key={JSON.stringify([state.key, choice])}
						a={prompt.segments}
						b={against.segments}
						diff={diff}
						layout="unified"
						names={[prompt.variant, against.variant]}
						onlyDifferences={model.onlyDifferences.value}
					/>
				) : (
					<PromptText key={JSON.stringify([state.key, choice])} segments={prompt.segments} />
				)}
				<Continuations
					name={compared ? t('scoredUnder', { variant: prompt.variant }) : t('scored')}
					of={[prompt.continuations]}
				/>
				{compared && (
					<Continuations name={t('scoredUnder', { variant: against.variant })} of={[against.continuations]} />
				)}
			</Scroller>
			<Lint prompts={against ? [prompt, against] : [prompt]} />
		</>
	);
}

function FailedPreview({ state, model }: StateProps<Extract<PreviewState, { state: 'failed' }>>) {
	const last = model.lastShown.value;
	return (
		<>
			{last && <Navigator state={last} onChange={model.show} />}
			<div class="preview-failed" role="alert">
				<h1>{t('previewFailed', { file: state.file })}</h1>
				<ul>
					{state.reasons.map(reason => (
						<li key={JSON.stringify(reason)}>
							<Icon name="error" /> {sentence(reason)}
						</li>
					))}
				</ul>
			</div>
		</>
	);
}
