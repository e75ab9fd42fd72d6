import { expect, it } from 'vitest';
import { coresOf, physicalCores } from './physicalCores';

const processor = (id: number, socket: number, core: number) =>
	`processor\t: ${id}\nvendor_id\t: X\nphysical id\t: ${socket}\nsiblings\t: 4\ncore id\t\t: ${core}\ncpu cores\t: 2\n`;

it('counts hyper-threads of one core once, and equal core numbers of two sockets twice', () => {
	const text = [processor(0, 0, 0), processor(1, 0, 1), processor(2, 0, 0), processor(3, 1, 0)].join('\n');
	expect(coresOf(text)).toBe(3);
});

it('knows nothing where the text names no cores', () => {
	expect(coresOf('processor\t: 0\nBogoMIPS\t: 50.00\n')).toBeNull();
	expect(coresOf('')).toBeNull();
});

it('gives a number that can be used, or leaves it to the runtime', () => {
	expect(physicalCores() ?? 1).toBeGreaterThanOrEqual(1);
});
