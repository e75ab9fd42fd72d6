import { mean } from './mean';

/** Items of one group, such as a subject. */
export interface Group {
	readonly right: number;
	readonly n: number;
}

/** Accuracy over groups by the two ways in use, with the standard errors that belong to them. */
export interface Aggregate {
	/** Mean over items. */
	readonly micro: number;
	/** Mean over groups. */
	readonly macro: number;
	/** √(p(1 − p)/(n − 1)) of each group, in the order given. */
	readonly groupSe: readonly number[];
	/** As lm-evaluation-harness 0.4 pools the errors of groups into one of the micro mean. */
	readonly lmEvalPooledSe: number;
	readonly macroSe: number;
}

/** NaN where there are no groups; a group of one item has no standard error. */
export function aggregate(groups: readonly Group[]): Aggregate {
	const n = groups.reduce((total, group) => total + group.n, 0);
	const shares = groups.map(group => group.right / group.n);
	const groupSe = groups.map((group, i) => Math.sqrt(((shares[i] ?? 0) * (1 - (shares[i] ?? 0))) / (group.n - 1)));
	const pooled = groups.reduce((total, group, i) => total + (group.n - 1) * (groupSe[i] ?? 0) ** 2 * group.n, 0);
	return {
		micro: groups.reduce((total, group) => total + group.right, 0) / n,
		macro: mean(shares),
		groupSe,
		lmEvalPooledSe: Math.sqrt(pooled / (n - groups.length) / n),
		macroSe: Math.sqrt(groupSe.reduce((total, se) => total + se ** 2, 0)) / groups.length,
	};
}
