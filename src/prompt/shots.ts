import type { Format } from '../config/format';
import type { LoadedDataset, Pools } from '../data/dataset';
import { PythonRandom } from '../data/mersenneTwister';
import type { Question } from '../data/row';
import { inputFailure } from '../protocol/failure';
import { compareCodePoints } from './codePoints';

/** The shots of a question, in the order in which the prompt shows them. */
export type ShotPicker = (question: Question) => readonly Question[];

const noPools: Pools = { test: [], validation: [], fewshot: [] };

/**
 * Chooses shots as the format says, from rows of the question's subject. Orders are computed once for each subject, on its
 * whole splits. A question is never its own shot.
 *
 * @returns A picker that throws a Failure where the pool has too few rows.
 */
export function createShotPicker(format: Format, pools: LoadedDataset['pools']): ShotPicker {
	if (format.num_fewshot === 0) {
		return () => [];
	}
	const bySubject = new Map<string | null, ShotPicker>();
	return question => {
		const { subject } = question;
		let picker = bySubject.get(subject);
		if (!picker) {
			picker = pickerOf(format, subject, pools.get(subject) ?? noPools);
			bySubject.set(subject, picker);
		}
		return picker(question);
	};
}

function pickerOf(format: Format, subject: string | null, pools: Pools): ShotPicker {
	const { num_fewshot: count, shots } = format;
	const pool = pools[shots.split];
	switch (shots.order) {
		case 'file':
			return question => firstOthers(pool, question, format, subject);
		case 'helm': {
			// One more, lest a pool that holds the question itself runs short.
			const order = helmOrder(pool, count + 1, format.seed);
			return question => firstOthers(order, question, format, subject);
		}
		case 'harness-2023-01':
			return harnessPicker(pools, format, subject);
	}
}

function firstOthers(order: readonly Question[], question: Question, format: Format, subject: string | null) {
	const { num_fewshot: count } = format;
	const picked: Question[] = [];
	for (const other of order) {
		if (picked.length === count) {
			break;
		}
		if (other.key !== question.key) {
			picked.push(other);
		}
	}
	if (picked.length < count) {
		throw tooFew(format, subject, count, picked.length);
	}
	return picked;
}

/**
 * HELM's choice (mmlu-formats section 2.2): groups of rows with the same right text, the largest first and those of one size
 * shuffled, are visited in turn, and each time a random row is taken out. The first k of a longer order are the order of k.
 */
export function helmOrder(pool: readonly Question[], count: number, seed: number): readonly Question[] {
	const random = new PythonRandom(seed);
	const groups = new Map<string, Question[]>();
	for (const question of pool) {
		const text = question.choices[question.answer ?? -1] ?? '';
		const group = groups.get(text) ?? [];
		groups.set(text, group);
		group.push(question);
	}
	const bySize = new Map<number, Question[][]>();
	for (const text of [...groups.keys()].sort(compareCodePoints)) {
		const group = groups.get(text) ?? [];
		const bucket = bySize.get(group.length) ?? [];
		bySize.set(group.length, bucket);
		bucket.push(group);
	}
	const turns: Question[][] = [];
	for (const size of [...bySize.keys()].sort((a, b) => b - a)) {
		const bucket = bySize.get(size) ?? [];
		random.shuffle(bucket);
		turns.push(...bucket);
	}
	const order: Question[] = [];
	const wanted = Math.min(count, pool.length);
	while (order.length < wanted) {
		for (const group of turns) {
			if (group.length > 0 && order.length < wanted) {
				order.push(...group.splice(random.below(group.length), 1));
			}
		}
	}
	return order;
}

/**
 * The EleutherAI harness of January 2023 (mmlu-formats section 3): one stream for a subject shuffles its test rows, then
 * draws k + 1 shots for each of them in that order; rows equal to the question are dropped and the first k kept.
 */
function harnessPicker(pools: Pools, format: Format, subject: string | null): ShotPicker {
	const { num_fewshot: count, shots } = format;
	const pool = pools[shots.split];
	if (pool.length < count + 1) {
		throw tooFew(format, subject, count + 1, pool.length);
	}
	const random = new PythonRandom(42);
	const order = [...pools.test];
	random.shuffle(order);
	const picked = new Map(
		order.map(question => {
			const drawn = random.sample(pool, count + 1);
			return [question.key, drawn.filter(shot => !sameContent(shot, question)).slice(0, count)];
		}),
	);
	return question => {
		const own = picked.get(question.key);
		if (!own) {
			throw new Error(`${question.key} is not in the test pool of its subject`);
		}
		return own;
	};
}

/** What the harness made of a row: question, choices and gold. */
function sameContent(a: Question, b: Question): boolean {
	return (
		a.question === b.question &&
		a.answer === b.answer &&
		a.choices.length === b.choices.length &&
		a.choices.every((choice, i) => choice === b.choices[i])
	);
}

function tooFew(format: Format, subject: string | null, needed: number, present: number) {
	const params = { count: format.num_fewshot, needed, present, split: `${format.shots.split}_split` };
	return subject === null
		? inputFailure('prompt.too-few-shots', params)
		: inputFailure('prompt.too-few-shots-of-subject', { ...params, subject });
}
