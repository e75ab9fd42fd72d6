import {
	authentication,
	type CommandId,
	type CommandSpec,
	type ContextKeys,
	category,
	commands,
	container,
	evaluationPattern,
	type JobAbility,
	previewViewType,
	promptLanguage,
	resultsEditor,
	type SettingSpec,
	settings,
	treeItems,
	type ViewId,
	type ViewSpec,
	views,
	walkthrough,
} from './contributions';

/** The parts of package.json that follow from contributions.ts, and package.nls.json. */
export interface Manifest {
	readonly package: Readonly<Record<string, unknown>>;
	readonly nls: Readonly<Record<string, string>>;
}

const inEvaluation = 'resourceFilename =~ /\\.eval\\.yaml$/';

/** Makes the manifest; `npm run manifest` writes it, a test compares. Every text goes to `nls`, none stays in `package`. */
export function manifest(): Manifest {
	const nls: Record<string, string> = {};
	const text = (key: string, english: string): string => {
		nls[key] = english;
		return `%${key}%`;
	};
	text('extension.description', 'See which prompt change moved which question of a benchmark, and why.');
	return {
		package: {
			categories: ['Machine Learning', 'Data Science', 'Testing'],
			keywords: ['llm', 'evaluation', 'benchmark', 'mmlu', 'prompt'],
			icon: 'media/icon.png',
			activationEvents: [`workspaceContains:${evaluationPattern}`, `onWebviewPanel:${previewViewType}`],
			capabilities: {
				untrustedWorkspaces: {
					supported: 'limited',
					description: text(
						'capabilities.untrusted',
						'Evaluations, prompts and results can be looked at. Running a model needs a trusted workspace, because the evaluation says which model files are loaded.',
					),
					restrictedConfigurations: Object.entries<SettingSpec>(settings)
						.filter(([, { restricted }]) => restricted)
						.map(([id]) => id),
				},
				virtualWorkspaces: {
					supported: false,
					description: text(
						'capabilities.virtual',
						'Models, questions and runs are read from the file system, which a virtual workspace does not have.',
					),
				},
			},
			contributes: {
				commands: Object.entries<CommandSpec>(commands).map(([command, { title, icon, enablement }]) => ({
					command,
					title: text(`command.${command}`, title),
					category,
					...(icon && { icon: `$(${icon})` }),
					...(enablement && { enablement }),
				})),
				menus: menus(),
				keybindings: [
					{
						command: 'evalLens.nativeDiff' satisfies CommandId,
						key: 'ctrl+alt+d',
						mac: 'cmd+alt+d',
						when: `activeCustomEditorId == '${resultsEditor.viewType}' && evalLens.pairSelected`,
					},
				],
				viewsContainers: { activitybar: [container] },
				views: {
					[container.id]: Object.entries<ViewSpec>(views).map(([id, { name, icon, isCollapsed }]) => ({
						id,
						name: text(`view.${id}`, name),
						icon,
						...(isCollapsed && { visibility: 'collapsed' }),
					})),
				},
				viewsWelcome: viewsWelcome(text),
				authentication: [{ id: authentication.id, label: text('authentication.huggingface', authentication.label) }],
				customEditors: [
					{
						viewType: resultsEditor.viewType,
						displayName: text('editor.results', resultsEditor.name),
						selector: [{ filenamePattern: resultsEditor.pattern }],
						priority: 'default',
					},
				],
				languages: [
					{
						id: promptLanguage.id,
						aliases: [text('language.prompt', promptLanguage.name)],
						extensions: [promptLanguage.extension],
						configuration: './syntaxes/prompt.language-configuration.json',
					},
				],
				grammars: [
					{
						language: promptLanguage.id,
						scopeName: 'text.eval-lens-prompt',
						path: './syntaxes/prompt.tmLanguage.json',
					},
					{
						scopeName: 'eval-lens.template-fields',
						path: './syntaxes/template-fields.tmLanguage.json',
						injectTo: ['source.yaml'],
					},
					{
						scopeName: 'eval-lens.flow-template-fields',
						path: './syntaxes/flow-template-fields.tmLanguage.json',
						injectTo: ['source.yaml'],
					},
					{ scopeName: 'eval-lens.jinja', path: './syntaxes/jinja.tmLanguage.json', injectTo: ['source.yaml'] },
				],
				configurationDefaults: {
					// A prompt is exact text: nothing in it may be hidden, trimmed or asked about.
					[`[${promptLanguage.id}]`]: {
						'diffEditor.ignoreTrimWhitespace': false,
						'editor.renderWhitespace': 'all',
						'editor.renderControlCharacters': true,
						'editor.unusualLineTerminators': 'off',
						'editor.wordWrap': 'on',
						'editor.minimap.enabled': false,
						'editor.links': false,
					},
				},
				configuration: {
					title: 'Eval Lens',
					properties: Object.fromEntries(
						Object.entries<SettingSpec>(settings).map(([id, { default: value, description, scope }]) => [
							id,
							{
								type: typeof value,
								default: value,
								description: text(`setting.${id}`, description),
								scope: scope ?? 'window',
							},
						]),
					),
				},
				yamlValidation: [{ fileMatch: '*.eval.yaml', url: './schemas/eval.schema.json' }],
				walkthroughs: [
					{
						id: walkthrough.id,
						title: text('walkthrough.title', walkthrough.title),
						description: text('walkthrough.description', walkthrough.description),
						steps: walkthrough.steps.map(({ id, title, description, image, completionEvents }) => ({
							id,
							title: text(`walkthrough.${id}.title`, title),
							description: text(`walkthrough.${id}.description`, description),
							media: { svg: image.file, altText: text(`walkthrough.${id}.alt`, image.alt) },
							completionEvents,
						})),
					},
				],
			},
		},
		nls,
	};
}

