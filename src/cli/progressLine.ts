import { messageText } from '../protocol/messages';
import type { RunProgress } from '../run/progress';
import { type Output, printable } from './terminal';

/** Between two lines where the output is a file, in milliseconds. */
const fileInterval = 5000;
const terminalInterval = 100;

/** Shows progress on stderr: one line that is rewritten on a terminal, a line now and then in a file. */
export function progressLine(stderr: Output) {
	const interval = stderr.isTTY ? terminalInterval : fileInterval;
	let last = Number.NEGATIVE_INFINITY;
	let lastPhase = '';
	let width = 0;
	return {
		show(progress: RunProgress): void {
			const phase = `${progress.phase} ${progress.model} ${progress.variant}`;
			const now = Date.now();
			const finished = progress.total > 0 && progress.done === progress.total;
			if (phase === lastPhase && now - last < interval && !finished) {
				return;
			}
			last = now;
			lastPhase = phase;
			const text = printable(progressText(progress));
			if (stderr.isTTY) {
				const cut = text.slice(0, Math.max(20, (stderr.columns ?? 80) - 1));
				stderr.write(`\r${cut}${' '.repeat(Math.max(0, width - cut.length))}`);
				width = cut.length;
			} else {
				stderr.write(`${text}\n`);
			}
		},
		/** Says something that stays. */
		note(text: string): void {
			this.end();
			stderr.write(`${printable(text)}\n`);
		},
		/** Leaves the terminal on a line of its own. */
		end(): void {
			if (stderr.isTTY && width > 0) {
				stderr.write('\n');
				width = 0;
			}
		},
	};
}

function progressText(progress: RunProgress): string {
	switch (progress.phase) {
		case 'loading':
			return progress.model === null ? 'Loading the evaluation and its data…' : `Loading ${progress.model}…`;
		case 'downloading':
			return `Downloading ${megabytes(progress.bytes?.received)} of ${megabytes(progress.bytes?.total)} MB…`;
		case 'planning':
			return progress.planned === undefined
				? 'Rendering the prompts…'
				: `Planning ${progress.planned} / ${progress.total} · ${progress.model}`;
		case 'launching': {
			const { state, detail } = progress.job ?? { state: 'queued', detail: null };
			return `Starting a server for ${progress.model}: ${state}${detail ? ` · ${messageText(detail)}` : ''}`;
		}
		case 'writing':
			return 'Writing samples.parquet…';
		case 'scoring': {
			const share = `${progress.done} / ${progress.total}`;
			const left = progress.secondsLeft === null ? '' : ` · ${duration(progress.secondsLeft)} left`;
			const silent =
				progress.silentFor === undefined ? '' : ` · nothing heard of the engine for ${progress.silentFor} s`;
			const variant = progress.variant === null ? '' : ` · ${progress.variant}`;
			const on = progress.device ? ` on ${progress.device.chosen}` : '';
			return `Scoring ${share}${left}${silent} · ${progress.model}${on}${variant}`;
		}
	}
}

function megabytes(bytes = 0): string {
	return (bytes / 1e6).toFixed(1);
}

export function duration(seconds: number): string {
	const whole = Math.ceil(seconds);
	if (whole < 60) {
		return `${whole} s`;
	}
	const minutes = Math.floor(whole / 60);
	return minutes < 60 ? `${minutes} min ${whole % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
