import type { Estimate } from '../launch/contract';
import { type ModelPlan, planRun } from '../run/planRun';
import { evaluateOptions, type RunOptions } from './evaluateOptions';
import { type ExitCode, exitCodes } from './exitCodes';
import { interruptible } from './interruptible';
import { duration, progressLine } from './progressLine';
import { table } from './table';
import { printable, type Terminal } from './terminal';

/** `eval-lens run FILE --plan`: what a run would take. */
export async function plan(file: string, options: RunOptions, terminal: Terminal): Promise<ExitCode> {
	const { stdout, stderr } = terminal;
	const progress = progressLine(stderr);
	const models = await interruptible(token =>
		planRun(evaluateOptions(file, options, terminal, progress.show, token)),
	).finally(progress.end);
	stdout.write(options.json ? `${JSON.stringify({ models })}\n` : printable(models.map(planText).join('\n')));
	return exitCodes.done;
}

const count = (tokens: number) => Math.round(tokens).toLocaleString('en');

/** What a run would take, in sentences and tables. */
export function planText(plan: ModelPlan): string {
	const { model, tokens, launch, image, mde, variants, samples, from_cache, written_at_most } = plan;
	const share = (part: number) => `${((100 * part) / Math.max(1, tokens.naive)).toFixed(1)} %`;
	const rows = [
		['one request a continuation', tokens.naive],
		['one request a question', tokens.one_request],
		['distinct', tokens.distinct],
		['planned', tokens.planned],
	] as const;
	const difference = mde === null ? 'none: there are too few examples' : `${(100 * mde).toFixed(1)} points`;
	return [
		`${model}: ${count(samples)} samples${from_cache > 0 ? `, ${count(from_cache)} of them from the cache` : ''}\n`,
		table(
			['tokens', '', ''],
			[
				...rows.map(([name, value]) => [`  ${name}`, count(value), share(value)]),
				...(written_at_most ? [['  written, at most', count(written_at_most.tokens), '']] : []),
			],
			1,
		),
		table(
			['what each variant adds', ''],
			variants.map(({ variant, adds }) => [`  ${variant}`, count(adds)]),
			1,
		),
		launch ? `${launchText(launch, image ?? null)}\n` : '',
		`Expected time: ${timeText(plan)}. Smallest difference between two variants that it can show: ${difference}.\n`,
	].join('');
}

/** "12 min, and up to 9 h 3 min more for what the model writes" */
function timeText({ seconds, written_at_most }: ModelPlan): string {
	if (seconds === null) {
		return 'not known before a run on that server is done';
	}
	const written = written_at_most?.seconds ?? 0;
	return `${duration(seconds - written)}${written > 0 ? `, and up to ${duration(written)} more for what the model writes` : ''}`;
}

/**
 * "Starting the server may cost up to $1.01, and it ends after 60 min at most."
 * @param image That is started in place of the usual one; null: none.
 */
export function launchText({ maximalCost, longest }: Estimate, image: string | null): string {
	const cost = maximalCost ? `may cost up to $${maximalCost.dollars.toFixed(2)}` : 'costs nothing that is known here';
	const told =
		image === null
			? ''
			: ` It runs the image ${image}, which is not the usual one and may be given your access token to read the model.`;
	return `Starting the server ${cost}${longest === null ? '' : `, and it ends after ${duration(longest)} at most`}.${told}`;
}
