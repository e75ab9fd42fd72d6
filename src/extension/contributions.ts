/**
 * Everything that package.json contributes by name: the one source of ids and titles. manifest.ts makes package.json
 * and package.nls.json of it, and the code registers by these types, so that a misspelt or forgotten id does not compile.
 */
export const category = 'Eval Lens';

export interface CommandSpec {
	/** As in the palette, behind the category. */
	readonly title: string;
	/** A codicon, where the command stands as a button. */
	readonly icon?: string;
	/** When it can be used; menus grey it out otherwise. */
	readonly enablement?: string;
	/** It means nothing without a row of a tree: the palette leaves it out. */
	readonly ofRow?: true;
}

const trusted = 'isWorkspaceTrusted';
const inResults = "activeCustomEditorId == 'evalLens.results'";
const inPreview = 'evalLens.previewOpen';

export const commands = {
	'evalLens.openDemo': { title: 'Open Demo Evaluation', icon: 'beaker' },
	'evalLens.newEvaluation': { title: 'New Evaluation', icon: 'add' },
	'evalLens.run': { title: 'Run', icon: 'play', enablement: trusted },
	'evalLens.runSome': { title: 'Run 20 Examples', icon: 'debug-step-over', enablement: trusted },
	'evalLens.plan': { title: 'Plan Run', icon: 'checklist', enablement: trusted },
	'evalLens.runAgain': { title: 'Run Again', icon: 'debug-rerun', enablement: trusted },
	'evalLens.resume': { title: 'Resume Run', icon: 'debug-continue', enablement: trusted },
	'evalLens.cancel': { title: 'Cancel Run', icon: 'debug-stop', enablement: 'evalLens.running' },
	'evalLens.runMenu': { title: 'Show Running Evaluation', enablement: 'evalLens.running' },
	'evalLens.openResults': { title: 'Open Results', icon: 'table' },
	'evalLens.compareLastRun': { title: 'Compare Last Run', icon: 'git-compare' },
	'evalLens.preview': { title: 'Preview Prompts', icon: 'open-preview' },
	'evalLens.previewNext': { title: 'Next Example in Preview', icon: 'arrow-right', enablement: inPreview },
	'evalLens.previewPrevious': { title: 'Previous Example in Preview', icon: 'arrow-left', enablement: inPreview },
	'evalLens.previewRandom': { title: 'Random Example in Preview', enablement: inPreview },
	'evalLens.previewAgainst': {
		title: 'Compare with Another Variant in Preview',
		icon: 'git-compare',
		enablement: inPreview,
	},
	'evalLens.previewTokens': { title: 'Show Tokens in Preview', icon: 'symbol-numeric', enablement: inPreview },
	'evalLens.scoreExample': {
		title: 'Score the Example in Preview',
		icon: 'beaker',
		enablement: `${inPreview} && ${trusted}`,
	},
	'evalLens.showAll': { title: 'Show All Examples', enablement: inResults },
	'evalLens.showFlips': { title: 'Show Flips', enablement: inResults },
	'evalLens.showRightToWrong': { title: 'Show Right → Wrong', enablement: inResults },
	'evalLens.showWrongToRight': { title: 'Show Wrong → Right', enablement: inResults },
	'evalLens.showChurn': { title: 'Show Churn', enablement: inResults },
	'evalLens.nextExample': { title: 'Next Example in Results', enablement: inResults },
	'evalLens.previousExample': { title: 'Previous Example in Results', enablement: inResults },
	'evalLens.nativeDiff': {
		title: 'Open Prompts as Native Diff',
		icon: 'diff',
		enablement: `${inResults} && evalLens.pairSelected`,
	},
	'evalLens.export': { title: 'Export Run', icon: 'export' },
	'evalLens.openEvaluation': { title: 'Open Evaluation File', icon: 'go-to-file' },
	'evalLens.revealRun': { title: 'Reveal Run Folder', icon: 'folder-opened' },
	'evalLens.deleteRun': { title: 'Delete Run', icon: 'trash' },
	'evalLens.refresh': { title: 'Refresh', icon: 'refresh' },
	'evalLens.searchDatasets': { title: 'Search Datasets', icon: 'search' },
	'evalLens.filterDatasets': { title: 'Filter Datasets', icon: 'filter' },
	'evalLens.sortDatasets': { title: 'Sort Datasets', icon: 'sort-precedence' },
	'evalLens.clearDatasets': {
		title: 'Clear Search of Datasets',
		icon: 'clear-all',
		enablement: 'evalLens.datasetsFiltered',
	},
	'evalLens.cancelDatasets': {
		title: 'Stop Loading Datasets',
		icon: 'debug-stop',
		enablement: 'evalLens.datasetsLoading',
	},
	'evalLens.refreshDatasets': { title: 'Refresh Datasets', icon: 'refresh' },
	'evalLens.searchModels': { title: 'Search Models', icon: 'search' },
	'evalLens.filterModels': { title: 'Filter Models', icon: 'filter' },
	'evalLens.sortModels': { title: 'Sort Models', icon: 'sort-precedence' },
	'evalLens.clearModels': { title: 'Clear Search of Models', icon: 'clear-all', enablement: 'evalLens.modelsFiltered' },
	'evalLens.cancelModels': { title: 'Stop Loading Models', icon: 'debug-stop', enablement: 'evalLens.modelsLoading' },
	'evalLens.refreshModels': { title: 'Refresh Models', icon: 'refresh' },
	'evalLens.loadMore': { title: 'Load More', ofRow: true },
	'evalLens.retry': { title: 'Try Again', icon: 'refresh', ofRow: true },
	'evalLens.refreshRow': { title: 'Load Again', icon: 'refresh', ofRow: true },
	'evalLens.pin': { title: 'Pin', icon: 'pin', ofRow: true },
	'evalLens.unpin': { title: 'Unpin', icon: 'pinned', ofRow: true },
	'evalLens.openOnHub': { title: 'Open on the Hub', icon: 'link-external', ofRow: true },
	'evalLens.copyId': { title: 'Copy Id', icon: 'copy', ofRow: true },
	'evalLens.firstRows': { title: 'Show First Rows', icon: 'table', ofRow: true },
	'evalLens.newFromDataset': { title: 'New Evaluation from Dataset', icon: 'new-file' },
	'evalLens.addModel': { title: 'Add Model to Evaluation', icon: 'add' },
	'evalLens.revealInEvaluation': { title: 'Reveal in Evaluation', icon: 'go-to-file', ofRow: true },
	'evalLens.modelsOfDataset': { title: 'Find Models of Dataset', icon: 'search', ofRow: true },
	'evalLens.importTask': { title: 'Import Task File' },
	'evalLens.installCudaSupport': { title: 'Install CUDA Support' },
	'evalLens.signIn': { title: 'Sign In to Hugging Face', icon: 'sign-in', enablement: '!evalLens.signedIn' },
	'evalLens.signOut': { title: 'Sign Out of Hugging Face', icon: 'sign-out', enablement: 'evalLens.signedIn' },
	'evalLens.openJobLog': { title: 'Open Log of Job', icon: 'output', enablement: trusted, ofRow: true },
	'evalLens.openJobOnHub': { title: 'Open Job on the Hub', icon: 'link-external', ofRow: true },
	'evalLens.cancelJob': { title: 'Cancel Job', icon: 'debug-stop', enablement: trusted, ofRow: true },
	'evalLens.refreshJobs': { title: 'Refresh Jobs', icon: 'refresh' },
	'evalLens.openRemoteGuide': { title: 'Open Guide to Runs on Servers', icon: 'book' },
	'evalLens.setKey': { title: 'Set Key…', icon: 'key', enablement: trusted },
	'evalLens.forgetKey': { title: 'Forget Key…', enablement: trusted },
	'evalLens.clearCaches': { title: 'Clear Caches' },
	'evalLens.showLog': { title: 'Show Log', icon: 'output' },
} as const satisfies Record<`evalLens.${string}`, CommandSpec>;