interface MenuItem {
	readonly command: CommandId;
	readonly when: string;
	readonly group?: string;
}

function menus(): Record<string, readonly MenuItem[]> {
	const onView = (view: keyof typeof views) => `view == ${view}`;
	const onItem = (...kinds: (keyof typeof treeItems)[]) =>
		kinds.length === 1
			? `viewItem == ${kinds.map(kind => treeItems[kind]).join()}`
			: `viewItem =~ /^(${kinds.map(kind => treeItems[kind].replaceAll('.', '\\.')).join('|')})$/`;
	const stopped = onItem('runDone', 'runUnfinished');
	const recorded = onItem('runRunning', 'runElsewhere', 'runDone', 'runUnfinished');
	const datasets = onItem('dataset', 'pinnedDataset');
	const datasetPlaces = onItem('dataset', 'pinnedDataset', 'datasetConfig', 'datasetSplit');
	const modelPlaces = onItem('model', 'pinnedModel', 'modelFile', 'localModel');
	const jobThatCan = (ability: JobAbility) => `viewItem =~ /^job\\b.*\\.${ability}\\b/`;
	const repositories = onItem('dataset', 'pinnedDataset', 'model', 'pinnedModel');
	return {
		commandPalette: Object.entries<CommandSpec>(commands)
			.filter(([, { ofRow }]) => ofRow)
			// The keys of `commands` are the ids.
			.map(([command]) => ({ command: command as CommandId, when: 'false' })),
		'view/title': [
			...hubTitle('evalLens.datasets', { loading: 'evalLens.datasetsLoading', filtered: 'evalLens.datasetsFiltered' }, [
				'evalLens.searchDatasets',
				'evalLens.filterDatasets',
				'evalLens.sortDatasets',
				'evalLens.clearDatasets',
				'evalLens.cancelDatasets',
				'evalLens.refreshDatasets',
			]),
			...hubTitle('evalLens.models', { loading: 'evalLens.modelsLoading', filtered: 'evalLens.modelsFiltered' }, [
				'evalLens.searchModels',
				'evalLens.filterModels',
				'evalLens.sortModels',
				'evalLens.clearModels',
				'evalLens.cancelModels',
				'evalLens.refreshModels',
			]),
			{ command: 'evalLens.newEvaluation', when: onView('evalLens.evaluations'), group: 'navigation' },
			{ command: 'evalLens.refresh', when: onView('evalLens.evaluations'), group: 'navigation@2' },
			{ command: 'evalLens.openDemo', when: onView('evalLens.evaluations'), group: '1_open' },
			{ command: 'evalLens.importTask', when: onView('evalLens.evaluations'), group: '1_open' },
			{ command: 'evalLens.refresh', when: onView('evalLens.runs'), group: 'navigation' },
			{ command: 'evalLens.showLog', when: onView('evalLens.runs'), group: '1_log' },
			{ command: 'evalLens.refreshJobs', when: onView('evalLens.jobs'), group: 'navigation' },
			{ command: 'evalLens.openRemoteGuide', when: onView('evalLens.jobs'), group: '0_guide' },
			{ command: 'evalLens.setKey', when: onView('evalLens.jobs'), group: '1_keys@1' },
			{ command: 'evalLens.forgetKey', when: onView('evalLens.jobs'), group: '1_keys@2' },
		],
		'view/item/context': [
			{ command: 'evalLens.signIn', when: `${onItem('accessProblem')} && !evalLens.signedIn`, group: 'inline@1' },
			{ command: 'evalLens.openOnHub', when: onItem('accessProblem'), group: 'inline@2' },
			{ command: 'evalLens.retry', when: onItem('hubProblem', 'accessProblem'), group: 'inline@3' },
			{
				command: 'evalLens.newFromDataset',
				when: onItem('dataset', 'pinnedDataset', 'datasetConfig', 'datasetSplit', 'localDataset'),
				group: 'inline@1',
			},
			{ command: 'evalLens.firstRows', when: onItem('datasetConfig', 'datasetSplit'), group: 'inline@2' },
			{ command: 'evalLens.addModel', when: modelPlaces, group: 'inline@1' },
			{ command: 'evalLens.pin', when: onItem('dataset', 'model'), group: 'inline@3' },
			{ command: 'evalLens.unpin', when: onItem('pinnedDataset', 'pinnedModel'), group: 'inline@3' },
			{
				command: 'evalLens.newFromDataset',
				when: onItem('dataset', 'pinnedDataset', 'datasetConfig', 'datasetSplit', 'localDataset'),
				group: '1_use@1',
			},
			{ command: 'evalLens.firstRows', when: datasetPlaces, group: '1_use@2' },
			{ command: 'evalLens.modelsOfDataset', when: datasets, group: '1_use@3' },
			{ command: 'evalLens.addModel', when: modelPlaces, group: '1_use@1' },
			{ command: 'evalLens.revealInEvaluation', when: repositories, group: '2_look@1' },
			{ command: 'evalLens.openOnHub', when: repositories, group: '2_look@2' },
			{ command: 'evalLens.copyId', when: repositories, group: '3_row@1' },
			{
				command: 'evalLens.refreshRow',
				when: onItem('dataset', 'pinnedDataset', 'datasetSplit', 'model', 'pinnedModel'),
				group: '3_row@2',
			},
			{ command: 'evalLens.pin', when: onItem('dataset', 'model'), group: '3_row@3' },
			{ command: 'evalLens.unpin', when: onItem('pinnedDataset', 'pinnedModel'), group: '3_row@3' },
			{ command: 'evalLens.run', when: onItem('evaluation'), group: 'inline@1' },
			{ command: 'evalLens.preview', when: onItem('evaluation', 'variant'), group: 'inline@2' },
			{ command: 'evalLens.run', when: onItem('evaluation'), group: '1_run@1' },
			{ command: 'evalLens.plan', when: onItem('evaluation'), group: '1_run@3' },
			{ command: 'evalLens.runSome', when: onItem('evaluation'), group: '1_run@2' },
			{ command: 'evalLens.preview', when: onItem('evaluation', 'variant'), group: '2_look@1' },
			{ command: 'evalLens.compareLastRun', when: onItem('evaluation', 'variant'), group: '2_look@2' },
			{ command: 'evalLens.cancel', when: onItem('runRunning', 'runQueued'), group: 'inline@1' },
			{ command: 'evalLens.resume', when: onItem('runUnfinished'), group: 'inline@1' },
			{ command: 'evalLens.openResults', when: recorded, group: '1_open@1' },
			{ command: 'evalLens.openEvaluation', when: recorded, group: '1_open@2' },
			{ command: 'evalLens.cancel', when: onItem('runRunning', 'runQueued'), group: '2_run@1' },
			{ command: 'evalLens.resume', when: onItem('runUnfinished'), group: '2_run@1' },
			{ command: 'evalLens.runAgain', when: stopped, group: '2_run@2' },
			{ command: 'evalLens.export', when: stopped, group: '3_files@1' },
			{ command: 'evalLens.revealRun', when: recorded, group: '3_files@2' },
			{ command: 'evalLens.deleteRun', when: stopped, group: '4_delete' },
			{ command: 'evalLens.resume', when: jobThatCan('resume'), group: 'inline@1' },
			{ command: 'evalLens.openJobLog', when: jobThatCan('log'), group: 'inline@2' },
			{ command: 'evalLens.cancelJob', when: jobThatCan('cancel'), group: 'inline@3' },
			{ command: 'evalLens.openJobLog', when: jobThatCan('log'), group: '1_open@1' },
			{ command: 'evalLens.openJobOnHub', when: jobThatCan('hub'), group: '1_open@2' },
			{ command: 'evalLens.resume', when: jobThatCan('resume'), group: '2_run@1' },
			{ command: 'evalLens.cancelJob', when: jobThatCan('cancel'), group: '2_run@2' },
			{ command: 'evalLens.refreshJobs', when: onItem('jobProblem'), group: 'inline@1' },
		],
		'editor/title': [
			{ command: 'evalLens.run', when: inEvaluation, group: 'navigation@1' },
			{ command: 'evalLens.preview', when: inEvaluation, group: 'navigation@2' },
			{
				command: 'evalLens.previewPrevious',
				when: `activeWebviewPanelId == '${previewViewType}'`,
				group: 'navigation@1',
			},
			{ command: 'evalLens.previewNext', when: `activeWebviewPanelId == '${previewViewType}'`, group: 'navigation@2' },
			{
				command: 'evalLens.previewAgainst',
				when: `activeWebviewPanelId == '${previewViewType}'`,
				group: 'navigation@3',
			},
			{
				command: 'evalLens.previewTokens',
				when: `activeWebviewPanelId == '${previewViewType}'`,
				group: 'navigation@4',
			},
			{ command: 'evalLens.previewRandom', when: `activeWebviewPanelId == '${previewViewType}'`, group: '1_preview@1' },
			{ command: 'evalLens.scoreExample', when: `activeWebviewPanelId == '${previewViewType}'`, group: '1_preview@2' },
			{
				command: 'evalLens.nativeDiff',
				when: `activeCustomEditorId == '${resultsEditor.viewType}'`,
				group: 'navigation@1',
			},
		],
		'explorer/context': [{ command: 'evalLens.run', when: inEvaluation, group: 'evalLens@1' }],
	};
}

