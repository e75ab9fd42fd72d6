import { otherImage } from '../launch/hubJobs/request';
import { messageText } from '../protocol/messages';
import { exportRun } from '../report/exportRun';
import { evaluate } from '../run/evaluate';
import { openRun } from '../run/openRun';
import type { LaunchToConfirm, PlannedRun } from '../run/options';
import { failedAssertions } from './assertions';
import { evaluateOptions, type RunOptions } from './evaluateOptions';
import { type ExitCode, exitCodes } from './exitCodes';
import { interruptible } from './interruptible';
import { launchText } from './plan';
import { duration, progressLine } from './progressLine';
import { resultsTable } from './resultsTable';
import { printable, type Terminal } from './terminal';

/** `eval-lens run FILE`. */
export async function run(file: string, options: RunOptions, terminal: Terminal): Promise<ExitCode> {
	const { folder, stdout, stderr } = terminal;
	const progress = progressLine(stderr);
	try {
		const { dir, record, fault } = await interruptible(token =>
			evaluate({
				...evaluateOptions(file, options, terminal, progress.show, token),
				onPlanned: async planned => {
					progress.note(plannedText(planned));
					return true;
				},
				// Nobody can be asked: without a word, what is billed is refused.
				...(options.yes && {
					onLaunch: async ({ model, launch, estimate, expected }: LaunchToConfirm) => {
						const time = expected ? ` It should take about ${duration(expected.seconds)}.` : '';
						progress.note(`${model}: ${launchText(estimate, otherImage(launch))}${time}`);
						return true;
					},
				}),
			}),
		);
		progress.end();
		const finished = await openRun(dir, record);
		const { results, comparisons } = finished;
		const overview = await finished.overview();
		if (options.json) {
			stdout.write(`${JSON.stringify({ run: dir, state: record.state, results, comparisons })}\n`);
		} else {
			stdout.write(`${resultsTable(overview)}\n`);
			if (record.state === 'done') {
				const report = await exportRun(dir, 'html', folder);
				stdout.write(`Run in ${duration(record.seconds)}: ${dir}\nReport: ${report}\n`);
			}
		}
		for (const note of overview.header.notes) {
			stderr.write(`${printable(messageText(note))}\n`);
		}
		switch (record.state) {
			case 'cancelled':
				stderr.write('Cancelled. The same command continues the run.\n');
				return exitCodes.cancelled;
			case 'failed':
				return fault === 'input' ? exitCodes.badInput : exitCodes.runFailed;
			default: {
				const failed = failedAssertions(record.evaluation.assertions, {
					results,
					comparisonsTo: base => (base === null ? comparisons : finished.comparisonsTo(base)),
				});
				for (const sentence of failed) {
					stderr.write(`${printable(messageText(sentence))}\n`);
				}
				return failed.length > 0 ? exitCodes.assertionFailed : exitCodes.done;
			}
		}
	} finally {
		progress.end();
	}
}

/** "20,000 tokens in place of 80,000, about 36 s, and up to 9 h 3 min more to write up to 3,594,752; it can show …" */
export function plannedText({ tokens, naive, seconds, writtenAtMost, smallestDifference }: PlannedRun): string {
	const count = (value: number) => value.toLocaleString('en');
	const shows =
		smallestDifference === null
			? ''
			: `; it can show differences from ${(100 * smallestDifference).toFixed(1)} points on`;
	const writes =
		writtenAtMost && writtenAtMost.seconds > 0
			? `, and up to ${duration(writtenAtMost.seconds)} more to write up to ${count(writtenAtMost.tokens)}`
			: '';
	const time = duration(seconds - (writtenAtMost?.seconds ?? 0));
	return `${count(tokens)} tokens in place of ${count(naive)}, about ${time}${writes}${shows}.`;
}
