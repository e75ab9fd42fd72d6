import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { englishStrings, type Localisation } from '../../webview/strings';
import type { Port } from '../protocol/channel';
import { messages } from '../protocol/messages';
import { type PageParts, pageHtml } from './pageHtml';

/** Prepares a webview for one of our views: only files of dist/ may load, and only the script that we name may run. */
export function showPage(webview: vscode.Webview, view: PageParts['view'], extensionUri: vscode.Uri): void {
	const dist = vscode.Uri.joinPath(extensionUri, 'dist');
	webview.options = { enableScripts: true, localResourceRoots: [dist] };
	webview.html = pageHtml({
		view,
		script: webview.asWebviewUri(vscode.Uri.joinPath(dist, 'webview.js')).toString(),
		style: webview.asWebviewUri(vscode.Uri.joinPath(dist, 'webview.css')).toString(),
		source: webview.cspSource,
		nonce: randomBytes(16).toString('base64'),
		localisation: localisation(),
	});
}

/** A webview as one end of a channel. */
export function webviewPort(webview: vscode.Webview): Port {
	return {
		post: value => void webview.postMessage(value),
		onMessage: listener => webview.onDidReceiveMessage(listener),
	};
}

/** Every text that a view may show, in the person's language. */
function localisation(): Localisation {
	const { language } = vscode.env;
	const strings = mapValues(englishStrings, english => vscode.l10n.t(english));
	const sentences = Object.values(messages).map(english => [english, vscode.l10n.t(english)] as const);
	// What is not translated need not travel.
	return { language, strings, sentences: Object.fromEntries(sentences.filter(([english, own]) => own !== english)) };
}

function mapValues<K extends string>(
	record: Readonly<Record<K, string>>,
	change: (value: string) => string,
): Readonly<Record<K, string>> {
	const entries = Object.entries<string>(record).map(([key, value]) => [key, change(value)]);
	// The keys are those of the record.
	return Object.fromEntries(entries) as Record<K, string>;
}
