// First: it starts the clock that activation is measured by.
import './startup';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Message } from '../protocol/messages';
import { type CommandHandlers, numberSetting, registerCommands, setting } from './commands';
import type { ViewId } from './contributions';
import { installCudaSupport } from './cudaSupport';
import { newEvaluation, openDemo } from './demo';
import { EvaluationFiles } from './evaluationFiles';
import { type HubViews, hubViews } from './hub/hubActions';
import { type JobViews, jobViews } from './jobs/jobViews';
import { Keys } from './keys/keys';
import { EvaluationCodeLens } from './language/codeLens';
import { EvaluationDocuments } from './language/evaluationDocuments';
import { evaluationLanguage } from './language/evaluationLanguage';
import { InlineResults } from './language/inlineResults';
import { withoutLinks } from './notification';
import { PromptPreview } from './preview/promptPreview';
import { OpenRuns } from './results/openRuns';
import { openNativeDiff, PromptDocuments } from './results/promptDocuments';
import { ResultsEditors } from './results/resultsEditor';
import { onRoomsLoaded, rooms } from './rooms';
import { clearCaches } from './runs/cacheActions';
import { confirmLaunch } from './runs/launchConsent';
import { LaunchNotice } from './runs/launchNotice';
import { openResults, RunActions, showRunMenu } from './runs/runActions';
import { deleteRun, exportRunAs } from './runs/runFiles';
import { RunIndex } from './runs/runIndex';
import { RunIndicator } from './runs/runIndicator';
import { confirmLongRun } from './runs/runPlan';
import { type Execute, RunQueue } from './runs/runQueue';
import { activationSpans, codeIsRead, type Span, spanLine } from './startup';
import { activeRunTarget, evaluationTarget, folderOf, runTarget, variantOf } from './targets';
import { errorText, text } from './text';
import { EvaluationsTree } from './trees/evaluationsTree';
import { RunsTree } from './trees/runsTree';

/** What the tests inside the extension host look at; nobody else gets it. */
export interface Internals {
	readonly spans: readonly Span[];
	readonly evaluations: EvaluationsTree;
	readonly runs: RunsTree;
	readonly queue: RunQueue;
	readonly hub: HubViews;
	readonly preview: PromptPreview;
	readonly jobs: JobViews;
}

/** src/run's evaluate, with what this window knows filled in. */
function executeIn(dist: string, version: string, connections: HubViews['connections'], keys: Keys): Execute {
	return async ({ file, name, limit, out }, observe) => {
		const { evaluate } = await rooms();
		return evaluate({
			...(await runOptions(file, dist, version, connections)),
			...(limit !== undefined && { limit }),
			...(out !== undefined && { out }),
			secret: keys.keyFor,
			onLaunch: confirmLaunch,
			onNotice: notice => void tellOfJob(notice),
			onPlanned: planned => confirmLongRun(name, file, planned),
			...observe,
		});
	};
}

/** What a person must know of a job, though the run went well. */
async function tellOfJob(notice: Message): Promise<void> {
	const show = vscode.l10n.t('Show Jobs');
	if ((await vscode.window.showWarningMessage(withoutLinks(text(notice)), show)) === show) {
		await vscode.commands.executeCommand(`${'evalLens.jobs' satisfies ViewId}.focus`);
	}
}

const megabyte = 1e6;

async function runOptions(file: string, dist: string, version: string, connections: HubViews['connections']) {
	const memory = numberSetting('evalLens.memory');
	return {
		file,
		enginePath: path.join(dist, 'engine.cjs'),
		version,
		cache: setting('evalLens.responseCache', vscode.Uri.file(file)),
		...(memory === undefined ? {} : { cacheBudget: memory * megabyte }),
		hub: await connections.hub(),
	};
}

