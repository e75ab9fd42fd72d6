/** Standard errors of one mean, by what is assumed of the items. */
export interface MeanSe {
	readonly mean: number;
	/** Independent items. */
	readonly seClt: number;
	/** Independent items that are 0 or 1. */
	readonly seBernoulli: number;
	/** Items of a cluster depend on each other (Liang and Zeger 1986); few clusters make it too small. */
	readonly seClusterCR0: number;
	/** CR0 times √(G / (G − 1)) for G clusters. */
	readonly seClusterCR1: number;
	/** seClt² plus the cross terms within clusters (Miller 2024, arXiv 2411.00640). */
	readonly seMiller: number;
}

/**
 * Mean and standard errors of scores. NaN where there are too few items or clusters.
 * @param clusters For each item the cluster that it belongs to; absent: each item is its own.
 */
export function meanSe(x: readonly number[], clusters: readonly unknown[] = x.map((_, i) => i)): MeanSe {
	const n = x.length;
	const mean = x.reduce((sum, value) => sum + value, 0) / n;
	const sums = new Map<unknown, { residual: number; squares: number }>();
	let squares = 0;
	x.forEach((value, i) => {
		const residual = value - mean;
		const cluster = sums.get(clusters[i]) ?? { residual: 0, squares: 0 };
		cluster.residual += residual;
		cluster.squares += residual * residual;
		sums.set(clusters[i], cluster);
		squares += residual * residual;
	});
	let between = 0;
	let cross = 0;
	for (const cluster of sums.values()) {
		between += cluster.residual ** 2;
		cross += cluster.residual ** 2 - cluster.squares;
	}
	const varianceClt = squares / (n - 1) / n;
	const seClusterCR0 = Math.sqrt(between) / n;
	return {
		mean,
		seClt: Math.sqrt(varianceClt),
		seBernoulli: Math.sqrt((mean * (1 - mean)) / n),
		seClusterCR0,
		seClusterCR1: seClusterCR0 * Math.sqrt(sums.size / (sums.size - 1)),
		seMiller: Math.sqrt(varianceClt + cross / n ** 2),
	};
}
