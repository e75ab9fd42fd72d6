import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EventSource } from '../protocol/event';
import { Failure } from '../protocol/failure';
import { watchSilence } from './silence';

const second = 1000;

beforeEach(() => {
	vi.useFakeTimers();
});
afterEach(() => {
	vi.useRealTimers();
});

/** An engine that says what a test has it say. */
function watched(isAsked = () => true) {
	const heard = new EventSource<unknown>();
	const killed: Error[] = [];
	const told: (number | null)[] = [];
	const engine = { onHeard: heard.event, kill: (reason: Error) => void killed.push(reason) };
	const watch = watchSilence(engine, isAsked, seconds => void told.push(seconds));
	return { speak: () => heard.fire(null), killed, told, watch };
}

describe('an engine that says nothing', () => {
	it('is told of after 20 seconds, and each second from then on', () => {
		const { told, killed } = watched();
		vi.advanceTimersByTime(19.9 * second);
		expect(told).toEqual([]);
		vi.advanceTimersByTime(3 * second);
		expect(told).toEqual([20, 21, 22]);
		expect(killed).toEqual([]);
	});

	it('is told of when it speaks again, once', () => {
		const { told, speak } = watched();
		vi.advanceTimersByTime(21 * second);
		speak();
		speak();
		expect(told).toEqual([20, 21, null]);
		vi.advanceTimersByTime(19 * second);
		expect(told).toHaveLength(3);
		vi.advanceTimersByTime(second);
		expect(told).toEqual([20, 21, null, 20]);
	});

	it('is no news while nobody waits for it', () => {
		let asked = false;
		const { told, killed } = watched(() => asked);
		vi.advanceTimersByTime(60 * 60 * second);
		asked = true;
		vi.advanceTimersByTime(19 * second);
		expect(told).toEqual([]);
		expect(killed).toEqual([]);
	});

	it('is no news while it speaks now and then', () => {
		const { told, speak, killed } = watched();
		for (let i = 0; i < 100; i++) {
			vi.advanceTimersByTime(19 * second);
			speak();
		}
		expect(told).toEqual([]);
		expect(killed).toEqual([]);
	});

	it('is ended after 15 minutes, with a sentence', () => {
		const { killed } = watched();
		vi.advanceTimersByTime(15 * 60 * second - 1);
		expect(killed).toEqual([]);
		vi.advanceTimersByTime(1);
		const [reason] = killed;
		expect(reason).toBeInstanceOf(Failure);
		expect(reason).toMatchObject({ kind: 'run', reason: { code: 'engine.hung', params: { minutes: 15 } } });
		expect(reason?.message).toContain('run again to continue');
	});

	it('is not blamed for a computer that slept', () => {
		const { told, killed } = watched();
		vi.advanceTimersByTime(5 * second);
		// The clock went on, this process did not.
		vi.setSystemTime(Date.now() + 8 * 60 * 60 * second);
		vi.advanceTimersByTime(5 * second);
		expect(told).toEqual([]);
		expect(killed).toEqual([]);
	});

	it('is not watched any more once nothing is asked', () => {
		const { told, killed, watch, speak } = watched();
		watch.dispose();
		vi.advanceTimersByTime(60 * 60 * second);
		speak();
		expect(told).toEqual([]);
		expect(killed).toEqual([]);
	});
});
