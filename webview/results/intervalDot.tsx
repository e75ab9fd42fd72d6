import type { Interval, Result } from '../../src/protocol/results';
import './intervalDot.css';

const WIDTH = 140;
const HEIGHT = 18;
const MARGIN = 5;

/** The range of accuracies that holds every interval of a table, and chance. */
export function intervalScale(results: readonly Result[], chance: number): readonly [number, number] {
	const ends = results.flatMap(r => r.ci95 ?? []);
	const low = Math.min(chance, ...ends);
	const high = Math.max(chance, ...ends);
	return high > low ? [low, high] : [0, 1];
}

interface IntervalDotProps {
	readonly accuracy: number;
	readonly interval: Interval;
	readonly chance: number;
	readonly scale: readonly [number, number];
}

/** An accuracy as a dot on its interval, with chance as a dotted line. The numbers stand beside it. */
export function IntervalDot({ accuracy, interval, chance, scale: [low, high] }: IntervalDotProps) {
	const x = (value: number) => MARGIN + ((value - low) / (high - low)) * (WIDTH - 2 * MARGIN);
	const y = HEIGHT / 2;
	return (
		<svg class="interval-dot" width={WIDTH} height={HEIGHT} aria-hidden="true">
			<line class="chance" x1={x(chance)} x2={x(chance)} y1={0} y2={HEIGHT} />
			<line class="span" x1={x(interval[0])} x2={x(interval[1])} y1={y} y2={y} />
			<circle class="dot" cx={x(accuracy)} cy={y} r={4} />
		</svg>
	);
}
