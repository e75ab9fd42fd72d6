import { logprobFromJson } from '../../src/protocol/json';
import type { PreviewScores, ScoredPrompt, ScoringPhase } from '../../src/protocol/previewView';
import { ExactText } from '../components/exactText';
import { Icon } from '../components/icon';
import { ScoreBar } from '../components/scoreBar';
import { Button, ProgressRing } from '../components/toolkit';
import { barShare, scoreScale } from '../results/scoreScale';
import { count, errorText, letter, megabytes, percent, t } from '../text';
import type { PreviewModel, Shown } from './model';
import './exampleScores.css';

interface ExampleScoresProps {
	readonly state: Shown;
	readonly model: PreviewModel;
}

/** Asks the evaluation's model about the shown example, and says what it answers. */
export function ExampleScores({ state, model }: ExampleScoresProps) {
	const scoring = model.scoring.value;
	const obstacle = obstacleTo(state);
	return (
		<section class="example-scores" aria-label={t('exampleScoresLabel')}>
			<div class="score-bar">
				{scoring.state === 'running' ? (
					<>
						<span class="scoring" role="status">
							<ProgressRing />
							{phaseText(scoring.phase)}
						</span>
						<Button onClick={model.cancelScoring}>{t('cancel')}</Button>
					</>
				) : (
					<Button appearance="primary" disabled={obstacle !== null} onClick={() => void model.score()}>
						{t('scoreExample')}
					</Button>
				)}
				{obstacle !== null && <span class="soft">{obstacle}</span>}
				{scoring.state === 'done' && (
					<span class="soft" role="status">
						{t('scoredIn', { model: scoring.scores.model, n: count(scoring.scores.milliseconds) })}
					</span>
				)}
			</div>
			{scoring.state === 'failed' && (
				<p class="score-failed" role="alert">
					<Icon name="error" /> {errorText(scoring.error)}
				</p>
			)}
			{scoring.state === 'done' && <Answers scores={scoring.scores} choices={state.example.choices} />}
		</section>
	);
}

function phaseText(phase: ScoringPhase): string {
	switch (phase) {
		case 'loading':
			return t('loadingModel');
		case 'scoring':
			return t('scoringExample');
		default:
			return t('downloadingModel', { n: megabytes(phase.received), m: megabytes(phase.total) });
	}
}

/** Why it cannot be asked, in a sentence. */
function obstacleTo({ model, trusted }: Shown): string | null {
	if (model.state === 'none') {
		return t('scoreNeedsModel');
	}
	return trusted ? null : t('scoreNeedsTrust');
}

const sides = ['base', 'variant'] as const;

interface AnswersProps {
	readonly scores: PreviewScores;
	readonly choices: readonly string[];
}

function Answers({ scores: { prompts }, choices }: AnswersProps) {
	const logprobs = prompts.map(prompt => prompt.logprobs.map(logprobFromJson));
	const scale = scoreScale(logprobs[0], logprobs[1]);
	const rows = Math.max(0, ...logprobs.map(values => values.length));
	return (
		<>
			{prompts.length > 1 && (
				<p class="legend">
					{prompts.map(({ variant }, side) => (
						<span key={variant}>
							<span class={`swatch ${sides[side]}`} /> {variant}
						</span>
					))}
				</p>
			)}
			{rows > 0 && (
				<ol>
					{Array.from({ length: rows }, (_, i) => (
						<li key={i}>
							<div class="choice">
								<span class="letter">{letter(i)}</span>
								{prompts.some(prompt => prompt.gold === i) && <span class="tag">{t('gold')}</span>}
								<span class="choice-text">
									<ExactText text={(choices[i] ?? prompts[0]?.continuations[i] ?? '').slice(0, 120)} />
								</span>
							</div>
							{prompts.map((prompt, side) => (
								<ScoreBar
									key={prompt.variant}
									logprob={logprobs[side]?.[i]}
									share={barShare(logprobs[side], i, scale)}
									answered={prompt.prediction === i}
									name={prompt.variant}
									className={sides[side] ?? 'variant'}
									withProbability
								/>
							))}
						</li>
					))}
				</ol>
			)}
			{prompts.map(prompt => (
				<Outcome key={prompt.variant} prompt={prompt} named={prompts.length > 1} />
			))}
		</>
	);
}

/** Right or wrong, how much of the probability the labels hold, and what was written. */
function Outcome({ prompt, named }: { readonly prompt: ScoredPrompt; readonly named: boolean }) {
	const { variant, prediction, correct, labelMass, generated, truncated } = prompt;
	return (
		<p class="outcome">
			{named && <strong>{variant}</strong>}
			<span>
				<Icon name={correct ? 'right' : 'wrong'} /> {t(correct ? 'right' : 'wrong')}
				{prediction !== null && `: ${letter(prediction)}`}
			</span>
			{labelMass !== null && <span>{`${t('labelMass')} ${percent(labelMass)}`}</span>}
			{generated !== null && (
				<span>
					{t('generated')}{' '}
					<span class="continuation written">
						<ExactText text={generated} spaces="all" />
					</span>
				</span>
			)}
			{truncated && <span>{t('cut')}</span>}
		</p>
	);
}
