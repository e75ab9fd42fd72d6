import * as vscode from 'vscode';
import type { DatasetSummary, Gated, ModelSummary } from '../../hub/repository';
import { datasetTasks, languages, modelTasks, type Term } from '../../hub/vocabulary';
import { bytesText, compact } from '../numbers';

const locale = vscode.env.language;

/** What stands behind a dataset in lists. */
export function datasetDescription({ downloads, size, gated, private: isPrivate }: DatasetSummary): string {
	return joined([`↓ ${compact(downloads, locale)}`, sizeCategory(size), access(gated, isPrivate)]);
}

export function modelDescription({
	downloads,
	parameters,
	task,
	hasOnnx,
	gated,
	private: isPrivate,
}: ModelSummary): string {
	return joined([
		hasOnnx ? vscode.l10n.t('runs here') : null,
		parameters === null ? null : compact(parameters, locale),
		`↓ ${compact(downloads, locale)}`,
		task === null ? null : labelIn(modelTasks, task),
		access(gated, isPrivate),
	]);
}

function access(gated: Gated, isPrivate: boolean): string | null {
	return isPrivate ? vscode.l10n.t('private') : gated ? vscode.l10n.t('gated') : null;
}

function joined(parts: readonly (string | null)[]): string {
	return parts.filter(part => part !== null).join(' · ');
}

export function datasetTooltip(info: DatasetSummary): vscode.MarkdownString {
	return tooltip(info, [
		[vscode.l10n.t('Tasks'), info.tasks.map(task => labelIn(datasetTasks, task)).join(', ')],
		[vscode.l10n.t('Languages'), info.languages.map(code => labelIn(languages, code)).join(', ')],
		[vscode.l10n.t('Rows'), sizeCategory(info.size)],
	]);
}

export function modelTooltip(info: ModelSummary): vscode.MarkdownString {
	return tooltip(info, [
		[vscode.l10n.t('Task'), info.task === null ? null : labelIn(modelTasks, info.task)],
		[vscode.l10n.t('Library'), info.library],
		[vscode.l10n.t('Parameters'), info.parameters === null ? null : compact(info.parameters, locale)],
		[
			vscode.l10n.t('Runs on this computer'),
			info.hasOnnx ? vscode.l10n.t('yes, it has ONNX files') : vscode.l10n.t('no, it has no ONNX files'),
		],
	]);
}

/** What the Hub says goes in as text only: appendText leaves nothing of Markdown. */
function tooltip(
	info: DatasetSummary | ModelSummary,
	facts: readonly (readonly [label: string, value: string | null])[],
): vscode.MarkdownString {
	const text = new vscode.MarkdownString();
	text.appendMarkdown('**').appendText(info.id).appendMarkdown('**\n\n');
	if (info.description) {
		text.appendText(info.description).appendMarkdown('\n\n');
	}
	const all = [
		...facts,
		[vscode.l10n.t('Licence'), info.license],
		[vscode.l10n.t('Downloads'), compact(info.downloads, locale)],
		[vscode.l10n.t('Likes'), compact(info.likes, locale)],
		[vscode.l10n.t('Updated'), info.updated === null ? null : new Date(info.updated).toLocaleDateString(locale)],
		[vscode.l10n.t('Access'), accessSentence(info)],
	] as const;
	for (const [label, value] of all) {
		if (value) {
			text.appendMarkdown(`- ${label}: `).appendText(value).appendMarkdown('\n');
		}
	}
	return text;
}

function accessSentence({ gated, private: isPrivate }: DatasetSummary | ModelSummary): string | null {
	if (isPrivate) {
		return vscode.l10n.t('private: only its owners see it');
	}
	return gated ? vscode.l10n.t('gated: its owners grant access on request') : null;
}

/** What people call one of the Hub's words. */
function labelIn(terms: readonly Term[], id: string): string {
	return terms.find(term => term.id === id)?.label ?? id;
}

/** How many rows: the Hub's `n<1K`, `10K<n<100K` and `n>1T`; what is written otherwise stays. */
function sizeCategory(category: string | null): string | null {
	const [, least, most] = /^(?:(\d+[KMBT]?)<)?n<(\d+[KMBT])$/.exec(category ?? '') ?? [];
	if (most !== undefined) {
		return least === undefined ? `< ${most}` : `${least} – ${most}`;
	}
	const [, more] = /^n>(\d+[KMBT])$/.exec(category ?? '') ?? [];
	return more === undefined ? category : `> ${more}`;
}

/** "24 rows · 3.1 kB"; what is not known is left out. */
export function extent(rows: number | null, bytes: number | null): string {
	return joined([
		rows === null ? null : rows === 1 ? vscode.l10n.t('1 row') : vscode.l10n.t('{0} rows', compact(rows, locale)),
		bytes === null ? null : bytesText(bytes, locale),
	]);
}

export function sizeText(bytes: number): string {
	return bytesText(bytes, locale);
}
