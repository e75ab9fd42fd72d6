import { Channel, type Handlers, type Port } from '../../src/protocol/channel';
import { EventSource } from '../../src/protocol/event';
import { inputFailure } from '../../src/protocol/failure';
import type { HostSide, WebviewSide } from '../../src/protocol/webview';
import { reportSource } from '../reportData';
import type { FakeHostOptions } from './fakeHostOptions';
import { fixtureRun } from './fixture';
import { formats } from './fixtureFormats';
import { fixturePreview, fixtureScores } from './fixturePreview';

/** What a test can look at and do: `window.fakeHost`. */
interface FakeHost {
	readonly asked: { readonly method: string; readonly params: unknown }[];
	selected: unknown;
	state: unknown;
	fire: Channel<HostSide, WebviewSide>['fire'];
}

declare global {
	interface Window {
		fakeHost: FakeHost;
		acquireVsCodeApi(): unknown;
	}
}

const text = document.getElementById('fake-host')?.textContent;
// The test's own page wrote it.
const options = JSON.parse(text || '{}') as FakeHostOptions;
const data = fixtureRun(options);
const source = reportSource({ ...data, overview: { ...data.overview, ...options.overview } });
const asked: FakeHost['asked'] = [];
const failing = new Set(options.failing);

const fromPage = new EventSource<unknown>();
const port: Port = {
	// VS Code's messages are JSON and typed arrays; structuredClone stands for that, and for its being another process.
	post: value => setTimeout(() => window.postMessage(structuredClone(value), '*')),
	onMessage: fromPage.event,
};

let chosen = { example: 0, variant: formats[0]?.name ?? '', against: null as string | null };
let previews = 0;
const preview = () => fixturePreview(data, chosen, options, previews++);

const handlers: Handlers<HostSide> = {
	overview: () => source.overview(),
	examples: () => source.examples(),
	columns: choice => source.columns(choice),
	pair: address => source.pair(address),
	preview: async () => preview(),
	showPreview: async choice => {
		chosen = choice;
		return preview();
	},
	findExample: async key => {
		const place = data.examples.findIndex(example => example.key === key);
		return place === -1 ? null : place;
	},
	scoreExample: async choice => {
		channel.fire('scoring', 'scoring');
		return fixtureScores(data, choice);
	},
	reveal: async () => null,
	openNativeDiff: async () => null,
	runAgain: async () => null,
	exportRun: async () => null,
	copy: async () => null,
};

/** Notes what is asked, and fails or keeps silent where the test wants it. */
function watched(all: Handlers<HostSide>): Handlers<HostSide> {
	return new Proxy(all, {
		get(target, method: keyof Handlers<HostSide>) {
			return async (params: never, token: never) => {
				asked.push({ method, params });
				if (options.silent?.includes(method)) {
					return new Promise(() => {});
				}
				if (failing.delete(method)) {
					throw inputFailure('compare.filter-gold', { value: method });
				}
				return target[method](params, token);
			};
		},
	});
}

const channel = new Channel<HostSide, WebviewSide>(port, watched(handlers));
window.fakeHost = { asked, selected: undefined, state: options.state, fire: channel.fire.bind(channel) };
channel.on('selected', value => {
	window.fakeHost.selected = value;
});
window.acquireVsCodeApi = () => ({
	postMessage: (value: unknown) => fromPage.fire(value),
	getState: () => window.fakeHost.state,
	setState: (state: unknown) => {
		window.fakeHost.state = state;
	},
});
