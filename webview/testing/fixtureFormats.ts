import type { Segment } from '../../src/protocol/prompt';
import type { ReportExample } from '../../src/protocol/reportData';

/** An invented prompt format, in the manner of the published ones. */
export interface FixtureFormat {
	readonly name: string;
	readonly preset: string | null;
	readonly aggregate: 'macro' | 'acc_norm' | null;
	readonly tokens: number;
	/** How much the gold answer gains, how much chance moves each answer, how much C is liked. */
	readonly skill: number;
	readonly noise: number;
	readonly bias: number;
	/** Probability of all labels together, and nats that long answers cost on top. */
	readonly mass: number;
	readonly length: number;
	readonly generates: boolean;
	segments(row: ReportExample, question: string): readonly Segment[];
	continuations(row: ReportExample): readonly string[];
}

export const exampleKey = (i: number) => `test/${i}`;

export const questionTexts = [
	'Why might the treaty of the ‘Seven Harbours’ be linked to the idea of free passage on the river?',
	'The idea that trade between neighbours keeps the peace is a long-standing component of which tradition?',
	'How did the tools of an administration’s power differ from those of its predecessors?',
	'Which of the following is not a power of the President?',
	'What was the intention of the doctrine announced in that year?',
	'Which treaty ended the war between the two republics of the river?',
];

const shotRows = [
	['How did the financial crisis affect the standing of the country?', 'It damaged support for its model'],
	['Which of these is a soft power resource?', 'Culture'],
	['Who decides on war and peace?', 'The assembly'],
	['What does an embargo forbid?', 'Trade'],
	['Where do ambassadors present their letters?', 'To the head of state'],
] as const;

const letters = ['A', 'B', 'C', 'D'];

interface Layout {
	readonly description: string;
	readonly before: string;
	readonly label: (letter: string) => string;
	readonly order: readonly number[];
}

function prompt({ description, before, label, order }: Layout) {
	return (row: ReportExample, question: string): readonly Segment[] => {
		const choices = row.choices.map((choice, i) => `${label(letters[i] ?? '')}${choice}\n`).join('');
		return [
			{ kind: 'description', text: description },
			...order.map((shot, place): Segment => {
				const [text, answer] = shotRows[shot] ?? ['', ''];
				const options = letters
					.map(letter => `${label(letter)}${letter === 'A' ? answer : `Not ${letter}`}\n`)
					.join('');
				return { kind: 'shot', shot: place, key: `dev/${shot}`, text: `${before}${text}\n${options}Answer: A\n\n` };
			}),
			{ kind: 'question', text: `${before}${question}\n` },
			{ kind: 'choices', text: choices },
			{ kind: 'answer_cue', text: 'Answer:' },
		];
	};
}

const plain: Layout = {
	description: 'The following are multiple choice questions (with answers) about  us foreign policy.\n\n',
	before: '',
	label: letter => `${letter}. `,
	order: [0, 1, 2, 3, 4],
};

const ofLetters = () => letters.map(letter => ` ${letter}`);
const defaults = {
	aggregate: null,
	skill: 0.25,
	noise: 1,
	bias: 0,
	mass: 0.97,
	length: 0,
	generates: false,
	continuations: ofLetters,
} as const;

export const formats: readonly FixtureFormat[] = [
	{
		...defaults,
		name: 'mmlu/original',
		preset: 'mmlu/original',
		aggregate: 'macro',
		tokens: 511,
		segments: prompt(plain),
	},
	{
		...defaults,
		name: 'mmlu/helm',
		preset: 'mmlu/helm',
		tokens: 536,
		bias: 0.6,
		mass: 0.95,
		generates: true,
		segments: prompt({
			...plain,
			description: plain.description.replace('about  us', 'about us'),
			before: 'Question: ',
			order: [3, 1, 2, 0, 4],
		}),
	},
	{
		...defaults,
		name: 'mmlu/harness-2023-01',
		preset: 'mmlu/harness-2023-01',
		aggregate: 'acc_norm',
		tokens: 498,
		skill: 0.4,
		noise: 2.4,
		mass: 0.3,
		length: 14,
		segments: prompt({ ...plain, order: [2, 4, 0, 1, 3] }),
		continuations: row => row.choices.map(choice => ` ${choice}`),
	},
	{
		...defaults,
		name: 'original, “(A)” labels',
		preset: null,
		tokens: 540,
		skill: 0.05,
		bias: 1.4,
		mass: 0.61,
		segments: prompt({ ...plain, label: letter => `(${letter})\u00a0` }),
		continuations: () => letters.map(letter => ` (${letter})`),
	},
];
