import { expect, test } from 'vitest';
import { plannedTimes } from './plannedTimes';

const here = (seconds: number) => ({ place: 'here', seconds }) as const;
const server = (seconds: number | null) => ({ place: 'server', seconds }) as const;

test('what a server computes is no time of this computer, be it known how long it takes or not', () => {
	expect(plannedTimes([here(3), here(4)])).toEqual({ here: 7, writing: 0, servers: 'none' });
	expect(plannedTimes([server(60)])).toEqual({ here: null, writing: 0, servers: 60 });
	expect(plannedTimes([server(null)])).toEqual({ here: null, writing: 0, servers: 'unknown' });
	expect(plannedTimes([here(3), server(60), server(40)])).toEqual({ here: 3, writing: 0, servers: 100 });
	expect(plannedTimes([server(60), here(0), server(null)])).toEqual({ here: 0, writing: 0, servers: 'unknown' });
});

test('what is written at most stands apart from what the prompts take', () => {
	const writes = { ...here(90), written_at_most: { tokens: 1000, seconds: 80 } };
	const served = { ...server(60), written_at_most: { tokens: 1000, seconds: null } };
	expect(plannedTimes([writes, here(4), served])).toEqual({ here: 14, writing: 80, servers: 60 });
});
