import { type Document, isMap } from 'yaml';
import { message } from '../protocol/messages';
import { evaluationChoiceTexts } from './choiceTexts';
import { found, missing, schemaFindings } from './findings';
import { inheritanceFindings, parentsOf } from './inheritance';
import { literalEscapes } from './literalEscapes';
import { byPlace, type Finding, type Locate, type Problem } from './problem';
import { type EvaluationFile, evaluationSchema } from './schema';
import { locator, nodeAt, parseYaml, yamlProblems, yamlValue } from './yamlDocument';
import { type SourceText, sourceText, yamlScalar } from './yamlText';

export interface ParsedEvaluation {
	/** Null where a problem is an error. */
	readonly evaluation: EvaluationFile | null;
	/** All there are, in the order of the text. */
	readonly problems: readonly Problem[];
	readonly locate: Locate;
	/** The text and its nodes, for whoever looks at more than what they mean. Its offsets count without a byte order mark. */
	readonly source: SourceText;
	readonly document: Document;
}

/**
 * Reads the text of a `*.eval.yaml` file. Never throws: everything wrong with it is a problem at its place, lines and
 * columns counted without a byte order mark. A field whose value this version cannot run is no problem yet.
 */
export function parseEvaluation(fileText: string): ParsedEvaluation {
	const source = sourceText(fileText.replace(/^\ufeff/, ''));
	const document = parseYaml(source.text);
	const locate = locator(document, source);
	const syntax = yamlProblems(document, source);
	const failed = (...problems: Problem[]) => ({
		evaluation: null,
		problems: [...syntax, ...problems],
		locate,
		source,
		document,
	});
	if (syntax.some(problem => problem.message.code !== 'config.doubled-key')) {
		return failed();
	}
	const read = yamlValue(document);
	if ('error' in read) {
		return failed({ severity: 'error', message: message('config.yaml', { reason: read.error }), range: locate([]) });
	}
	if (!(read.value instanceof Map)) {
		return failed(noMapping(read.value, locate));
	}
	const value = evaluationChoiceTexts(read.value, document);
	const result = evaluationSchema.safeParse(value);
	const parents = parentsOf(value.get('variants'));
	const absent = value.has('dataset_path') || value.has('task') ? [] : [noDataset];
	const findings = [...schemaFindings(result.error?.issues ?? [], value, absent), ...inheritanceFindings(parents)];
	const problems = [
		...syntax,
		...findings.map(
			finding => unquotedTemplate(finding, nodeAt(document, finding.path), source) ?? toProblem(finding, locate),
		),
		...literalEscapes(document, source, [...parents.keys()]),
	].sort(byPlace);
	const isValid = problems.every(problem => problem.severity === 'warning');
	return { evaluation: isValid && result.success ? result.data : null, problems, locate, source, document };
}

/** A task file brings its own dataset. */
const noDataset = missing(['dataset_path'], 'config.expected.text');

/** A finding at its place in the text. */
export function toProblem({ severity, message, path, part, suggestion }: Finding, locate: Locate): Problem {
	const problem = { severity, message, range: locate(path, part) };
	return suggestion === undefined ? problem : { ...problem, replacement: yamlScalar(suggestion) };
}

/** `doc_to_text: {{question}}` is a mapping to YAML: what it says of its type would puzzle whoever wrote it. */
function unquotedTemplate(finding: Finding, node: unknown, source: SourceText): Problem | null {
	if (finding.message.code !== 'config.mistyped' || !isMap(node) || !node.range) {
		return null;
	}
	const [start, end] = node.range;
	const template = source.text.slice(start, end);
	return template.startsWith('{{')
		? {
				severity: 'error',
				message: message('config.unquoted-template', {}),
				range: source.range([start, end]),
				replacement: JSON.stringify(template),
			}
		: null;
}

function noMapping(value: unknown, locate: Locate): Problem {
	const text =
		value === null || value === undefined
			? message('config.empty-file', {})
			: message('config.no-mapping', { expected: message('config.expected.mapping', {}), found: found(value) });
	return { severity: 'error', message: text, range: locate([]) };
}
