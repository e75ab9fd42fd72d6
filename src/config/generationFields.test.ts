import { describe, expect, it } from 'vitest';
import { messageText } from '../protocol/messages';
import type { Format, Generation } from './format';
import { parseEvaluation } from './parse';
import { resolveEvaluation } from './resolve';

const free = 'doc_to_text: "{{question}}"\noutput_type: generate_until';

function read(text: string) {
	const { evaluation, problems, locate } = parseEvaluation(`dataset_path: ./data\n${text}\n`);
	expect(problems).toEqual([]);
	return evaluation ? resolveEvaluation(evaluation, { fileName: 'a.eval.yaml', locate }) : expect.unreachable();
}

function formatOf(text: string): Format {
	const { resolved, problems } = read(text);
	return resolved?.variants[0]?.format ?? expect.unreachable(problems.map(p => messageText(p.message)).join('\n'));
}

function generationOf(text: string): Generation {
	const { scoring } = formatOf(text);
	return typeof scoring === 'object' ? scoring : expect.unreachable(scoring);
}

describe('generate_until', () => {
	it('has the defaults of lm-evaluation-harness', () => {
		expect(generationOf(free)).toEqual({
			until: ['\n\n'],
			max_tokens: 256,
			filters: [],
			ignore: [],
			ignore_patterns: [],
			against: 'target',
		});
		expect(generationOf(`${free}\nfewshot_delimiter: "##"`).until).toEqual(['##']);
	});

	it('is told when to end', () => {
		const settings =
			'generation_kwargs: {until: "</s>", max_gen_toks: 8, do_sample: false, temperature: 0.0, top_p: 1.0}';
		expect(generationOf(`${free}\n${settings}`)).toMatchObject({ until: ['</s>'], max_tokens: 8 });
		expect(generationOf(`${free}\ngeneration_kwargs: {until: ["Q:", "\\n"]}`).until).toEqual(['Q:', '\n']);
		expect(generationOf(`${free}\ngeneration_kwargs: {do_sample: false, temperature: 0.7}`).until).toEqual(['\n\n']);
	});

	it('is judged by the flags of exact_match and the first pipeline', () => {
		const text = `${free}
metric_list:
  - {metric: exact_match, aggregation: mean, ignore_case: true, ignore_numbers: false, ignore_punctuation: true, regexes_to_ignore: [",", "\\\\$"]}
filter_list:
  - name: strict
    filter:
      - {function: regex, regex_pattern: "(?P<n>\\\\d+)", group_select: -1}
      - {function: remove_whitespace}
      - {function: lowercase}
      - {function: take_first}`;
		expect(generationOf(text)).toMatchObject({
			ignore: ['case', 'punctuation'],
			ignore_patterns: [',', '\\$'],
			filters: [
				{ filter: 'regex', pattern: '(?P<n>\\d+)', match: -1, fallback: '[invalid]' },
				{ filter: 'strip' },
				{ filter: 'lowercase' },
				{ filter: 'take_first' },
			],
		});
	});

	it('chooses among labels where there are any, of its own or of a preset', () => {
		expect(generationOf(`${free}\ndoc_to_choice: [A, B]`).against).toBe('labels');
		expect(generationOf('variants: {a: {extends: mmlu/original, output_type: generate_until}}').against).toBe('labels');
	});

	it.each([
		['generation_kwargs: {do_sample: true}', '`do_sample: true` cannot run'],
		['generation_kwargs: {temperature: 0.7}', '`temperature: 0.7` cannot run'],
		['generation_kwargs: {num_beams: 4}', 'the setting `num_beams`'],
		['generation_kwargs: {until: [1]}', '`until` of `generation_kwargs` must be a list of texts'],
		['generation_kwargs: {max_gen_toks: 0}', '`max_gen_toks` of `generation_kwargs` must be a whole number'],
		['metric_list: [{metric: exact_match, regexes_to_ignore: ["(?x)the"]}]', '`(?x)the` cannot run here'],
		['filter_list: [{filter: [{function: regex, regex_pattern: "(?>a)"}]}]', '`(?>a)` cannot run here'],
	])('refuses %s', (line, sentence) => {
		const { resolved, problems } = read(`${free}\n${line}`);
		expect(resolved).toBeNull();
		expect(problems.map(p => [p.severity, messageText(p.message), p.range.start.line])).toEqual([
			['error', expect.stringContaining(sentence), 3],
		]);
	});
});

describe('a chat', () => {
	const own = 'doc_to_text: "{{question}}"';

	it('has its shots as turns, and no delimiter before what is scored', () => {
		expect(formatOf(`${own}\napply_chat_template: true`)).toMatchObject({
			chat: { multiturn: true, system: null },
			target_delimiter: ' ',
			scored_delimiter: '',
		});
		expect(
			formatOf(`${own}\napply_chat_template: true\nfewshot_as_multiturn: false\nsystem_instruction: be kind`).chat,
		).toEqual({ multiturn: false, system: 'be kind' });
	});

	it('is taken back by a variant', () => {
		const variants =
			'variants: {a: {extends: mmlu/original, apply_chat_template: true, system_instruction: x}, b: {extends: a, apply_chat_template: false}}';
		const [a, b] = read(variants).resolved?.variants ?? [];
		expect(a?.format).toMatchObject({ chat: { system: 'x' }, scored_delimiter: '' });
		expect(b?.format).toMatchObject({ chat: null, scored_delimiter: null });
	});
});

it('acc_norm is reported beside accuracy where it is asked for', () => {
	const text = 'doc_to_text: "{{question}}"\nmetric_list: [{metric: acc}, {metric: acc_norm}]';
	expect(formatOf(text)).toMatchObject({ aggregate: 'acc_norm', acc_norm: 'characters', normalisation: 'none' });
});
