import type { StepTime } from '../engine/planning/costModel';
import { CostFit, noWork, plusStep, type Work } from '../engine/planning/costModel';
import type { JobStatus } from '../launch/contract';
import type { RunProgress } from './progress';

/** Tells how far a run is, and estimates the rest. */
export interface Tracker {
	readonly done: number;
	phase(phase: RunProgress['phase'], model: string | null): void;
	/** How many samples of the model are planned so far. */
	readonly asked: (count: number) => void;
	/** The work that is left of the model's plan, and how many samples. */
	plan(work: Work, samples: number): void;
	/** How far the server of a model is that is being started. */
	launch(model: string, status: JobStatus): void;
	/** From now on computed there. */
	on(device: RunProgress['device']): void;
	step(step: StepTime): void;
	/** One sample more is recorded. @returns Whether it is time to write down how far the run is. */
	sample(model: string, variant: string): boolean;
	/** So many samples are not recorded after all. */
	lost(count: number): void;
	/** The engine has said nothing for so many seconds; null: it speaks again. */
	readonly silence: (seconds: number | null) => void;
}

export interface TrackedRun {
	readonly total: number;
	/** Samples that earlier sittings recorded. */
	readonly before: number;
	readonly onProgress: (progress: RunProgress) => void;
}

/** Between two writes of run.json and two syncs of the samples, in milliseconds. */
const recordEvery = 2000;

/** Between two news of work that goes by the thousand a second, in milliseconds. */
const tellEvery = 100;

export function trackRun({ total, before, onProgress }: TrackedRun): Tracker {
	const fit = new CostFit();
	let now: Pick<RunProgress, 'phase' | 'model' | 'variant'> = { phase: 'loading', model: null, variant: null };
	let done = before;
	let work: Work = noWork;
	let samplesAhead = 0;
	let silentFor: number | null = null;
	let device: RunProgress['device'];
	let planned: number | null = null;
	let launching: RunProgress['job'];
	let lastTold = 0;
	let lastRecorded = Date.now();

	const secondsLeft = () => {
		const own = now.phase === 'scoring' ? fit.estimate(work) : null;
		// Models that come later are taken to need as long for a sample as this one, while it has any.
		const others = Math.max(0, total - done - samplesAhead);
		if (own === null || (others > 0 && samplesAhead === 0)) {
			return null;
		}
		return others > 0 ? own + (own / samplesAhead) * others : own;
	};
	const tell = () => {
		lastTold = Date.now();
		onProgress({
			...now,
			done,
			total,
			secondsLeft: secondsLeft(),
			...(device === undefined ? {} : { device }),
			...(now.phase === 'launching' && launching ? { job: launching } : {}),
			...(silentFor === null ? {} : { silentFor }),
			...(planned === null ? {} : { planned }),
		});
	};
	return {
		get done() {
			return done;
		},
		phase(phase, model) {
			now = { phase, model, variant: null };
			planned = null;
			device = phase === 'loading' || phase === 'planning' ? undefined : device;
			tell();
		},
		launch(model, { state, detail }) {
			now = { phase: 'launching', model, variant: null };
			launching = { state, detail };
			tell();
		},
		on(chosen) {
			device = chosen;
		},
		asked(count) {
			planned = count;
			if (Date.now() - lastTold >= tellEvery) {
				tell();
			}
		},
		plan(left, samples) {
			planned = null;
			work = left;
			samplesAhead = samples;
		},
		step(step) {
			fit.add(step);
			work = plusStep(work, step, -1);
		},
		sample(model, variant) {
			done++;
			samplesAhead = Math.max(0, samplesAhead - 1);
			now = { ...now, model, variant };
			tell();
			if (Date.now() - lastRecorded < recordEvery) {
				return false;
			}
			lastRecorded = Date.now();
			return true;
		},
		lost(count) {
			done -= count;
		},
		silence(seconds) {
			silentFor = seconds;
			tell();
		},
	};
}
