import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { hasShared, root, shared } from '../../test/paths';
import { presetFormat, questionOf, resolvedEvaluation } from '../../test/resolvedEvaluation';
import { presetNames } from '../config/presets';
import type { Pools } from '../data/dataset';
import { loadDataset } from '../data/loadDataset';
import type { Question } from '../data/row';
import { promptText } from '../protocol/prompt';
import { createRenderer } from './render';
import { createShotPicker, helmOrder } from './shots';

interface FixtureRow {
	readonly question: string;
	readonly subject: string;
	readonly choices: readonly string[];
	readonly answer: number;
}
type FixtureSplit = Readonly<Record<string, FixtureRow>>;

const fixture: { readonly dev: FixtureSplit; readonly validation: FixtureSplit; readonly test: FixtureSplit } =
	JSON.parse(readFileSync(path.join(root, 'test', 'fixtures', 'us_foreign_policy.json'), 'utf8'));

function fixtureRow(split: keyof typeof fixture, index: number): Question {
	const row = fixture[split][index];
	return row ? questionOf({ key: `${split}/${index}`, ...row }) : expect.fail(`no ${split}[${index}]`);
}

function checksum(text: string): string {
	const bytes = Buffer.from(text, 'utf8');
	return `${bytes.length} ${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}`;
}

describe('checksums of us_foreign_policy', () => {
	const dev = [0, 1, 2, 3, 4].map(i => fixtureRow('dev', i));
	const pools = new Map<string | null, Pools>([
		['us_foreign_policy', { test: [fixtureRow('test', 0)], validation: [], fewshot: dev }],
	]);

	/** Bytes and SHA-256 with 0, 2 and 5 shots (mmlu-formats, section 0.5). */
	const original = ['425 7c9d0aa3a2955db1', '960 134ba653b631d481', '2004 af03ce5c190b72ad'];
	const helm = ['434 c09f4606ecc0aee1', '1280 7a5458c718d5d41c', '2063 1316ed5f9224b8e9'];
	const harness = ['424 47e2321e4c56ed85', '959 de5f02e4cd6e6e87', '2003 e6b90e05934ee98b'];
	const [letters, bareLetters] = [
		[' A', ' B', ' C', ' D'],
		['A', 'B', 'C', 'D'],
	];
	const texts = fixtureRow('test', 0).choices.map(choice => ` ${choice}`);
	const published: readonly (readonly [preset: string, checksums: readonly string[], scored: readonly string[]])[] = [
		['mmlu/original', original, letters],
		['mmlu/original-hf', original, bareLetters],
		['mmlu/helm', helm, letters],
		['mmlu/harness-2023-06', harness, letters],
		['mmlu/harness-0.4.2', ['423 ef13d19bb84724d7', '958 2d1c4bf465b63b7d', '2002 fbff1e6e6d921dbe'], letters],
		['mmlu/harness', harness, letters],
		['mmlu/harness-continuation', ['148 1efe74fa8989b9bb', '389 f92f22dad46b0ddc', '968 17cdef2d3f35f314'], texts],
		['mmlu/harness-generative', harness, letters],
		[
			'mmlu/harness-flan',
			['426 6873270d008fa9d3', '969 3af8a58a8c5f50f9', '2025 1208f571d79d31f7'],
			[' (A)', ' (B)', ' (C)', ' (D)'],
		],
		['mmlu/lighteval-0.10-original', original, bareLetters],
		['mmlu/lighteval-0.10-leaderboard', harness, letters],
		['mmlu/lighteval-0.10-helm', helm, letters],
		['mmlu/lighteval', ['436 fab95924606fff7d', '1282 f7296b32fa843852', '2065 48b2e789d600af78'], letters],
		['mmlu/lighteval-mcf', ['353 866c43b22b54ef74', '916 5547ee42345bf64f', '2002 75316e3412cafdd2'], letters],
		['mmlu/lighteval-cf', ['79 cf566543442c5f11', '320 3a4b8ecfdbe055c5', '899 7248665023da1494'], texts],
		['mmlu/lighteval-hybrid', ['353 866c43b22b54ef74', '1001 9d8c07ad43724351', '2315 d332df41a8be1283'], texts],
		['mmlu/olmes-mcf', ['438 313c66f11edb85db', '1001 232e99c1bb5972a2', '2087 dde4ba2aa6182c6b'], letters],
		['mmlu/olmes-cf', ['164 c0f643d2f4021fd4', '405 3937d343d9d4d2b8', '984 1f7dc685e3cd779e'], texts],
	];

	it.each(published)('%s with 0, 2 and 5 shots', (preset, checksums, scored) => {
		const question = fixtureRow('test', 0);
		const actual = [0, 2, 5].map(num_fewshot => {
			const format = presetFormat(preset, { num_fewshot });
			const prompt = createRenderer(format, preset).render(question, createShotPicker(format, pools)(question));
			expect(prompt.continuations).toEqual(scored);
			return checksum(promptText(prompt));
		});
		expect(actual).toEqual(checksums);
	});

	it('every preset has its own row here, or one of its own code below', () => {
		const elsewhere = ['mmlu/harness-2023-01', 'mmlu/lighteval-0.12-original', 'mmlu/lighteval-0.12-leaderboard'];
		expect([...published.map(([preset]) => preset), ...elsewhere].sort()).toEqual([...presetNames].sort());
	});

	it.each([
		['mmlu/lighteval-0.12-original', 'mmlu/lighteval-0.10-original'],
		['mmlu/lighteval-0.12-leaderboard', 'mmlu/lighteval-0.10-leaderboard'],
	])('%s is %s with two line ends more after the instruction, where nothing is to be stripped', (now, before) => {
		const question = fixtureRow('test', 0);
		const [joined, plain] = [now, before].map(preset => {
			const format = presetFormat(preset);
			return promptText(createRenderer(format, preset).render(question, createShotPicker(format, pools)(question)));
		});
		expect(joined).toBe(plain?.replace('policy.\n\n', 'policy.\n\n\n\n'));
	});

	it.each([
		[0, '330 d1d32cb44e3b0a77'],
		[2, '1022 2740e2165fdbaa32'],
		[5, '1989 40aa5cfb7e8466cb'],
	])('mmlu/harness-2023-01 with %i shots', (count, expected) => {
		const shots = [3, 9, 5, 10, 8].slice(0, count).map(i => fixtureRow('validation', i));
		const renderer = createRenderer(presetFormat('mmlu/harness-2023-01'), 'harness');
		const question = fixtureRow('test', 42);
		const prompt = renderer.render(question, shots);
		expect(checksum(promptText(prompt))).toBe(expected);
		expect(prompt.continuations).toEqual(question.choices.map(choice => ` ${choice}`));
	});

	it.each([
		[0, [0, 3, 1, 2, 4]],
		[1, [0, 4, 2, 1, 3]],
		[2, [0, 3, 4, 2, 1]],
	])('HELM orders dev by train trial %i', (seed, order) => {
		expect(helmOrder(dev, 5, seed).map(shot => shot.row.index)).toEqual(order);
		expect(helmOrder(dev, 2, seed).map(shot => shot.row.index)).toEqual(order.slice(0, 2));
	});
});

