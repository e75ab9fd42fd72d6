import * as vscode from 'vscode';
import type { Estimate } from '../../launch/contract';
import type { PlannedRun } from '../../run/options';
import type { ModelPlan } from '../../run/planRun';
import { setting } from '../commands';
import { compact, count, dollars, duration, limit, points } from '../numbers';
import { imageText } from './launchConsent';
import { type PlannedTimes, plannedTimes } from './plannedTimes';

const locale = vscode.env.language;

/** From how long on a run is asked about before it computes, in seconds. */
const askFrom = 10 * 60;

/** Asks before a long run computes: what it takes, and what it can show. */
export async function confirmLongRun(name: string, file: string, planned: PlannedRun): Promise<boolean> {
	if (planned.seconds < askFrom || !setting('evalLens.confirmLongRuns', vscode.Uri.file(file))) {
		return true;
	}
	const writing = planned.writtenAtMost?.seconds ?? 0;
	const promptSeconds = planned.seconds - writing;
	const run = vscode.l10n.t('Run');
	const chosen = await vscode.window.showInformationMessage(
		vscode.l10n.t('{0} will take about {1} on this computer.', name, hereText(promptSeconds, writing)),
		{ modal: true, detail: detail(planned) },
		run,
	);
	return chosen === run;
}

function detail({ model, tokens, naive, writtenAtMost, smallestDifference }: PlannedRun): string {
	return [
		vscode.l10n.t(
			'{0} computes {1} tokens; without shared beginnings it would be {2}.',
			model,
			compact(tokens, locale),
			compact(naive, locale),
		),
		...(writtenAtMost === null
			? []
			: [
					vscode.l10n.t(
						'It writes up to {0} tokens, fewer where answers end sooner.',
						compact(writtenAtMost.tokens, locale),
					),
				]),
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
	const chosen = await vscode.window.showInformationMessage(
		timeText(name, plannedTimes(models)),
		{ modal: true, detail: models.map(model => planText(model, models.length > 1)).join('\n\n') },
		run,
	);
	return chosen === run ? 'run' : undefined;
}

/** The time on this computer, in seconds, with the bound of what is written apart: "12 min (and up to 9 hr more …)". */
function hereText(seconds: number, writing: number): string {
	const time = duration(seconds, locale);
	return writing > 0
		? vscode.l10n.t('{0} (and up to {1} more for what the model writes)', time, duration(writing, locale))
		: time;
}

function timeText(name: string, { here, writing, servers }: PlannedTimes): string {
	const time = (seconds: number) => duration(seconds, locale);
	if (here === null) {
		return typeof servers === 'number'
			? vscode.l10n.t('{0} would take about {1} on a server.', name, time(servers))
			: vscode.l10n.t('{0} would be computed by a server.', name);
	}
	const hereTime = hereText(here, writing);
	switch (servers) {
		case 'none':
			return vscode.l10n.t('{0} would take about {1} on this computer.', name, hereTime);
		case 'unknown':
			return vscode.l10n.t('{0} would take about {1} on this computer, beside what a server computes.', name, hereTime);
		default:
			return vscode.l10n.t(
				'{0} would take about {1} on this computer, and {2} on a server.',
				name,
				hereTime,
				time(servers),
			);
	}
}

function planText(plan: ModelPlan, isOneOfSeveral: boolean): string {
	const { model, tokens, mde, variants, samples, from_cache, written_at_most } = plan;
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
		...(written_at_most ? [vscode.l10n.t('Up to {0} tokens to write', number(written_at_most.tokens))] : []),
		...(variants.length > 1
			? variants.map(({ variant, adds }) => vscode.l10n.t('  {0} adds {1} tokens', variant, number(adds)))
			: []),
		...(plan.place === 'server' ? serverLines(plan, isOneOfSeveral) : []),
		...(mde === null ? [] : [vscode.l10n.t('Smallest difference it can show: {0} points', points(mde, locale))]),
	].join('\n');
}

/** What the server of a model takes, and may cost. */
function serverLines({ seconds, launch, image }: ModelPlan, isOneOfSeveral: boolean): readonly string[] {
	return [
		...(seconds === null
			? [vscode.l10n.t('How long that takes is not known: no run with this model on this hardware is done yet.')]
			: isOneOfSeveral
				? [vscode.l10n.t('About {0} on its server', duration(seconds, locale))]
				: []),
		...(launch ? [startText(launch)] : []),
		...(image === undefined ? [] : [imageText(image)]),
	];
}

function startText({ maximalCost, longest }: Estimate): string {
	const cost = maximalCost && dollars(maximalCost.dollars, locale);
	if (longest === null) {
		return cost === null
			? vscode.l10n.t('Starting its server costs nothing that is known here.')
			: vscode.l10n.t('Starting its server may cost up to {0}.', cost);
	}
	const end = limit(longest, locale);
	return cost === null
		? vscode.l10n.t('Starting its server costs nothing that is known here, and it ends after {0} at most.', end)
		: vscode.l10n.t('Starting its server may cost up to {0}, and it ends after {1} at most.', cost, end);
}