export type CommandId = keyof typeof commands;

export const container = { id: 'evalLens', title: 'Eval Lens', icon: 'media/eval-lens.svg' } as const;

export interface ViewSpec {
	readonly name: string;
	readonly icon: string;
	/** Until somebody opens it. */
	readonly isCollapsed?: true;
}

export const views = {
	'evalLens.datasets': { name: 'Datasets', icon: 'media/datasets.svg' },
	'evalLens.models': { name: 'Models', icon: 'media/models.svg' },
	'evalLens.evaluations': { name: 'Evaluations', icon: 'media/evaluations.svg' },
	'evalLens.runs': { name: 'Runs', icon: 'media/runs.svg' },
	'evalLens.jobs': { name: 'Jobs', icon: 'media/jobs.svg', isCollapsed: true },
} as const satisfies Record<`evalLens.${string}`, ViewSpec>;

export type ViewId = keyof typeof views;

/** What `when` clauses may ask, with the type of each. */
export interface ContextKeys {
	/** An evaluation runs, started in this window. */
	'evalLens.running': boolean;
	/** The workspace has at least one evaluation. */
	'evalLens.hasEvaluations': boolean;
	/** A prompt preview is open. */
	'evalLens.previewOpen': boolean;
	/** A question is selected in the results editor in front. */
	'evalLens.pairSelected': boolean;
	/** A flip was looked at in this session: the third step of the walkthrough. */
	'evalLens.flipSeen': boolean;
	/** A search of the view Datasets is active. */
	'evalLens.datasetsFiltered': boolean;
	/** The view Datasets loads something. */
	'evalLens.datasetsLoading': boolean;
	'evalLens.modelsFiltered': boolean;
	'evalLens.modelsLoading': boolean;
	/** There is a sign-in at the Hugging Face Hub. */
	'evalLens.signedIn': boolean;
}

