import { expect, test } from 'vitest';
import { ago, bytesText, compact, count, dollars, duration, limit, percent, points, signedPoints } from './numbers';

test('counts and percentages as the language writes them', () => {
	expect(count(14042, 'en')).toBe('14,042');
	expect(count(14042, 'de')).toBe('14.042');
	expect(percent(0.31, 'en')).toBe('31.0 %');
	expect(points(0.0912, 'en')).toBe('9.1');
});

test('a difference has its sign, with a real minus', () => {
	expect([signedPoints(0.03, 'en'), signedPoints(-0.03, 'en'), signedPoints(0, 'en')]).toEqual(['+3.0', '−3.0', '0.0']);
});

test('durations in the largest unit that fits', () => {
	expect([0.2, 6, 89, 90, 200, 5400, 8000].map(seconds => duration(seconds, 'en'))).toEqual([
		'1 sec',
		'6 sec',
		'89 sec',
		'2 min',
		'3 min',
		'2 hr',
		'2 hr',
	]);
});

test('limits to the minute', () => {
	expect([20, 60, 3600, 5400, 90_000].map(seconds => limit(seconds, 'en'))).toEqual([
		'20 sec',
		'1\u00a0min',
		'1\u00a0hr',
		'1\u00a0hr\u00a030\u00a0min',
		'25\u00a0hr',
	]);
});

test('dollars to the cent, and what is less of them still shown', () => {
	expect([0, 0.0042, 0.01, 1.053, 1234].map(value => dollars(value, 'en'))).toEqual([
		'$0.00',
		'$0.0042',
		'$0.01',
		'$1.05',
		'$1,234.00',
	]);
});

test('how long ago', () => {
	const now = new Date('2026-03-10T12:00:00Z');
	const at = (iso: string) => ago(new Date(iso), now, 'en');
	expect(at('2026-03-10T11:59:30Z')).toBe('30 sec. ago');
	expect(at('2026-03-10T11:58:00Z')).toBe('2 min. ago');
	expect(at('2026-03-10T09:00:00Z')).toBe('3 hr. ago');
	expect(at('2026-03-09T09:00:00Z')).toBe('yesterday');
	expect(at('2026-01-01T09:00:00Z')).toBe('2 mo. ago');
	expect(at('2024-01-01T09:00:00Z')).toBe('2 yr. ago');
	// A clock that was set back.
	expect(at('2026-03-10T12:00:10Z')).toBe('now');
});

test('large numbers and sizes in few characters', () => {
	expect([0, 950, 1234, 1_234_567].map(value => compact(value, 'en'))).toEqual(['0', '950', '1.2K', '1.2M']);
	expect([0, 999, 3123, 269_060_552, 5e15].map(bytes => bytesText(bytes, 'en'))).toEqual([
		'0 bytes',
		'999 bytes',
		'3.1 kB',
		'269.1 MB',
		'5,000 TB',
	]);
});