export function activate(context: vscode.ExtensionContext): Internals | undefined {
	const start = performance.now();
	const log = vscode.window.createOutputChannel('Eval Lens', { log: true });
	onRoomsLoaded(span => log.info(spanLine(span)));
	const dist = context.asAbsolutePath('dist');

	const files = new EvaluationFiles();
	const documents = new EvaluationDocuments();
	const hub = hubViews(context, files);
	const version = String(context.extension.packageJSON.version);
	const keys = new Keys(context);
	const queue = new RunQueue(executeIn(dist, version, hub.connections, keys));
	const index = new RunIndex(files, queue);
	const actions = new RunActions(queue, log, keys);
	const openRuns = new OpenRuns();
	const preview = new PromptPreview(context, documents, path.join(dist, 'engine.cjs'), hub.connections, keys);
	const evaluations = new EvaluationsTree(files, documents, index);
	const runs = new RunsTree(index, queue);

	const tellError = (error: unknown): void => {
		const text = errorText(error);
		if (text !== null) {
			log.error(error instanceof Error ? error : text);
			void vscode.window.showErrorMessage(withoutLinks(text));
		}
	};
	const jobs = jobViews(index, queue, actions, hub.connections, tellError);
	/** The run in a folder, for what the results view asks. */
	const runIn = (dir: string) => runTarget(dir, index, null);
	const results = new ResultsEditors(context.extensionUri, openRuns, {
		openNativeDiff,
		runAgain: async dir => {
			const entry = await runIn(dir);
			// The view is told when the run has been asked for, not when it has ended.
			void (entry && actions.again(entry, entry.status === 'done' ? 'anew' : 'resume'));
		},
		exportRun: async dir => {
			const entry = await runIn(dir);
			await (entry && exportRunAs(entry, dist));
		},
		onError: tellError,
	});

	const evaluation = (given: unknown) => evaluationTarget(given, files, preview.uri);
	const run = (given: unknown) => runTarget(given, index, results.active?.dir ?? null);
	const handlers: CommandHandlers = {
		'evalLens.openDemo': into => openDemo(context.extensionUri, files, into instanceof vscode.Uri ? into : undefined),
		'evalLens.newEvaluation': newEvaluation,
		'evalLens.run': async given => {
			const uri = await evaluation(given);
			return uri && actions.run(uri);
		},
		'evalLens.runSome': async given => {
			const uri = await evaluation(given);
			return uri && actions.run(uri, 20);
		},
		'evalLens.plan': async given => {
			const uri = await evaluation(given);
			return uri && actions.plan(uri, file => runOptions(file, dist, version, hub.connections));
		},
		'evalLens.runAgain': async given => {
			const entry = await run(given);
			return entry && actions.again(entry, 'anew');
		},
		'evalLens.resume': async given => {
			const active = results.active?.dir ?? null;
			const entry = await runTarget(given, index, active, ({ status }) => status !== 'done' && status !== 'elsewhere');
			return entry && actions.again(entry, 'resume');
		},
		'evalLens.cancel': given => {
			(activeRunTarget(given, queue) ?? queue.runs[0])?.cancel();
		},
		'evalLens.runMenu': () => showRunMenu(queue, log),
		'evalLens.openResults': async given => {
			const dir = folderOf(given) ?? (await run(given))?.dir;
			return dir && openResults(dir);
		},
		'evalLens.compareLastRun': async given => {
			const uri = await evaluation(given);
			const newest = uri && (await index.of(uri.fsPath))[0];
			return newest && openResults(newest.dir);
		},
		'evalLens.preview': async given => {
			const uri = await evaluation(given);
			return uri && preview.show(uri, variantOf(given));
		},
		'evalLens.previewNext': () => preview.step(1),
		'evalLens.previewPrevious': () => preview.step(-1),
		'evalLens.previewRandom': () => preview.random(),
		'evalLens.previewAgainst': () => preview.chooseAgainst(),
		'evalLens.previewTokens': () => preview.press('tokens'),
		'evalLens.scoreExample': () => preview.press('score'),
		'evalLens.showAll': () => results.tell('show', 'all'),
		'evalLens.showFlips': () => results.tell('show', 'flips'),
		'evalLens.showRightToWrong': () => results.tell('show', 'right_to_wrong'),
		'evalLens.showWrongToRight': () => results.tell('show', 'wrong_to_right'),
		'evalLens.showChurn': () => results.tell('show', 'churn'),
		'evalLens.nextExample': () => results.tell('move', 'next'),
		'evalLens.previousExample': () => results.tell('move', 'previous'),
		'evalLens.nativeDiff': async () => {
			const { active } = results;
			await (active?.selected && openNativeDiff(active.dir, active.selected));
		},
		'evalLens.export': async given => {
			const entry = await run(given);
			await (entry && exportRunAs(entry, dist));
		},
		'evalLens.openEvaluation': async given => {
			const entry = await run(given);
			await (entry && vscode.window.showTextDocument(vscode.Uri.file(entry.file)));
		},
		'evalLens.revealRun': async given => {
			const entry = await run(given);
			const record = entry && vscode.Uri.file(path.join(entry.dir, 'run.json'));
			await (record && vscode.commands.executeCommand('revealInExplorer', record));
		},
		'evalLens.deleteRun': async given => {
			const entry = await run(given);
			if (entry && (await deleteRun(entry, jobs.jobs))) {
				index.refresh();
			}
		},
		'evalLens.refresh': () => {
			files.refresh();
			index.refresh();
		},
		'evalLens.clearCaches': async () => clearCaches(await files.list()),
		'evalLens.installCudaSupport': () => installCudaSupport(path.join(dist, 'engine.cjs')),
		'evalLens.showLog': () => log.show(true),
		'evalLens.openRemoteGuide': () =>
			vscode.commands.executeCommand(
				'markdown.showPreview',
				vscode.Uri.joinPath(context.extensionUri, 'docs', 'remote.md'),
			),
		'evalLens.setKey': () => vscode.workspace.isTrusted && keys.set(),
		'evalLens.forgetKey': () => vscode.workspace.isTrusted && keys.forget(),
		...jobs.handlers,
		...hub.handlers,
	};

	const view = (id: ViewId) => id;
	context.subscriptions.push(
		log,
		files,
		documents,
		hub,
		index,
		actions,
		preview,
		evaluations,
		runs,
		results,
		new PromptDocuments(openRuns),
		new RunIndicator(queue),
		new LaunchNotice(queue),
		jobs,
		evaluationLanguage(documents, hub.connections),
		new EvaluationCodeLens(queue, index),
		new InlineResults(documents, index),
		vscode.window.createTreeView(view('evalLens.evaluations'), { treeDataProvider: evaluations }),
		vscode.window.createTreeView(view('evalLens.runs'), { treeDataProvider: runs }),
		registerCommands(handlers, tellError),
		// An engine in the middle of native code would not hear that its window is gone: it is ended. Jobs outlive a window,
		// and ssh and what follows them end with this process; locks and samples are as after a kill, which both are made for.
		{ dispose: () => queue.leave() },
	);

	const spans = activationSpans(performance.now() - start);
	for (const span of spans) {
		log.info(spanLine(span));
	}
	return context.extensionMode === vscode.ExtensionMode.Test
		? { spans, evaluations, runs, queue, hub, preview, jobs }
		: undefined;
}

codeIsRead();