export const contextKeys = [
	'evalLens.running',
	'evalLens.hasEvaluations',
	'evalLens.previewOpen',
	'evalLens.pairSelected',
	'evalLens.flipSeen',
	'evalLens.datasetsFiltered',
	'evalLens.datasetsLoading',
	'evalLens.modelsFiltered',
	'evalLens.modelsLoading',
	'evalLens.signedIn',
] as const satisfies readonly (keyof ContextKeys)[];

/** What tree items tell the menus of their rows about themselves, as `contextValue`. */
export const treeItems = {
	evaluation: 'evaluation',
	variant: 'variant',
	runRunning: 'run.running',
	runQueued: 'run.queued',
	runElsewhere: 'run.elsewhere',
	runDone: 'run.done',
	runUnfinished: 'run.unfinished',
	dataset: 'dataset',
	pinnedDataset: 'dataset.pinned',
	datasetConfig: 'dataset.config',
	datasetSplit: 'dataset.split',
	localDataset: 'dataset.local',
	model: 'model',
	pinnedModel: 'model.pinned',
	modelFile: 'model.file',
	localModel: 'model.local',
	hubProblem: 'hub.problem',
	accessProblem: 'hub.problem.access',
	jobProblem: 'jobs.problem',
} as const;

export type TreeItemKind = (typeof treeItems)[keyof typeof treeItems];

/** What can be done with the row of a job, which says so in its `contextValue`: "job.log.cancel". */
export type JobAbility = 'log' | 'hub' | 'cancel' | 'resume';

export function jobContext(abilities: readonly JobAbility[]): string {
	return ['job', ...abilities].join('.');
}

export interface SettingSpec {
	readonly default: boolean | string | number;
	readonly description: string;
	/** `machine`: not for a workspace to say, and not synchronised. */
	readonly scope?: 'machine';
	/** A workspace that is not trusted does not get to say it. */
	readonly restricted?: true;
}

export const settings = {
	'evalLens.openResultsWhenDone': {
		default: true,
		description: 'Open the results editor when a run that was started in this window is done.',
	},
	'evalLens.inlineResults': {
		default: true,
		description: 'Show the last accuracy behind each variant in the editor of an evaluation.',
	},
	'evalLens.responseCache': {
		default: true,
		description:
			'Take log-probabilities that the same model file already computed for the same tokens from the cache, instead of computing them again.',
		restricted: true,
	},
	'evalLens.confirmLongRuns': {
		default: true,
		description: 'Ask before a run of more than about ten minutes computes, telling how long it will take.',
	},
	'evalLens.memory': {
		default: 1000,
		description:
			'Megabytes for what prompts share, kept while they are computed on this computer. With less, shared beginnings are computed more often. The model itself comes on top.',
		scope: 'machine',
	},
	'evalLens.hub.endpoint': {
		default: '',
		description:
			'Address of the Hugging Face Hub or of a mirror. Empty: HF_ENDPOINT of the environment, else https://huggingface.co.',
		scope: 'machine',
		restricted: true,
	},
	'evalLens.hub.viewerEndpoint': {
		default: '',
		description:
			'Address of the dataset viewer, which mirrors of the Hub do not serve. Empty: HF_DATASETS_SERVER of the environment, else https://datasets-server.huggingface.co.',
		scope: 'machine',
		restricted: true,
	},
	'evalLens.hub.oauthClientId': {
		default: '',
		description:
			'Client id of an OAuth application on the Hub, for signing in with the browser. Empty: signing in with an access token.',
		scope: 'machine',
		restricted: true,
	},
} as const satisfies Record<string, SettingSpec>;

