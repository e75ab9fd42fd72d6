/** Quantiles .975 and .8 of the standard normal distribution: a two-sided level of 5 %, a power of 80 %. */
export const z975 = 1.959963984540054;
export const z80 = 0.8416212335729143;

/** ln Γ(x) for x > 0: Stirling's series (DLMF 5.11.1), after moving x to where six terms give full precision. */
function lnGamma(x: number): number {
	let moved = 0;
	let y = x;
	for (; y < 15; y++) {
		moved += Math.log(y);
	}
	const r = 1 / (y * y);
	const tail = (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r * (1 / 1680 - r * (1 / 1188 - (r * 691) / 360360))))) / y;
	return (y - 0.5) * Math.log(y) - y + 0.5 * Math.log(2 * Math.PI) + tail - moved;
}

/** ln of the binomial coefficient C(n, k). */
export function lnChoose(n: number, k: number): number {
	return lnGamma(n + 1) - lnGamma(k + 1) - lnGamma(n - k + 1);
}

/** P(|Z| ≥ |z|) of the standard normal distribution. */
export function normalTwoSided(z: number): number {
	return gammaQ(0.5, (z * z) / 2);
}

/** P(|T| ≥ |t|) of Student's t with `df` degrees of freedom (DLMF 8.17 with x = df / (df + t²)). */
export function studentTwoSided(t: number, df: number): number {
	return betaI(df / (df + t * t), df / 2, 0.5);
}

/** P(X ≥ x) of χ² with `df` degrees of freedom. */
export function chiSquareUpper(x: number, df: number): number {
	return gammaQ(df / 2, x / 2);
}

/** The x at which I_x(a, b) = p: bisection, because I rises in x and 60 halvings use up a double. */
export function betaQuantile(p: number, a: number, b: number): number {
	let low = 0;
	let high = 1;
	for (let i = 0; i < 60; i++) {
		const middle = (low + high) / 2;
		if (betaI(middle, a, b) < p) {
			low = middle;
		} else {
			high = middle;
		}
	}
	return (low + high) / 2;
}

/** Regularised upper incomplete gamma function Q(a, x): power series (DLMF 8.7.1), or continued fraction (8.9.2). */
function gammaQ(a: number, x: number): number {
	if (Number.isNaN(x) || x <= 0) {
		return x <= 0 ? 1 : Number.NaN;
	}
	const front = Math.exp(a * Math.log(x) - x - lnGamma(a));
	if (x < a + 1) {
		let term = 1 / a;
		let sum = term;
		for (let i = 1; term > sum * precision; i++) {
			term *= x / (a + i);
			sum += term;
		}
		return 1 - front * sum;
	}
	return (
		front *
		continuedFraction(
			i => (i === 1 ? 1 : (i - 1) * (a - i + 1)),
			i => x - a + 2 * i - 1,
		)
	);
}

/** Regularised incomplete beta function I_x(a, b): continued fraction (DLMF 8.17.22), mirrored where that is slow. */
function betaI(x: number, a: number, b: number): number {
	if (x <= 0 || x >= 1) {
		return x <= 0 ? 0 : 1;
	}
	if (x > (a + 1) / (a + b + 2)) {
		return 1 - betaI(1 - x, b, a);
	}
	const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) + lnGamma(a + b) - lnGamma(a) - lnGamma(b)) / a;
	const numerator = (i: number) => {
		if (i === 1) {
			return 1;
		}
		const m = Math.floor((i - 1) / 2);
		return i % 2 === 0
			? (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
			: (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
	};
	return front * continuedFraction(numerator, () => 1);
}

const precision = 1e-15;
/** Stands where a denominator is zero. */
const tiny = 1e-300;

/** a₁/(b₁ + a₂/(b₂ + …)) by Lentz's method, as modified by Thompson and Barnett (1986). */
function continuedFraction(a: (i: number) => number, b: (i: number) => number): number {
	let value = tiny;
	let c = value;
	let d = 0;
	for (let i = 1; i < 100_000; i++) {
		d = 1 / (b(i) + a(i) * d || tiny);
		c = b(i) + a(i) / c || tiny;
		value *= c * d;
		if (Math.abs(c * d - 1) < precision) {
			break;
		}
	}
	return value;
}
