import { useEffect } from 'preact/hooks';
import type { PreviewState, PromptView } from '../../src/protocol/previewView';
import { oneLine } from '../components/characters';
import { Continuations } from '../components/continuations';
import { EditKinds } from '../components/editKinds';
import { SpacesShown } from '../components/exactText';
import { Icon } from '../components/icon';
import { Loaded } from '../components/loading';
import { PromptDiffView } from '../components/promptDiff';
import { PromptText } from '../components/promptText';
import { Scroller } from '../components/scroller';
import { sentence, t } from '../text';
import { ExampleScores } from './exampleScores';
import { Facts } from './facts';
import { Lint } from './lint';
import type { PreviewModel, Shown } from './model';
import { Navigator } from './navigator';
import { PlaceLink } from './placeLink';
import { TokenPanel } from './tokenPanel';
import { isTokenized } from './tokenPlaces';
import { Tools } from './tools';
import './view.css';

/** The prompt of one example under one variant, or the exact difference of two. */
export function PreviewView({ model }: { readonly model: PreviewModel }) {
	useEffect(() => void model.refresh(), [model]);
	return (
		<Loaded of={model.preview} waiting={t('loadingPreview')}>
			{state => (
				<SpacesShown.Provider value={model.options.allSpaces.value ? 'all' : 'doubtful'}>
					<main class="preview">
						<h1 class="visually-hidden">{t('navigatorLabel', { file: state.file })}</h1>
						{state.state === 'shown' ? (
							<ShownPreview state={state} model={model} />
						) : (
							<FailedPreview state={state} model={model} />
						)}
					</main>
				</SpacesShown.Provider>
			)}
		</Loaded>
	);
}

type Failed = Extract<PreviewState, { state: 'failed' }>;

interface StateProps<S> {
	readonly state: S;
	readonly model: PreviewModel;
}

function ShownPreview({ state, model }: StateProps<Shown>) {
	const { prompt, against, diff, file } = state;
	const { options } = model;
	const views = against ? [prompt, against] : [prompt];
	const tokenized = views.every(isTokenized) ? views : null;
	return (
		<>
			<header class="preview-header">
				<Navigator file={file} position={state} onChange={model.show} find={model.find} />
				<div class="preview-facts">
					<Facts state={state} />
					{diff && <EditKinds diff={diff} />}
					<Tools options={options} compared={diff !== null} tokenized={tokenized !== null} />
				</div>
			</header>
			{tokenized && options.tokens.value ? (
				tokenized.map(one => (
					<TokenPanel key={one.variant} prompt={one} named={tokenized.length > 1} class={promptClass(model)} />
				))
			) : (
				<Scroller class={promptClass(model)} label={t('promptLabel')}>
					<Prompts state={state} model={model} />
				</Scroller>
			)}
			<footer class="preview-footer">
				<Lint prompts={views} reveal={model.reveal} />
				<ExampleScores state={state} model={model} />
			</footer>
		</>
	);
}

function promptClass({ options }: PreviewModel): string {
	return `preview-prompt ${options.wrap.value ? '' : 'unwrapped'} ${options.tokenIds.value ? 'show-ids' : ''}`;
}

function Prompts({ state: { example, choice, prompt, against, diff }, model }: StateProps<Shown>) {
	const key = JSON.stringify([example.key, choice]);
	if (!against || !diff) {
		return (
			<>
				<PromptText key={key} segments={prompt.segments} isChat={prompt.isChat} />
				<ScoredAfter prompt={prompt} name={t('scored')} />
			</>
		);
	}
	return (
		<>
			<PromptDiffView
				key={key}
				a={prompt.segments}
				b={against.segments}
				diff={diff}
				layout="unified"
				names={[prompt.variant, against.variant]}
				onlyDifferences={model.options.onlyDifferences.value}
			/>
			{[prompt, against].map(one => (
				<ScoredAfter key={one.variant} prompt={one} name={t('scoredUnder', { variant: one.variant })} />
			))}
		</>
	);
}

/** Nothing stands after a prompt whose answer is written freely. */
function ScoredAfter({ prompt, name }: { readonly prompt: PromptView; readonly name: string }) {
	return prompt.continuations.length > 0 ? <Continuations name={name} of={[prompt.continuations]} /> : null;
}

/** Why it cannot be shown; below that, greyed, what was shown last. */
function FailedPreview({ state: { file, reasons, position }, model }: StateProps<Failed>) {
	const last = model.lastShown.value;
	return (
		<>
			{position && (
				<header class="preview-header alone">
					<Navigator file={file} position={position} onChange={model.show} find={model.find} />
				</header>
			)}
			<div class="preview-failed" role="alert">
				<h2>{t('previewFailed', { file })}</h2>
				<ul>
					{reasons.map(({ message, place }) => (
						<li key={JSON.stringify([message, place])}>
							<Icon name="error" /> {sentence(message)} {place && <PlaceLink place={place} reveal={model.reveal} />}
						</li>
					))}
				</ul>
			</div>
			{last && (
				<>
					<p class="stale-note">{t('lastGood', { variant: last.choice.variant, key: oneLine(last.example.key) })}</p>
					<Scroller class={`${promptClass(model)} stale`} label={t('promptLabel')}>
						<Prompts state={last} model={model} />
					</Scroller>
				</>
			)}
		</>
	);
}