export type SettingId = keyof typeof settings;
type SettingsOf<T> = { [K in SettingId]: (typeof settings)[K]['default'] extends T ? K : never }[SettingId];
export type SwitchId = SettingsOf<boolean>;
export type TextSettingId = SettingsOf<string>;
export type NumberSettingId = SettingsOf<number>;

/** The account in VS Code's Accounts. */
export const authentication = { id: 'huggingface', label: 'Hugging Face' } as const;

/** First rows of a dataset: the scheme of virtual documents. */
export const rowsScheme = 'eval-lens-rows';

/** The custom editor of a run. */
export const resultsEditor = {
	viewType: 'evalLens.results',
	name: 'Eval Lens Results',
	pattern: '**/.evals/**/run.json',
} as const;

/** The webview panel of the prompt preview. */
export const previewViewType = 'evalLens.preview';

/** Rendered prompts: the language of virtual documents, and their URI scheme. */
export const promptLanguage = { id: 'eval-lens-prompt', name: 'Rendered Prompt', extension: '.prompt' } as const;
export const promptScheme = 'eval-lens-prompt';

export const evaluationPattern = '**/*.eval.yaml';
export const isEvaluationName = (name: string): boolean => name.endsWith('.eval.yaml');

/** Steps of the walkthrough, in order; each has a picture and ends with one of the completion events. */
export const walkthrough = {
	id: 'start',
	title: 'See what a prompt format does to a score',
	description: 'One benchmark, three published formats, and the answers that flip.',
	steps: [
		{
			id: 'demo',
			title: 'Open the demo evaluation',
			description:
				'An evaluation is a YAML file: questions, models and the prompt formats to compare. The demo brings a small model and its questions along; nothing is downloaded.\n[Open Demo Evaluation](command:evalLens.openDemo)',
			image: {
				file: 'media/walkthrough/demo.svg',
				alt: 'A file with three variants below the links Run and Preview prompts',
			},
			completionEvents: ['onCommand:evalLens.openDemo', 'onContext:evalLens.hasEvaluations'],
		},
		{
			id: 'run',
			title: 'Run it',
			description:
				'Press **Run** above the file. Every variant asks the model the same questions; the tree and the status bar show how far it is, and the results open by themselves.\n[Run](command:evalLens.run)',
			image: { file: 'media/walkthrough/run.svg', alt: 'A run with its progress bar, and a table of three accuracies' },
			completionEvents: ['onCommand:evalLens.run', 'onCommand:evalLens.runSome'],
		},
		{
			id: 'flip',
			title: 'See a flip',
			description:
				'In the results, choose **right → wrong** and pick a question: the two prompts with exactly the characters that differ, and the log-probability of each choice under both.\n[Compare Last Run](command:evalLens.compareLastRun)',
			image: {
				file: 'media/walkthrough/flip.svg',
				alt: 'Two prompts side by side with the words that differ marked, and pairs of bars for the choices A to D',
			},
			completionEvents: ['onContext:evalLens.flipSeen'],
		},
		{
			id: 'variant',
			title: 'Edit a variant',
			description:
				'Open the preview beside the file and change a template: the prompt follows as you type, whitespace visible. Running again computes only what changed.\n[Preview Prompts](command:evalLens.preview)',
			image: {
				file: 'media/walkthrough/variant.svg',
				alt: 'A template on the left, the prompt that it gives on the right',
			},
			completionEvents: ['onCommand:evalLens.preview'],
		},
		{
			id: 'hub',
			title: 'Find a dataset on the Hub',
			description:
				'Search the Hugging Face Hub by name, task and language, look at the first rows, and make an evaluation of the dataset. Then pick a model that runs on this computer.\n[Search Datasets](command:evalLens.searchDatasets)\n[Search Models](command:evalLens.searchModels)',
			image: {
				file: 'media/walkthrough/hub.svg',
				alt: 'A dataset opened to its splits and columns, and the evaluation that is made of it',
			},
			completionEvents: ['onCommand:evalLens.newFromDataset'],
		},
	],
} as const;
