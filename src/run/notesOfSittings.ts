import { isDeepStrictEqual } from 'node:util';
import type { Message } from '../protocol/messages';
import { eachOnce } from './deviceFallback';

/**
 * What is told of a server after several sittings of a run. A tunnel has another port in each: that makes no other note, and the
 * last one counts. How far numbers are apart when a prompt is repeated is measured in each: the largest difference is told.
 */
export function notesOfSittings(before: readonly Message[], now: readonly Message[]): Message[] {
	const earlier = before.filter(note => !now.some(own => isSame(note, own)));
	const repeats = [...before, ...now].filter(isRepeat);
	const difference = Math.max(...repeats.map(({ params }) => Number(params.difference)));
	return eachOnce([...earlier, ...now].map(note => (isRepeat(note) ? withDifference(note, difference) : note)));
}

function isRepeat({ code }: Message): boolean {
	return code === 'endpoint.repeat';
}

function withDifference({ code, params }: Message, difference: number): Message {
	return { code, params: { ...params, difference: difference.toFixed(3) } };
}

function isSame(one: Message, other: Message): boolean {
	const everywhere = ({ code, params }: Message) => ({
		code,
		params: { ...params, host: '', ...(code === 'endpoint.repeat' ? { difference: '' } : {}) },
	});
	return isDeepStrictEqual(everywhere(one), everywhere(other));
}
