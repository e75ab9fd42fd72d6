import { expect, test } from 'vitest';
import { message } from '../protocol/messages';
import { notesOfSittings } from './notesOfSittings';

const repeat = (port: number, difference: string) =>
	message('endpoint.repeat', { host: `localhost:${port}`, difference });
const notTold = (port: number) => message('endpoint.count-not-told', { host: `localhost:${port}` });

test('a note of each sitting is one note, of the last address', () => {
	expect(notesOfSittings([notTold(1)], [notTold(2)])).toEqual([notTold(2)]);
	expect(notesOfSittings([], [notTold(2), notTold(2)])).toEqual([notTold(2)]);
});

test('of the differences that sittings measured the largest is told, whichever it was', () => {
	expect(notesOfSittings([repeat(1, '0.031')], [repeat(2, '0.012'), notTold(2)])).toEqual([
		repeat(2, '0.031'),
		notTold(2),
	]);
	expect(notesOfSittings([notTold(1), repeat(1, '0.012')], [repeat(2, '0.031')])).toEqual([
		notTold(1),
		repeat(2, '0.031'),
	]);
	expect(notesOfSittings([repeat(1, '0.012')], [notTold(2)])).toEqual([repeat(1, '0.012'), notTold(2)]);
});
