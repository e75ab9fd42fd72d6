import * as vscode from 'vscode';
import type { PlannedRun } from '../../run/options';
import type { ModelPlan } from '../../run/planRun';
import { setting } from '../commands';
import { compact, count, duration, points } from '../numbers';

const locale = vscode.env.language;

/** From how long on a run is asked about before it computes, in seconds. */
const askFrom = 10 * 60;

/** Asks before a long run computes: what it takes, and what it can show. */
export async function confirmLongRun(name: string, file: string, planned: PlannedRun): Promise<boolean> {
	if (planned.seconds < askFrom || !setting('evalLens.confirmLongRuns', vscode.Uri.file(file))) {
		return true;
	}
	const run = vscode.l10n.t('Run');
	const chosen = await vscode.window.showInformationMessage(
		vscode.l10n.t('{0} will take about {1} on this computer.', name, duration(planned.seconds, locale)),
		{ modal: true, detail: detail(planned) },
		run,
	);
	return chosen === run;
}

function detail({ model, tokens, naive, smallestDifference }: PlannedRun): string {
	return [
		vscode.l10n.t(
			'{0} computes {1} tokens; without shared beginnings it would be {2}.',
			model,
			compact(tokens, locale),
			compact(naive, locale),
		),
		...(smallestDifference === null
			? []
			: [
					vscode.l10n.t(
						'It can show differences between variants from {0} points on.',
						points(smallestDifference, locale),
					),
				]),
		vscode.l10n.t('It can be cancelled and continued at any time.'),
	].join('\n');
}

/** Shows what a run would take, and offers to run it. */
export async function showPlan(name: string, models: readonly ModelPlan[]): Promise<'run' | undefined> {
	const run = vscode.l10n.t('Run');
	const seconds = models.reduce((sum, model) => sum + (model.seconds ?? 0), 0);
	const hasServer = models.some(model => model.seconds === null);
	const chosen = await vscode.window.showInformationMessage(
		hasServer && seconds === 0
			? vscode.l10n.t('{0} would be computed by a server.', name)
			: vscode.l10n.t('{0} would take about {1} on this computer.', name, duration(seconds, locale)),
		{ modal: true, detail: models.map(planText).join('\n\n') },
		run,
	);
	return chosen === run ? 'run' : undefined;
}

function planText({ model, tokens, mde, variants, samples, from_cache }: ModelPlan): string {
	const number = (value: number) => count(value, locale);
	return [
		vscode.l10n.t('{0}: {1} samples, {2} of them known from earlier runs', model, number(samples), number(from_cache)),
		vscode.l10n.t(
			'{0} tokens to compute ({1} distinct, {2} at one request a question, {3} without any sharing)',
			number(tokens.planned),
			number(tokens.distinct),
			number(tokens.one_request),
			number(tokens.naive),
		),
		...(variants.length > 1
			? variants.map(({ variant, adds }) => vscode.l10n.t('  {0} adds {1} tokens', variant, number(adds)))
			: []),
		...(mde === null ? [] : [vscode.l10n.t('Smallest difference it can show: {0} points', points(mde, locale))]),
	].join('\n');
}
