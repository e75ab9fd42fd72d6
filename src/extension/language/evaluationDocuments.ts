import path from 'node:path';
import * as vscode from 'vscode';
import type { SourceRange } from '../../config/problem';
import { isEvaluationName } from '../contributions';
import { rooms } from '../rooms';
import { debounced } from '../throttle';
import type { AnalyseOptions } from './analysis/analysis';
import { type ReadEvaluation, readEvaluation } from './readEvaluation';

export function isEvaluation({ uri }: { readonly uri: vscode.Uri }): boolean {
	return isEvaluationName(uri.path) && (uri.scheme === 'file' || uri.scheme === 'untitled');
}

export const evaluationSelector: vscode.DocumentSelector = [
	{ scheme: 'file', pattern: '**/*.eval.yaml' },
	{ scheme: 'untitled', pattern: '**/*.eval.yaml' },
];

export function toRange({ start, end }: SourceRange): vscode.Range {
	return new vscode.Range(start.line, start.column, end.line, end.column);
}

/** How the text of an evaluation is read: what it is called, and where a task file that it names is looked for. */
export async function analyseOptions(uri: vscode.Uri): Promise<AnalyseOptions> {
	const fileName = path.posix.basename(uri.path);
	return uri.scheme === 'file'
		? { fileName, files: (await rooms()).localTaskFiles(path.dirname(uri.fsPath)) }
		: { fileName };
}

interface Entry {
	readonly version: number;
	readonly read: Promise<ReadEvaluation>;
}

/** The open evaluations as last read: parsed once for each version of the text, shared by all language features. */
export class EvaluationDocuments implements vscode.Disposable {
	readonly #changed = new vscode.EventEmitter<vscode.TextDocument>();
	readonly #closed = new vscode.EventEmitter<vscode.Uri>();
	readonly #entries = new Map<string, Entry>();
	readonly #settled = new Map<string, ReadEvaluation>();
	readonly #waiting = new Map<string, ReturnType<typeof debounced<vscode.TextDocument>>>();
	readonly #subscriptions: vscode.Disposable;

	/** An evaluation was opened, or its person stopped typing for a moment. */
	readonly onDidChange = this.#changed.event;
	readonly onDidClose = this.#closed.event;

	constructor() {
		this.#subscriptions = vscode.Disposable.from(
			vscode.workspace.onDidOpenTextDocument(document => isEvaluation(document) && this.#changed.fire(document)),
			vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
				if (isEvaluation(document) && contentChanges.length > 0) {
					this.#typed(document);
				}
			}),
			vscode.workspace.onDidCloseTextDocument(document => isEvaluation(document) && this.#close(document.uri)),
		);
	}

	get open(): readonly vscode.TextDocument[] {
		return vscode.workspace.textDocuments.filter(isEvaluation);
	}

	read(document: vscode.TextDocument): Promise<ReadEvaluation> {
		const key = document.uri.toString();
		const entry = this.#entries.get(key);
		if (entry?.version === document.version) {
			return entry.read;
		}
		const read = this.#read(document, key);
		this.#entries.set(key, { version: document.version, read });
		return read;
	}

	/** An evaluation that may not be open; null where the file cannot be read. */
	async readFile(uri: vscode.Uri): Promise<ReadEvaluation | null> {
		const document = this.open.find(open => open.uri.toString() === uri.toString());
		if (document) {
			return this.read(document);
		}
		try {
			const bytes = await vscode.workspace.fs.readFile(uri);
			return await readEvaluation(new TextDecoder().decode(bytes), await analyseOptions(uri), (await rooms()).language);
		} catch {
			return null;
		}
	}

	dispose(): void {
		this.#subscriptions.dispose();
		for (const waiting of this.#waiting.values()) {
			waiting.dispose();
		}
		this.#changed.dispose();
		this.#closed.dispose();
	}

	async #read(document: vscode.TextDocument, key: string): Promise<ReadEvaluation> {
		const text = document.getText();
		const { language } = await rooms();
		const read = await readEvaluation(text, await analyseOptions(document.uri), language, this.#settled.get(key));
		this.#settled.set(key, read);
		return read;
	}

	#typed(document: vscode.TextDocument): void {
		const key = document.uri.toString();
		let waiting = this.#waiting.get(key);
		if (!waiting) {
			waiting = debounced(changed => this.#changed.fire(changed), 200);
			this.#waiting.set(key, waiting);
		}
		waiting(document);
	}

	#close(uri: vscode.Uri): void {
		const key = uri.toString();
		this.#entries.delete(key);
		this.#settled.delete(key);
		this.#waiting.get(key)?.dispose();
		this.#waiting.delete(key);
		this.#closed.fire(uri);
	}
}
