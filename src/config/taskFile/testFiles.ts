import { messageText } from '../../protocol/messages';
import type { Problem } from '../problem';
import { readEvaluation } from '../readEvaluation';
import type { ResolvedEvaluation } from '../resolved';
import type { TaskFiles } from './taskFiles';

/** Texts by path, as a folder of an evaluation for tests. */
export type FolderTexts = Readonly<Record<string, string>>;

export function filesOf(texts: FolderTexts): TaskFiles {
	return {
		read: path => texts[path] ?? null,
		list: folder => Object.keys(texts).filter(path => path.startsWith(folder) && /\.ya?ml$/.test(path)),
	};
}

export function readFolder(texts: FolderTexts) {
	return readEvaluation(texts['e.eval.yaml'] ?? '', { fileName: 'e.eval.yaml', files: filesOf(texts) });
}

/** What `e.eval.yaml` of the folder resolves to; throws its problems where it does not. */
export async function evaluationOf(texts: FolderTexts): Promise<ResolvedEvaluation> {
	const { resolved, problems } = await readFolder(texts);
	if (!resolved) {
		throw new Error(problems.map(problemText).join('\n') || 'not resolved');
	}
	return resolved;
}

/** One line a problem, as the command line prints it. */
export async function problemsOf(texts: FolderTexts): Promise<string[]> {
	return (await readFolder(texts)).problems.map(problemText);
}

export function problemText({ file = 'e.eval.yaml', range, severity, message }: Problem): string {
	return `${file}:${range.start.line + 1}:${range.start.column + 1} ${severity}: ${messageText(message)}`;
}