const orders =
	'abstract_algebra 10432; anatomy 01423; astronomy 04213; business_ethics 01423; clinical_knowledge 10342; college_biology 04123; college_chemistry 42130; college_computer_science 14023; college_mathematics 13402; college_medicine 13204; college_physics 02413; computer_security 24031; conceptual_physics 31402; econometrics 41230; electrical_engineering 24301; elementary_mathematics 03412; formal_logic 10432; global_facts 41320; high_school_biology 23140; high_school_chemistry 23401; high_school_computer_science 31024; high_school_european_history 12043; high_school_geography 24130; high_school_government_and_politics 34201; high_school_macroeconomics 43012; high_school_mathematics 10234; high_school_microeconomics 04213; high_school_physics 43210; high_school_psychology 03214; high_school_statistics 34210; high_school_us_history 04321; high_school_world_history 31420; human_aging 14023; human_sexuality 40123; international_law 13024; jurisprudence 03214; logical_fallacies 02341; machine_learning 24013; management 01423; marketing 41320; medical_genetics 10342; miscellaneous 12403; moral_disputes 13042; moral_scenarios 02431; nutrition 12034; philosophy 41032; prehistory 23104; professional_accounting 31240; professional_law 41203; professional_medicine 23014; professional_psychology 32410; public_relations 13240; security_studies 13240; sociology 10342; us_foreign_policy 03124; virology 12034; world_religions 43021';

interface GoldenPrompt {
	readonly preset: string;
	readonly subject: string;
	readonly num_fewshot: number;
	readonly test_index: number;
	readonly seed?: number;
	readonly prompt: string;
}

