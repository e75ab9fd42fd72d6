import { Channel, type Port } from '../src/protocol/channel';
import { EventSource } from '../src/protocol/event';
import type { HostSide, WebviewSide } from '../src/protocol/webview';
import type { StateStore } from './state';

/** What VS Code gives to a webview's page. */
interface VsCodeApi {
	postMessage(message: unknown): void;
	getState(): unknown;
	setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

export type HostChannel = Channel<WebviewSide, HostSide>;

/** The extension host as the page sees it. VS Code hands its API out once: call it once. */
export function connectToHost(): { readonly channel: HostChannel; readonly store: StateStore } {
	const api = acquireVsCodeApi();
	const messages = new EventSource<unknown>();
	window.addEventListener('message', event => messages.fire(event.data));
	const port: Port = { post: value => api.postMessage(value), onMessage: messages.event };
	return {
		channel: new Channel<WebviewSide, HostSide>(port, {}),
		store: { read: () => api.getState(), write: state => api.setState(state) },
	};
}
