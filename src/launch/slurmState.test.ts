import { describe, expect, test } from 'vitest';
import { messageText } from '../protocol/messages';
import { readReport } from './jobReport';
import { isClosing, slurmStatus, whereabouts } from './slurmState';

/** What a job’s script writes, in Slurm’s own words. */
const read = (...lines: readonly string[]) => slurmStatus(readReport(lines.join('\n')), '/jobs/a');
const invalid = 'squeue slurm_load_jobs error: Invalid job id specified';

describe('the state of a Slurm job', () => {
	test.each([
		['squeue PENDING|Resources', 'queued', 'Resources'],
		['squeue REQUEUED|BeginTime', 'queued', 'BeginTime'],
		['squeue CONFIGURING|None', 'starting', 'node'],
		['squeue RUNNING|None', 'starting', 'listens'],
		['squeue COMPLETING|None', 'running', 'COMPLETING'],
		['squeue CANCELLED|None', 'ended', 'cancelled'],
		['squeue TIMEOUT|TimeLimit', 'ended', 'time limit'],
		['squeue OUT_OF_MEMORY|OutOfMemory', 'ended', 'memory'],
		['squeue NODE_FAIL|None', 'ended', 'node'],
		['squeue PREEMPTED|None', 'ended', 'make room'],
		['squeue ', 'lost', 'forgotten'],
		[invalid, 'lost', 'forgotten'],
	])('%s', (line, state, detail) => {
		const status = read(line);
		expect(status?.state).toBe(state);
		expect(status?.detail && messageText(status.detail)).toContain(detail);
	});

	test('runs once its server listens', () => {
		expect(read('squeue RUNNING|None', 'listening')).toEqual({ state: 'running', detail: null, billedSeconds: null });
	});

	test.each([
		['sacct CANCELLED by 1000|0:15', 'cancelled'],
		['sacct FAILED|7:0', 'exit code 7'],
		['sacct COMPLETED|0:0', 'exit code 0'],
		['scontrol JobId=5 JobName=a JobState=FAILED Reason=NonZeroExitCode ExitCode=9:0 StdOut=/a', 'exit code 9'],
		['scontrol JobId=5 JobName=a JobState=TIMEOUT Reason=TimeLimit ExitCode=0:0', 'time limit'],
		['exit 3', 'exit code 3'],
	])('is over, as %s tells', (line, detail) => {
		const status = read(invalid, line, 'log', 'some', 'last words');
		expect(status?.state).toBe('ended');
		expect(status?.detail && messageText(status.detail)).toContain(detail);
		expect(status?.detail && messageText(status.detail)).toContain('last words');
	});

	test('is about to be told while Slurm cleans up behind it', () => {
		const closing = (...lines: readonly string[]) => isClosing(readReport(lines.join('\n')));
		expect(closing('squeue COMPLETING|None', 'exit 143')).toBe(true);
		expect(closing('squeue RUNNING|None', 'exit 143')).toBe(true);
		expect(closing('squeue COMPLETING|None')).toBe(false);
		expect(closing('squeue COMPLETING|None', 'exit 143', 'sacct TIMEOUT|0:15')).toBe(false);
		expect(closing('squeue CANCELLED|None', 'exit 143')).toBe(false);
		expect(closing(invalid, 'exit 0')).toBe(false);
	});

	test('is not known where Slurm does not answer, unless the job told its end', () => {
		const silent = 'squeue slurm_load_jobs error: Unable to contact slurm controller (connect failure)';
		expect(read(silent)).toBeNull();
		expect(read(silent, 'exit 0')?.state).toBe('ended');
	});
});

test('where its server is', () => {
	expect(whereabouts(readReport('where 20005 node7.cluster node7\nhere login1'))).toEqual({
		port: 20005,
		node: 'node7',
		isHere: false,
		isLoopback: false,
	});
	expect(whereabouts(readReport('where 20005 one one\nlistening loopback\nhere one'))?.isLoopback).toBe(true);
	expect(whereabouts(readReport('where 20005 one one\nhere one'))?.isHere).toBe(true);
	expect(whereabouts(readReport('here one'))).toBeNull();
});