/** The buttons of a view of the Hub: the search first, what ends it only while there is something to end. */
function hubTitle(
	view: ViewId,
	{ loading, filtered }: Readonly<Record<'loading' | 'filtered', keyof ContextKeys>>,
	[search, filter, sort, clear, cancel, refresh]: readonly [
		CommandId,
		CommandId,
		CommandId,
		CommandId,
		CommandId,
		CommandId,
	],
): readonly MenuItem[] {
	const when = `view == ${view}`;
	return [
		{ command: search, when, group: 'navigation@1' },
		{ command: filter, when, group: 'navigation@2' },
		{ command: sort, when, group: 'navigation@3' },
		{ command: clear, when: `${when} && ${filtered}`, group: 'navigation@4' },
		{ command: cancel, when: `${when} && ${loading}`, group: 'navigation@5' },
		{ command: refresh, when, group: '0_refresh' },
		{ command: 'evalLens.signIn', when: `${when} && !evalLens.signedIn`, group: '1_account' },
		{ command: 'evalLens.signOut', when: `${when} && evalLens.signedIn`, group: '1_account' },
	];
}

function viewsWelcome(text: (key: string, english: string) => string) {
	return [
		{
			view: 'evalLens.datasets',
			contents: text(
				'welcome.datasets',
				'Find a dataset on the Hugging Face Hub and make an evaluation of it.\n[Search Datasets](command:evalLens.searchDatasets)\nOr look at [the most downloaded](command:evalLens.sortDatasets?%22downloads%22).',
			),
		},
		{
			view: 'evalLens.models',
			contents: text(
				'welcome.models',
				'Find a model on the Hugging Face Hub and add it to an evaluation.\n[Search Models](command:evalLens.searchModels)\nOr look at those that [run on this computer](command:evalLens.filterModels?%7B%22onnx%22%3Atrue%7D).',
			),
		},
		{
			view: 'evalLens.evaluations',
			contents: text(
				'welcome.evaluations',
				'An evaluation asks a model the same questions under several prompt formats and shows which answers flip.\n[Open the Demo Evaluation](command:evalLens.openDemo)\nOr [write a new one](command:evalLens.newEvaluation).',
			),
		},
		{
			view: 'evalLens.runs',
			contents: text('welcome.runs', 'Nothing has run yet.\n[Run an Evaluation](command:evalLens.run)'),
			when: 'evalLens.hasEvaluations && isWorkspaceTrusted',
		},
		{
			view: 'evalLens.runs',
			contents: text(
				'welcome.runs.restricted',
				'Nothing has run yet. Running needs a trusted workspace.\n[Manage Workspace Trust](command:workbench.trust.manage)',
			),
			when: 'evalLens.hasEvaluations && !isWorkspaceTrusted',
		},
		{
			view: 'evalLens.runs',
			contents: text('welcome.runs.none', 'Runs of the evaluations in this folder appear here.'),
			when: '!evalLens.hasEvaluations',
		},
		{
			view: 'evalLens.jobs',
			contents: text(
				'welcome.jobs',
				'No job runs. A model with a “launch” in its evaluation is computed elsewhere: on a job of Hugging Face, a computer behind ssh, a Slurm cluster, or a server of yours.\n[How It Works](command:evalLens.openRemoteGuide)',
			),
		},
	];
}
