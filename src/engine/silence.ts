import type { Disposable } from '../protocol/event';
import { runFailure } from '../protocol/failure';
import type { EngineProcess } from './engineProcess';

/** From when on silence is told, and when it ends the engine, in seconds. One forward takes a few seconds at most. */
const toldAfter = 20;
const hungAfter = 15 * 60;

const second = 1000;

/**
 * Watches that the engine process is heard of: while it computes it is deaf and dumb, so it is its beginnings and its
 * answers that count. Seconds are counted by this process's own timer, so that a computer that slept is not taken for an
 * engine that hangs. One that has hung for long is ended: the run can be continued.
 */
export function watchSilence(
	engine: Pick<EngineProcess, 'onHeard' | 'kill'>,
	isAsked: () => boolean,
	onSilence: (seconds: number | null) => void = () => {},
): Disposable {
	let silent = 0;
	const heard = engine.onHeard(() => {
		if (silent >= toldAfter) {
			onSilence(null);
		}
		silent = 0;
	});
	const timer = setInterval(() => {
		if (!isAsked()) {
			// Nobody waits for it: whoever reads its answers is slow.
			silent = 0;
			return;
		}
		silent++;
		if (silent >= hungAfter) {
			engine.kill(runFailure('engine.hung', { minutes: Math.round(hungAfter / 60) }));
		} else if (silent >= toldAfter) {
			onSilence(silent);
		}
	}, second);
	timer.unref();
	return {
		dispose() {
			clearInterval(timer);
			heard.dispose();
		},
	};
}
