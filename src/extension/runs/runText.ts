import * as vscode from 'vscode';
import type { Result } from '../../protocol/results';
import type { RunProgress } from '../../run/progress';
import { stateText } from '../jobs/jobText';
import { ago, bytesText, count, duration, percent, points } from '../numbers';
import { text } from '../text';
import type { RunEntry } from './runIndex';
import type { ActiveRun } from './runQueue';

const locale = vscode.env.language;

/** "1,240 / 1,600 · 6 sec left". */
export function progressText(progress: RunProgress | null): string {
	switch (progress?.phase) {
		case undefined:
		case 'loading':
			return vscode.l10n.t('loading');
		case 'downloading': {
			const { received = 0, total = 0 } = progress.bytes ?? {};
			return vscode.l10n.t('downloading {0} of {1}', bytesText(received, locale), bytesText(total, locale));
		}
		case 'planning':
			return progress.planned === undefined
				? vscode.l10n.t('planning')
				: vscode.l10n.t('planning {0} / {1}', count(progress.planned, locale), count(progress.total, locale));
		case 'launching':
			return progress.job ? stateText(progress.job) : vscode.l10n.t('preparing a server');
		case 'scoring':
		case 'writing': {
			const done = `${count(progress.done, locale)} / ${count(progress.total, locale)}`;
			if (progress.silentFor !== undefined) {
				return vscode.l10n.t('{0} · the engine is silent for {1}', done, duration(progress.silentFor, locale));
			}
			return progress.secondsLeft === null
				? done
				: vscode.l10n.t('{0} · {1} left', done, duration(progress.secondsLeft, locale));
		}
	}
}

export function activeRunText(run: ActiveRun): string {
	return run.state === 'queued' ? vscode.l10n.t('waits for the run before it') : progressText(run.progress);
}

/** What the model of a run is computed on, and why; null until it is loaded. */
export function deviceText({ progress }: ActiveRun): { readonly name: string; readonly why: string } | null {
	const device = progress?.device;
	return device
		? { name: device.chosen, why: vscode.l10n.t('Computing on {0}: {1}', device.chosen, text(device.reason)) }
		: null;
}

/** Accuracy with half the width of its interval: "31.0 % ± 9.1"; null where there is none. */
export function accuracyText({ accuracy, ci95 }: Result): string | null {
	if (accuracy === null) {
		return null;
	}
	const value = percent(accuracy, locale);
	return ci95 ? `${value} ± ${points((ci95[1] - ci95[0]) / 2, locale)}` : value;
}

/** Accuracies in the order of the table: "31.0 % · 28.0 %". */
export function accuraciesText(results: readonly Result[]): string {
	return results.map(({ accuracy }) => (accuracy === null ? '–' : percent(accuracy, locale))).join(' · ');
}

/** What stands behind a recorded run in the tree; `results` of a finished one. */
export function runDescription({ record, status }: RunEntry, results: readonly Result[] | null): string {
	const share = record.total === 0 ? 0 : record.done / record.total;
	const when = ago(new Date(record.finished ?? record.started), new Date(), locale);
	switch (status) {
		case 'done':
			return results ? `${accuraciesText(results)} · ${when}` : when;
		case 'cancelled':
			return vscode.l10n.t('cancelled at {0} · {1}', percent(share, locale), when);
		case 'failed':
			return vscode.l10n.t('failed at {0} · {1}', percent(share, locale), when);
		case 'interrupted':
			return vscode.l10n.t('interrupted at {0} · {1}', percent(share, locale), when);
		case 'elsewhere':
			return vscode.l10n.t('runs in another process');
		case 'running':
			return vscode.l10n.t('running');
	}
}

/** The tooltip of a run: what was asked of which model, and how it ended. */
export function runTooltip({ record, dir }: RunEntry, results: readonly Result[] | null): vscode.MarkdownString {
	const { evaluation, dataset } = record;
	const lines = [
		`**${escapeMarkdown(evaluation.name)}**`,
		vscode.l10n.t(
			'{0} examples × {1} variants × {2} models',
			count(dataset.examples, locale),
			count(evaluation.variants.length, locale),
			count(evaluation.models.length, locale),
		),
		vscode.l10n.t('started {0}', new Date(record.started).toLocaleString(locale)),
	];
	if (record.finished) {
		lines.push(vscode.l10n.t('ran for {0}', duration(record.seconds, locale)));
	}
	if (record.reason) {
		lines.push(escapeMarkdown(text(record.reason)));
	}
	const tooltip = new vscode.MarkdownString(lines.join('\n\n'));
	if (results && results.length > 0) {
		const several = evaluation.models.length > 1;
		tooltip.appendMarkdown('\n\n| | |\n|---|---|\n');
		for (const result of results) {
			const name = several ? `${result.model}, ${result.variant}` : result.variant;
			tooltip.appendMarkdown(`| ${escapeMarkdown(name)} | ${accuracyText(result) ?? '–'} |\n`);
		}
	}
	tooltip.appendMarkdown('\n\n');
	tooltip.appendText(dir);
	return tooltip;
}

function escapeMarkdown(plain: string): string {
	return plain.replace(/[\\`*_{}[\]()#+\-.!|<>~]/g, '\\$&').replace(/\s+/g, ' ');
}
