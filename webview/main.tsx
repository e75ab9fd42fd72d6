import { connectToHost, type HostChannel } from './host';
import { pageData, show } from './page';
import { createPreviewModel } from './preview/model';
import { PreviewView } from './preview/view';
import { bucketFor } from './results/buckets';
import { createResultsModel } from './results/model';
import { ResultsView } from './results/view';
import type { StateStore } from './state';
import type { Localisation } from './strings';
import { localise } from './text';

const localisation = pageData('localisation');
if (localisation) {
	// The host made it of the same type.
	localise(localisation as Localisation);
}

const { channel, store } = connectToHost();
if (document.body.dataset.view === 'preview') {
	showPreview(channel, store);
} else {
	showResults(channel, store);
}

function showResults(host: HostChannel, state: StateStore): void {
	const model = createResultsModel(
		{
			overview: () => host.request('overview', null),
			examples: () => host.request('examples', null),
			columns: choice => host.request('columns', choice),
			pair: address => host.request('pair', address),
		},
		{
			runAgain: () => host.request('runAgain', null),
			exportRun: () => host.request('exportRun', null),
			openNativeDiff: address => host.request('openNativeDiff', address),
			copy: text => host.request('copy', text),
			selected: address => host.fire('selected', address),
		},
		state,
	);
	host.on('changed', () => void model.refresh());
	host.on('show', wanted => {
		model.bucket.value = bucketFor(wanted);
	});
	host.on('move', to => model.move(to === 'next' ? 1 : -1));
	show(<ResultsView model={model} />);
}

function showPreview(host: HostChannel, state: StateStore): void {
	const model = createPreviewModel(
		{
			current: () => host.request('preview', null),
			show: choice => host.request('showPreview', choice),
			find: key => host.request('findExample', key),
			score: (choice, token) => host.request('scoreExample', choice, { token }),
			reveal: place => host.request('reveal', place),
		},
		state,
	);
	host.on('changed', () => void model.refresh());
	host.on('scoring', phase => model.tellPhase(phase));
	host.on('previewCommand', button => {
		if (button === 'score') {
			void model.score();
		} else {
			model.options.tokens.value = !model.options.tokens.value;
		}
	});
	show(<PreviewView model={model} />);
}
