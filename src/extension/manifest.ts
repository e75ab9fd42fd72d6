import {
	type CommandId,
	type CommandSpec,
	category,
	commands,
	container,
	evaluationPattern,
	previewViewType,
	promptLanguage,
	resultsEditor,
	type SettingId,
	settings,
	treeItems,
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
					restrictedConfigurations: ['evalLens.responseCache' satisfies SettingId],
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
					[container.id]: Object.entries(views).map(([id, { name, icon }]) => ({
						id,
						name: text(`view.${id}`, name),
						icon,
					})),
				},
				viewsWelcome: viewsWelcome(text),
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
						Object.entries(settings).map(([id, { default: value, description }]) => [
							id,
							{ type: 'boolean', default: value, description: text(`setting.${id}`, description), scope: 'window' },
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
			: `viewItem =~ /^(${kinds.map(kind => treeItems[kind].replace('.', '\\.')).join('|')})$/`;
	const stopped = onItem('runDone', 'runUnfinished');
	const recorded = onItem('runRunning', 'runElsewhere', 'runDone', 'runUnfinished');
	return {
		'view/title': [
			{ command: 'evalLens.newEvaluation', when: onView('evalLens.evaluations'), group: 'navigation' },
			{ command: 'evalLens.refresh', when: onView('evalLens.evaluations'), group: 'navigation@2' },
			{ command: 'evalLens.openDemo', when: onView('evalLens.evaluations'), group: '1_open' },
			{ command: 'evalLens.refresh', when: onView('evalLens.runs'), group: 'navigation' },
			{ command: 'evalLens.showLog', when: onView('evalLens.runs'), group: '1_log' },
		],
		'view/item/context': [
			{ command: 'evalLens.run', when: onItem('evaluation'), group: 'inline@1' },
			{ command: 'evalLens.preview', when: onItem('evaluation', 'variant'), group: 'inline@2' },
			{ command: 'evalLens.run', when: onItem('evaluation'), group: '1_run@1' },
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
				command: 'evalLens.nativeDiff',
				when: `activeCustomEditorId == '${resultsEditor.viewType}'`,
				group: 'navigation@1',
			},
		],
		'explorer/context': [{ command: 'evalLens.run', when: inEvaluation, group: 'evalLens@1' }],
	};
}

function viewsWelcome(text: (key: string, english: string) => string) {
	return [
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
	];
}
