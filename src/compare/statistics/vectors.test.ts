import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { aggregate, type Group } from './aggregate';
import { choiceStats, logSoftmax } from './choices';
import { cochranQ } from './cochranQ';
import { clopperPearson95, wilson95 } from './intervals';
import { mcnemar } from './mcnemar';
import { benjaminiHochberg, holm } from './multiplicity';
import { pairedDiff } from './pairedDiff';
import { type DifferenceVariance, mde, mdeMcNemar, nForMde, nMcNemar } from './power';
import { recallSpread } from './recall';
import { meanSe } from './standardError';

interface Vector {
	readonly fn: string;
	readonly in: Readonly<Record<string, unknown>>;
	readonly out: unknown;
}

const file = new URL('../../../test/fixtures/statistics-vectors.json', import.meta.url);
// The fixture is a fact of this repository, so its shape is known.
const vectors = JSON.parse(readFileSync(file, 'utf8')) as readonly Vector[];

/** Named arguments of a vector, typed by the function that takes them. */
type Call = (named: never) => unknown;

const covered: Readonly<Record<string, Call>> = {
	meanSe: ({ x, clusters }: { x: number[]; clusters: number[] }) => meanSe(x, clusters),
	pairedDiff: ({ a, b, clusters }: { a: number[]; b: number[]; clusters: number[] }) => pairedDiff(a, b, clusters),
	wilson95: ({ k, n }: { k: number; n: number }) => wilson95(k, n),
	clopperPearson95: ({ k, n }: { k: number; n: number }) => clopperPearson95(k, n),
	mcnemar: ({ b, c }: { b: number; c: number }) => mcnemar(b, c),
	cochranQ: ({ rows }: { rows: number[][] }) => cochranQ(rows),
	nForMde: ({ delta, ...variance }: { delta: number } & DifferenceVariance) => nForMde(delta, variance),
	mde: ({ n, ...variance }: { n: number } & DifferenceVariance) => mde(n, variance),
	nMcNemar: ({ p10, p01 }: { p10: number; p01: number }) => nMcNemar(p10, p01),
	mdeMcNemar: ({ n, psi }: { n: number; psi: number }) => mdeMcNemar(n, psi),
	bh: ({ p }: { p: number[] }) => benjaminiHochberg(p),
	holm: ({ p }: { p: number[] }) => holm(p),
	choiceStats: ({ ll, gold }: { ll: number[]; gold: number }) => choiceStats(ll, gold),
	logSoftmax: ({ x }: { x: number[] }) => logSoftmax(x),
	rstd: ({ gold, pred, k }: { gold: number[]; pred: number[]; k: number }) => recallSpread(gold, pred, k),
	aggregate: ({ groups }: { groups: Record<string, [number, number]> }) =>
		aggregate(Object.values(groups).map(([right, n]): Group => ({ right, n }))),
};

/** Functions that come with the feature which needs them. A name leaves this list when its function is written. */
const later = new Set([
	'adaptiveEce',
	'bootstrapMeanCI',
	'clozeNorms',
	'clusterBootstrapCI',
	'cyclicContentProbs',
	'designEffect',
	'ece',
	'factorialMain',
	'firstIn',
	'irt2plProbs',
	'itemShapley2',
	'kendallTauB',
	'kendallW',
	'lastIn',
	'mizrahi',
	'mulberry32',
	'pIrt',
	'ppa',
	'prideDebias',
	'pridePrior',
	'promptEvalScores',
	'raschRidge',
	'scaleSlope',
	'scaleSlopeLoss',
	'shapley',
	'shapleyInteraction',
	'signFlipExact',
	'temperatureScale',
	'thetaMle2pl',
	'trieNodes',
]);

describe('published vectors', () => {
	it('names every function of the file as covered or as coming later, and none twice', () => {
		const names = [...new Set(vectors.map(vector => vector.fn))].sort();
		expect([...Object.keys(covered), ...later].sort()).toEqual(names);
	});

	const cases = vectors.filter(vector => !later.has(vector.fn));

	it('covers 40 of the 72 vectors', () => {
		expect([cases.length, vectors.length]).toEqual([40, 72]);
	});

	it.each(cases.map((vector, i) => [`${vector.fn} ${i}`, vector] as const))('%s', (_name, vector) => {
		const call = covered[vector.fn];
		if (!call) {
			throw new Error(`no function for ${vector.fn}`);
		}
		// Each entry of `covered` states the arguments that the vectors of its name carry.
		expectNear(call(vector.in as never), vector.out, vector.fn);
	});
});

/** Every number of `expected` within 1e-9 relative (absolute below 1), every member of it present. */
function expectNear(actual: unknown, expected: unknown, where: string): void {
	if (typeof expected === 'number') {
		if (typeof actual !== 'number') {
			throw new Error(`${where} is ${String(actual)}, not a number`);
		}
		expect(Math.abs(actual - expected), where).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(expected)));
	} else if (typeof expected === 'object' && expected !== null) {
		for (const [name, value] of Object.entries(expected)) {
			expectNear(Reflect.get(Object(actual), name), value, `${where}.${name}`);
		}
	} else {
		expect(actual, where).toBe(expected);
	}
}