describe.skipIf(!hasShared('data', 'mmlu') || !hasShared('golden', 'prompts.json'))('all of MMLU', () => {
	let pools: ReadonlyMap<string | null, Pools>;
	const poolOf = (subject: string) => pools.get(subject) ?? expect.fail(`no subject ${subject}`);
	const at = (questions: readonly Question[], index: number) => questions[index] ?? expect.fail(`no row ${index}`);
	const byPlace = (subject: string, split: keyof Pools) => {
		const places = new Map(poolOf(subject)[split].map((question, i) => [question.key, i]));
		return (question: Question) => places.get(question.key);
	};

	beforeAll(async () => {
		const formats = [presetFormat('mmlu/original'), presetFormat('mmlu/harness-2023-01')];
		const dataset = await loadDataset(resolvedEvaluation('mmlu', { formats }), { folder: path.join(shared, 'data') });
		({ pools } = dataset);
		expect(dataset.files.map(file => file.rows)).toEqual([14042, 285, 1531]);
		expect(dataset.examples).toHaveLength(14042);
	}, 60_000);

	it('has the rows of the fixture', () => {
		for (const [split, pool] of [
			['dev', 'fewshot'],
			['validation', 'validation'],
			['test', 'test'],
		] as const) {
			for (const [index, row] of Object.entries(fixture[split])) {
				expect(at(poolOf('us_foreign_policy')[pool], Number(index))).toMatchObject(row);
			}
		}
	});

	it('is ordered by HELM as recorded, seed 0, all 57 subjects', () => {
		const actual = [...pools].map(([subject, { fewshot }]) => {
			const place = byPlace(subject ?? '', 'fewshot');
			return `${subject} ${helmOrder(fewshot, 5, 0).map(place).join('')}`;
		});
		expect(actual.sort()).toEqual(orders.split('; '));
	});

	it('gives the harness of January 2023 its shots, question by question', () => {
		const place = byPlace('us_foreign_policy', 'validation');
		const shotsOf = (num_fewshot: number) => {
			const format = presetFormat('mmlu/harness-2023-01', { num_fewshot });
			const picker = createShotPicker(format, pools);
			return (test: number) => picker(at(poolOf('us_foreign_policy').test, test)).map(place);
		};
		expect([42, 41, 91].map(shotsOf(2))).toEqual([
			[3, 9],
			[3, 7],
			[10, 7],
		]);
		expect([42, 41, 91].map(shotsOf(5))).toEqual([
			[3, 9, 5, 10, 8],
			[6, 7, 2, 4, 1],
			[8, 10, 4, 6, 9],
		]);
		expect(shotsOf(0)(42)).toEqual([]);
	});

	/**
	 * The golden prompts of nutrition 253 show row 2, which asks with the same words ("Which of the following statements is
	 * correct?") between other choices; only those of the 2023 harness show row 253 itself.
	 */
	const shownRow = (preset: string, subject: string, row: number) =>
		preset !== 'mmlu/harness-2023-01' && subject === 'nutrition' && row === 253 ? 2 : row;

	const goldenPrompts = (): GoldenPrompt[] =>
		JSON.parse(readFileSync(path.join(shared, 'golden', 'prompts.json'), 'utf8'));
	it('has golden prompts of every preset but the port, whose prompts are those of the original', () => {
		const names = new Set(goldenPrompts().map(row => row.preset));
		expect([...names, 'mmlu/original-hf'].sort()).toEqual([...presetNames].sort());
	});

	it.each(presetNames.filter(name => name !== 'mmlu/original-hf'))('renders %s as its own code did', preset => {
		const rows = goldenPrompts().filter(row => row.preset === preset);
		expect(rows).toHaveLength(preset === 'mmlu/helm' ? 108 : 36);
		for (const { subject, num_fewshot, test_index, seed = 0, prompt } of rows) {
			const format = presetFormat(preset, { num_fewshot, seed });
			const question = at(poolOf(subject).test, shownRow(preset, subject, test_index));
			const rendered = createRenderer(format, preset).render(question, createShotPicker(format, pools)(question));
			expect(promptText(rendered)).toBe(prompt);
		}
	});

	it('keeps every text of every prompt as it stands', { timeout: 60_000 }, () => {
		const format = presetFormat('mmlu/original', { num_fewshot: 0 });
		const renderer = createRenderer(format, 'original');
		for (const { test } of pools.values()) {
			for (const question of test) {
				const text = promptText(renderer.render(question, []));
				const subject = question.subject?.replaceAll('_', ' ');
				const lines = question.choices.map((choice, i) => `\n${'ABCD'[i]}. ${choice}`).join('');
				expect(text).toBe(
					`The following are multiple choice questions (with answers) about  ${subject}.\n\n${question.question}${lines}\nAnswer:`,
				);
			}
		}
	});

	describe('traps of the data', () => {
		const promptOf = (preset: string, subject: string, test: number, num_fewshot = 0) => {
			const format = presetFormat(preset, { num_fewshot });
			const question = at(poolOf(subject).test, test);
			return createRenderer(format, preset).render(question, createShotPicker(format, pools)(question));
		};

		it('sociology 69 keeps its U+0085', () => {
			expect(at(poolOf('sociology').test, 69).question.endsWith('\u0085')).toBe(true);
			expect(promptText(promptOf('mmlu/original', 'sociology', 69))).toContain('\u0085\nA. ');
		});

		it.each([
			['mmlu/harness-2023-06', false],
			['mmlu/harness', false],
			['mmlu/harness-continuation', false],
			['mmlu/harness-flan', false],
			['mmlu/lighteval-mcf', false],
			['mmlu/olmes-cf', false],
			['mmlu/lighteval-0.10-leaderboard', true],
			['mmlu/lighteval-0.12-original', true],
			['mmlu/lighteval', true],
		])('%s: the U+0085 of sociology 69 stays: %s', (preset, stays) => {
			expect(promptText(promptOf(preset, 'sociology', 69)).includes('\u0085')).toBe(stays);
		});

		it('lighteval’s templates begin choices with a capital, which may be two', () => {
			const { choices } = at(poolOf('nutrition').test, 2);
			expect(choices.some(choice => choice.startsWith('ß'))).toBe(true);
			const { continuations } = promptOf('mmlu/lighteval-cf', 'nutrition', 2);
			expect(continuations.some(text => text.startsWith(' SS'))).toBe(true);
			const changed = [...pools.values()]
				.flatMap(({ test }) => test)
				.filter(row => {
					const shown = createRenderer(presetFormat('mmlu/lighteval-cf'), 'cf').render(row, []).continuations;
					return shown.some((text, i) => text !== ` ${row.choices[i]}`);
				});
			expect(changed).toHaveLength(4707);
		});

		it('an item of lighteval 0.12 loses what stands before its question', () => {
			const row = [...pools.values()].flatMap(({ test }) => test).find(({ question }) => /^\s/.test(question));
			const text = (preset: string) => row && promptText(createRenderer(presetFormat(preset), preset).render(row, []));
			const [before, now] = [text('mmlu/lighteval-0.10-leaderboard'), text('mmlu/lighteval-0.12-leaderboard')];
			expect(before).toMatch(/\.\n\n\s+\S/);
			expect(now).toBe(before?.replace(/\.\n\n\s+/, '.\n\n\n\n'));
		});

		it('CR LF stays CR LF, in the four rows that have it', () => {
			const withCr = [...pools].flatMap(([subject, splits]) =>
				(['test', 'validation', 'fewshot'] as const).flatMap(split =>
					splits[split].flatMap((row, i) => (row.question.includes('\r\n') ? [`${subject} ${split} ${i}`] : [])),
				),
			);
			expect(withCr.sort()).toEqual([
				'college_mathematics fewshot 2',
				'college_mathematics validation 3',
				'college_physics validation 10',
				'college_physics validation 8',
			]);
			expect(promptText(promptOf('mmlu/original', 'college_mathematics', 0, 3))).toContain('\r\n');
			expect(promptText(promptOf('mmlu/original', 'college_mathematics', 0, 2))).not.toContain('\r');
		});

		it('the choice None stays None', () => {
			expect(promptText(promptOf('mmlu/original', 'college_physics', 60))).toMatch(/\n[A-D]\. None\n/);
		});

		it('a shot with equal choices shows the first letter in HELM and its own elsewhere', () => {
			const twin = at(poolOf('high_school_macroeconomics').test, 183);
			expect([twin.choices[0], twin.answer]).toEqual([twin.choices[3], 3]);
			const shotOf = (preset: string) => {
				const question = at(poolOf('high_school_macroeconomics').test, 0);
				return createRenderer(presetFormat(preset), preset).render(question, [twin]).segments[1]?.text;
			};
			expect(shotOf('mmlu/helm')).toMatch(/\nAnswer: A\n\n$/);
			expect(shotOf('mmlu/original')).toMatch(/\nAnswer: D\n\n$/);
		});

		it('nine test rows have equal choices', () => {
			const twins = [...pools].flatMap(([subject, { test }]) =>
				test.flatMap((row, i) => (new Set(row.choices).size < 4 ? [`${subject} ${i}`] : [])),
			);
			expect(twins.sort()).toEqual([
				'business_ethics 2',
				'electrical_engineering 21',
				'elementary_mathematics 113',
				'high_school_chemistry 140',
				'high_school_macroeconomics 183',
				'high_school_physics 99',
				'international_law 51',
				'public_relations 85',
				'sociology 197',
			]);
		});

		it('white space around questions and choices stays', () => {
			const questions = [...pools.values()].flatMap(({ test }) => test);
			const choices = questions.flatMap(row => row.choices);
			expect(questions.filter(row => /^[\s\x85]|[\s\x85]$/.test(row.question))).toHaveLength(963);
			expect(choices.filter(choice => /^\s/.test(choice))).toHaveLength(3);
		});
	});
});
