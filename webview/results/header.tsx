import type { RunHeader } from '../../src/protocol/resultsView';
import { Icon } from '../components/icon';
import { Button, ProgressRing } from '../components/toolkit';
import { dollars, duration, sentence, t } from '../text';
import type { ResultsModel } from './model';
import './header.css';

interface HeaderProps {
	readonly header: RunHeader;
	readonly model: ResultsModel;
}

/** What was run, on what, with what, and how it ended. */
export function Header({ header, model }: HeaderProps) {
	const { dataset } = header;
	const data = [at(dataset.path, dataset.revision), dataset.split, t('nExamples', { n: dataset.examples })];
	return (
		<header class="run-header">
			<div class="run-facts">
				<h1>{header.name}</h1>
				{header.models.map(({ name, revision, dtype, engine, device, cost }) => (
					<span key={name}>
						{[at(name, revision), dtype, engine, device, cost !== null && dollars(cost)].filter(Boolean).join(' · ')}
					</span>
				))}
				<span>{data.filter(Boolean).join(' · ')}</span>
				<RunState header={header} />
			</div>
			<div class="run-actions">
				<RunActions header={header} model={model} />
			</div>
			{header.notes.length > 0 && (
				<ul class="run-notes" aria-label={t('notesLabel')}>
					{header.notes.map(note => (
						<li key={JSON.stringify(note)}>
							<Icon name={header.state === 'failed' ? 'error' : 'warning'} /> {sentence(note)}
						</li>
					))}
				</ul>
			)}
		</header>
	);
}

function at(name: string, revision: string): string {
	return revision === '' ? name : `${name} @ ${/^[0-9a-f]{12,}$/.test(revision) ? revision.slice(0, 7) : revision}`;
}

function RunState({ header: { state, seconds, started } }: { readonly header: RunHeader }) {
	const took = seconds === null ? '' : duration(seconds);
	const text = {
		running: t('stateRunning'),
		done: took === '' ? t('stateDone') : t('stateDoneIn', { duration: took }),
		cancelled: t('stateCancelled'),
		failed: t('stateFailed'),
	}[state];
	return (
		<span class={`run-state ${state}`} title={t('startedAt', { time: new Date(started).toLocaleString() })}>
			{state === 'running' && <ProgressRing />}
			{state === 'failed' && <Icon name="error" />}
			{state === 'cancelled' && <Icon name="warning" />}
			{text}
		</span>
	);
}

function RunActions({ header: { state }, model: { actions, act } }: HeaderProps) {
	const { exportRun, runAgain } = actions;
	const unfinished = state === 'cancelled' || state === 'failed';
	return (
		<>
			{exportRun && <Button onClick={() => act(exportRun())}>{t('export')}</Button>}
			{runAgain && state !== 'running' && (
				<Button appearance="primary" onClick={() => act(runAgain())}>
					{t(unfinished ? 'resume' : 'runAgain')}
				</Button>
			)}
		</>
	);
}
