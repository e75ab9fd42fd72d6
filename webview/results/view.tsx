import { useEffect } from 'preact/hooks';
import { Loaded } from '../components/loading';
import { Splitter } from '../components/splitter';
import { latest } from '../state';
import { t } from '../text';
import { ComparisonBar } from './comparisonBar';
import { Detail } from './detail';
import { Header } from './header';
import { ExampleList } from './list';
import type { ResultsModel } from './model';
import { ResultsTable } from './table';
import './view.css';

/** The results editor, and the body of the HTML report. */
export function ResultsView({ model }: { readonly model: ResultsModel }) {
	useEffect(() => void model.refresh(), [model]);
	return (
		<Loaded of={model.overview} waiting={t('loadingRun')} onRetry={() => void model.refresh()}>
			{overview => (
				<main class="results" onKeyDown={event => openNativeDiffOnD(event, model)}>
					<Header header={overview.header} model={model} />
					<Notice model={model} />
					{overview.results.length === 0 ? (
						<p class="empty">{t('noResults')}</p>
					) : (
						<>
							<ResultsTable overview={overview} model={model} />
							<ComparisonBar overview={overview} model={model} />
							<Examples model={model} />
						</>
					)}
				</main>
			)}
		</Loaded>
	);
}

function Examples({ model }: { readonly model: ResultsModel }) {
	const share = model.split.value;
	return (
		<div class="examples" style={{ '--list-share': share }}>
			<section
				class="list-pane"
				aria-label={t('listLabel')}
				aria-busy={model.columns.current.value?.state === 'loading'}
			>
				<Loaded of={model.columns} waiting={t('loadingExamples')}>
					{columns => <ExampleList columns={columns} model={model} />}
				</Loaded>
			</section>
			<Splitter share={model.split} label={t('splitterLabel')} />
			<section
				id="detail"
				class="detail-pane"
				tabIndex={-1}
				aria-label={t('detailLabel')}
				aria-busy={model.pair.current.value?.state === 'loading'}
				onKeyDown={event => {
					if (event.key === 'Escape') {
						document.querySelector<HTMLElement>('[role=row][tabindex="0"]')?.focus();
					}
				}}
			>
				{model.address.value ? (
					<Loaded of={model.pair} waiting={t('loadingPair')}>
						{pair => <Detail pair={pair} model={model} />}
					</Loaded>
				) : (
					<p class="empty">
						{t(latest(model.columns.current.value)?.example.length === 0 ? 'noExamples' : 'chooseExample')}
					</p>
				)}
			</section>
		</div>
	);
}

function Notice({ model }: { readonly model: ResultsModel }) {
	const text = model.notice.value;
	return (
		<div role="alert" class="notice-place">
			{text !== null && (
				<div class="notice">
					<span>{text}</span>
					<button
						type="button"
						class="link"
						onClick={() => {
							model.notice.value = null;
						}}
					>
						{t('dismiss')}
					</button>
				</div>
			)}
		</div>
	);
}

/** D, wherever nothing is typed: the pair in VS Code's own diff editor. */
function openNativeDiffOnD(event: KeyboardEvent, { actions, address, act }: ResultsModel): void {
	const typing = event.target instanceof Element && event.target.closest('input, select, textarea');
	const plain = !(event.ctrlKey || event.metaKey || event.altKey || event.shiftKey);
	if (event.key.toLowerCase() === 'd' && plain && !typing && address.value && actions.openNativeDiff) {
		event.preventDefault();
		act(actions.openNativeDiff(address.value));
	}
}
