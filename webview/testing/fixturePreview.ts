import { diffPrompts } from '../../src/compare/diff/diffPrompts';
import { message } from '../../src/protocol/messages';
import type {
	PreviewChoice,
	PreviewScores,
	PreviewState,
	PromptView,
	TokenGroup,
} from '../../src/protocol/previewView';
import { promptText } from '../../src/protocol/prompt';
import type { ReportData, ReportExample } from '../../src/protocol/reportData';
import type { FakeHostOptions } from './fakeHostOptions';
import { fixtureSample } from './fixture';
import { formats, questionTexts } from './fixtureFormats';

const file = 'mmlu-formats.eval.yaml';
const model = { state: 'ready', name: 'demo-model' } as const;

/** @param before How many previews were asked for before this one. */
export function fixturePreview(
	data: ReportData,
	choice: PreviewChoice,
	options: FakeHostOptions,
	before: number,
): PreviewState {
	const row = data.examples[choice.example];
	const position = { choice, examples: data.examples.length, variants: formats.map(format => format.name) };
	const { previewFails = false } = options;
	if (!row || (typeof previewFails === 'number' ? before >= previewFails : previewFails)) {
		const reasons = [{ message: message('compare.filter-open-quote', {}), place: { line: 11, column: 4 } }];
		return { state: 'failed', file, position: before > 0 ? position : null, reasons };
	}
	const shown = options.previewModel ?? model;
	const view = (name: string) => promptView(name, row, choice.example, options, shown.state === 'ready');
	const prompt = view(choice.variant);
	const against = choice.against === null ? null : view(choice.against);
	return {
		...position,
		state: 'shown',
		file,
		example: { key: row.key, subject: row.subject, choices: row.choices, gold: row.gold, target: null },
		prompt,
		against,
		diff: against && diffPrompts(prompt.segments, against.segments),
		model: shown,
		trusted: options.untrusted !== true,
	};
}

function promptView(
	name: string,
	row: ReportExample,
	example: number,
	options: FakeHostOptions,
	tokenized: boolean,
): PromptView {
	const format = formats.find(one => one.name === name);
	const question = options.questions?.[example] ?? questionTexts[example % questionTexts.length] ?? '';
	const segments = format?.segments(row, question) ?? [];
	const continuations = format?.continuations(row) ?? [];
	const warning = { severity: 'warning', message: message('compare.filter-nothing-negated', {}) } as const;
	return {
		variant: name,
		segments,
		continuations,
		isChat: false,
		scoredBy: '',
		lint: name === 'mmlu/helm' ? [{ ...warning, place: { line: 20, column: 0 } }] : [],
		tokens: tokenized
			? {
					front: name === 'mmlu/helm' ? [{ id: 1, text: '<s>' }] : [],
					groups: groupsOf(promptText({ segments })),
					scored: continuations.map(text => ({ text, fromPrompt: 0, groups: groupsOf(text) })),
					count: format?.tokens ?? 0,
					limit: 2048,
				}
			: null,
	};
}

/** Words with the space before them, and what stands between them. */
function groupsOf(text: string): TokenGroup[] {
	return [...text.matchAll(/ ?\p{L}+|[^\p{L}]/gu)].map(({ 0: piece, index }) => ({
		ids: [...piece].length === 1 && piece.length > 1 ? [9, piece.length] : [piece.length * 100 + (index % 100)],
		end: index + piece.length,
	}));
}

export function fixtureScores(data: ReportData, { example, variant, against }: PreviewChoice): PreviewScores {
	const names = against === null ? [variant] : [variant, against];
	return {
		model: model.name,
		milliseconds: 61,
		prompts: names.map(name => {
			const sample = fixtureSample(data, name, example);
			return {
				variant: name,
				continuations: sample?.continuations ?? [],
				logprobs: sample?.logprobs ?? [],
				labelMass: sample?.labelMass ?? null,
				prediction: sample?.prediction ?? null,
				gold: data.examples[example]?.gold ?? null,
				correct: sample?.correct ?? false,
				generated: sample?.generated ?? null,
				truncated: false,
			};
		}),
	};
}
