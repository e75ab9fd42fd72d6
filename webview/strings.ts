/**
 * Every text of the webviews and the report in English, by name; `{n}` stands for a value. The extension host hands over
 * the same names in the person's language.
 */
export const englishStrings = {
	bug: 'Something went wrong inside Eval Lens: {text}',
	retry: 'Try again',
	dismiss: 'Dismiss',
	seconds: '{s} s',
	minutes: '{min} min {s} s',
	hours: '{h} h {min} min',

	// Results: the run
	loadingRun: 'Reading the run…',
	noResults: 'This run has no samples yet. They appear here as they are finished.',
	nExamples: '{n} examples',
	notesLabel: 'Notes on this run',
	stateRunning: 'running',
	stateDone: 'finished',
	stateDoneIn: 'finished in {duration}',
	stateCancelled: 'cancelled: these are the samples that were finished',
	stateFailed: 'failed: these are the samples that were finished',
	startedAt: 'Started {time}',
	runAgain: 'Run again',
	resume: 'Resume',
	export: 'Export…',

	// Results: the table
	resultsLabel: 'Results by variant',
	variant: 'variant',
	accuracy: 'accuracy',
	interval: '95 % interval (dotted: chance, {chance})',
	ownFigure: 'preset’s figure',
	base: 'base',
	delta: 'Δ to base, points',
	pAdjusted: 'p (adj.)',
	pAdjustedLong: 'Exact McNemar test, Benjamini–Hochberg over the variants of the model',
	rightToWrong: 'right → wrong',
	wrongToRight: 'wrong → right',
	churn: 'churn',
	churnLong: 'Wrong both times, with different answers',
	flips: 'flips',
	missing: 'missing',
	answers: 'answers',
	noChoice: 'none of the choices',
	labelMass: 'label mass',
	labelMassLong: 'Mean probability that the model gives to all labels together',
	lowLabelMass: 'low',
	lowLabelMassLong: 'The model mostly wants to say something that is no label here: its choice among them means little',
	rstd: 'RStd',
	rstdLong: 'Standard deviation of the recalls by gold label, in points: how much the model prefers some labels',
	omitted: 'left out, cut',
	nSkipped: '{n} skipped',
	nErrors: '{n} failed',
	nTruncated: '{n} cut',
	showThese: '{n} {what} under {variant}: show these questions',

	// Results: what is compared
	modelLabel: 'Model',
	baseLabel: 'Base variant',
	variantLabel: 'Compared variant',
	against: 'against',
	bucketsLabel: 'Which questions',
	all: 'all',
	unchanged: 'unchanged',
	filterLabel: 'Filter questions',
	filterPlaceholder: 'Filter: subject:law margin<0.1',
	filterHelp:
		'Words or "text" of the question, subject:law, gold:B, transition:churn, margin<0.1; a - in front excludes',
	nOfM: '{n} of {m}',

	// Results: the list
	listLabel: 'Questions',
	loadingExamples: 'Reading the questions…',
	row: 'row',
	subject: 'subject',
	question: 'question',
	gold: 'gold',
	marginOf: 'margin, {variant}',
	deltaMargin: 'Δ margin',
	right: 'right',
	wrong: 'wrong',
	none: 'none',
	noExamples: 'There are no questions.',
	noFlips: 'No question flipped.',
	noRightToWrong: 'No question went from right to wrong.',
	noWrongToRight: 'No question went from wrong to right.',
	noChurn: 'No question changed from one wrong answer to another.',
	noUnchanged: 'Every question changed.',
	noMissing: 'No question is missing on either side.',
	noMatch: 'Nothing among “{bucket}” matches the filter.',
	clearFilter: 'Clear the filter',
	splitterLabel: 'Height of the list',

	// Results: one question
	detailLabel: 'The chosen question under both variants',
	chooseExample:
		'Choose a question to see both prompts and the log-probabilities of its choices. ↑ ↓ move, Enter goes to the prompts, Esc back.',
	loadingPair: 'Reading both prompts…',
	goldIs: 'gold {letter}',
	extentLabel: 'How much of the prompts',
	onlyDifferences: 'Only differences',
	wholePrompts: 'Whole prompts',
	nativeDiff: 'Open as native diff',
	nativeDiffHelp: 'Open both prompts in the diff editor of VS Code (D)',
	promptsLabel: 'Both prompts',
	tokens: '{n} tokens',
	cut: 'cut to fit the window',
	copy: 'Copy',
	copyPromptOf: 'Copy the prompt under {variant}',
	missingUnder: 'There is no sample of this question under {variant}: it counts as missing, not as right or wrong.',
	noSamples: 'Neither variant has a sample of this question.',
	scored: 'scored',
	scoredUnder: 'scored, {variant}',
	generated: 'generated',

	// Prompts and their difference
	segmentDescription: 'description',
	segmentShot: 'shot {n}',
	segmentShots: 'shots',
	segmentShotMoved: 'shot {from} → {to}',
	segmentQuestion: 'question',
	segmentChoices: 'choices',
	segmentAnswerCue: 'answer cue',
	segmentOther: 'other',
	segments: 'segments',
	relationMoved: 'moved',
	relationRemoved: 'removed',
	relationAdded: 'added',
	absentSegment: 'not in {variant}',
	foldedShots: '{n} equal shots',
	foldedSegments: '{n} equal segments',
	foldedLines: '{n} equal lines',
	foldedCharacters: '{n} equal characters',
	showAll: 'Show {n} more characters',
	noDifference: 'The prompts are equal',
	editsInKinds: '{edits} in {kinds}',
	edit: '{n} edit',
	edits: '{n} edits',
	kind: '{n} kind',
	kinds: '{n} kinds',
	partsRemoved: '{what} removed',
	partsAdded: '{what} added',
	shotMoved: '{n} shot moved',
	shotsMoved: '{n} shots moved',
	coarse: 'exact, but not the fewest possible',
	moreKinds: '{n} more kinds',
	editKindIn: 'in: {where}',
	space: 'space',
	lineEnd: 'line end',
	deletedSpoken: 'deleted {what}',
	insertedSpoken: 'inserted {what}',

	// Log-probabilities
	scoresLabel: 'Log-probabilities of the choices',
	scoresTitle: 'Log-probability of each choice',
	answer: 'answer',
	axis: 'Bars from {low} to {high} nats',
	axisRelative: 'Bars show the distance to each variant’s own best: {low} to {high} nats',
	margin: 'margin',
	inNats: '{value} nats',
	rankOfGold: 'rank of gold',

	// Prompt preview
	loadingPreview: 'Rendering the prompt…',
	promptLabel: 'Prompt',
	navigatorLabel: 'Prompts of {file}',
	previewVariantLabel: 'Variant',
	nothing: 'nothing',
	previousExample: 'Previous example',
	nextExample: 'Next example',
	randomExample: 'Another example at random',
	exampleNOfM: '{n} of {m}',
	previewFailed: 'The prompts of {file} cannot be shown',
	lintLabel: 'What to look at in this prompt',
	lintClean: 'Nothing to remark on this prompt.',
	error: 'Error',
	warning: 'Warning',
	info: 'Note',
} as const satisfies Record<string, string>;

export type StringKey = keyof typeof englishStrings;

/** One text for each name; a missing one does not compile. */
type Strings = { readonly [K in StringKey]: string };

/** What the host puts into the page, as JSON in `<script type="application/json" id="localisation">`. */
export interface Localisation {
	/** BCP 47, for numbers and plurals. */
	readonly language: string;
	readonly strings: Strings;
	/** Translations of the sentences of messages, by the English sentence; English where one is missing. */
	readonly sentences: Readonly<Record<string, string>>;
}
