import * as vscode from 'vscode';
import type { StartedLaunch } from '../../config/launch';
import { otherImage } from '../../launch/hubJobs/request';
import type { ExpectedTime } from '../../run/expectedTime';
import type { LaunchToConfirm } from '../../run/options';
import { withoutLinks } from '../notification';
import { compact, count, dollars, limit } from '../numbers';

const locale = vscode.env.language;

/** Asks before something is started that is billed. A command over ssh, Slurm or here is what trusting the folder covers. */
export async function confirmLaunch(asked: LaunchToConfirm): Promise<boolean> {
	const { maximalCost } = asked.estimate;
	if (!maximalCost) {
		return true;
	}
	const start = vscode.l10n.t('Start, for up to {0}', dollars(maximalCost.dollars, locale));
	const chosen = await vscode.window.showWarningMessage(
		withoutLinks(vscode.l10n.t('Start {0} for {1}?', whatStarts(asked.launch), asked.model)),
		{ modal: true, detail: consentDetail(asked, maximalCost) },
		start,
	);
	return chosen === start;
}

function consentDetail(
	{ estimate: { longest }, expected, launch, requests, tokens }: LaunchToConfirm,
	cost: NonNullable<LaunchToConfirm['estimate']['maximalCost']>,
): string {
	const payer = launch.kind === 'hf_jobs' ? launch.namespace : null;
	const most = dollars(cost.dollars, locale);
	const hourly = dollars(cost.dollarsAnHour, locale);
	const price =
		longest === null
			? vscode.l10n.t('It costs {0} at most, by the minute at {1} an hour.', most, hourly)
			: vscode.l10n.t(
					'It costs {0} at most, by the minute at {1} an hour, and ends after {2} whatever happens.',
					most,
					hourly,
					limit(longest, locale),
				);
	const pays = payer === null ? vscode.l10n.t('Your account pays.') : vscode.l10n.t('The account {0} pays.', payer);
	const work = vscode.l10n.t(
		'It computes {0} samples of {1} distinct tokens, and is ended as soon as they are there or the run is cancelled.',
		count(requests, locale),
		compact(tokens, locale),
	);
	const image = otherImage(launch);
	return [
		`${price} ${pays}`,
		work,
		expectedText(expected, longest),
		...(image === null ? [] : [imageText(image)]),
	].join('\n\n');
}

/** Of an image that somebody else may have made. */
export function imageText(image: string): string {
	return vscode.l10n.t(
		'It runs the image {0}, which is not the usual one and may be given your access token to read the model.',
		image,
	);
}

function expectedText(expected: ExpectedTime | null, longest: number | null): string {
	if (expected === null) {
		return vscode.l10n.t('How long that takes is not known: no run with this model on this hardware is done yet.');
	}
	const time = limit(expected.seconds, locale);
	const starting = limit(expected.starting, locale);
	const computing = limit(expected.seconds - expected.starting, locale);
	const told =
		expected.seen === null
			? vscode.l10n.t(
					'It should take about {0}: {1} until the server answers, {2} to compute. The hardware’s data sheet says so, since no run here has used it yet.',
					time,
					starting,
					computing,
				)
			: vscode.l10n.t(
					'It should take about {0}: {1} until the server answers, {2} to compute. So it was in the run of {3}.',
					time,
					starting,
					computing,
					new Intl.DateTimeFormat(locale, { dateStyle: 'medium' }).format(new Date(expected.seen)),
				);
	return longest !== null && expected.seconds > longest
		? `${told} ${vscode.l10n.t('That is longer than the time limit: what is answered by then is kept, and the run can be resumed.')}`
		: told;
}

/** "a job of Hugging Face on a10g-small". */
function whatStarts(launch: StartedLaunch): string {
	switch (launch.kind) {
		case 'hf_jobs':
			return vscode.l10n.t('a job of Hugging Face on {0}', launch.flavor);
		case 'ssh':
			return vscode.l10n.t('a server on {0}', launch.host);
		case 'slurm':
			return vscode.l10n.t('a Slurm job');
		case 'local':
			return vscode.l10n.t('a server on this computer');
	}
}
