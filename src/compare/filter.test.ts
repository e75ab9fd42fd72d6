import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { messageText } from '../protocol/messages';
import { type PairList, transitions } from '../protocol/resultsView';
import { filterFields, filterRows, filterTransitions, parseFilter } from './filter';

const columns: PairList = {
	model: 'm',
	base: 'b',
	variant: 'v',
	example: Uint32Array.of(0, 1, 2, 3, 4, 5),
	examples: {
		key: ['test/0', 'test/1', 'test/2', 'test/3', 'test/4', 'test/5'],
		subjects: ['us_foreign_policy', 'jurisprudence', 'international_law', 'Law', 'law'],
		subject: Int32Array.of(0, 1, 2, -1, 3, 4),
		question: ['Who may use a Veto?', 'The "rule" of law', 'power - hard or soft', 'A\\B', 'Power of veto', ''],
	},
	gold: Int16Array.of(0, 1, 2, 3, 1, 1),
	basePrediction: Int16Array.of(0, 0, 0, 0, 1, 0),
	variantPrediction: Int16Array.of(1, 1, 2, 0, 1, -2),
	baseMargin: Float32Array.of(0.5, -0.05, -2, Number.NaN, 3, Number.NaN),
	variantMargin: Float32Array.of(-0.02, 0.5, -1, Number.NaN, 2, 0.01),
	transition: Uint8Array.of(0, 1, 2, 4, 3, 5),
};

/** One row about this question. */
function asking(question: string): PairList {
	return { ...columns, example: Uint32Array.of(0), examples: { ...columns.examples, question: [question] } };
}

function rows(text: string): number[] {
	const parsed = parseFilter(text);
	if ('problem' in parsed) {
		throw new Error(messageText(parsed.problem.message));
	}
	return [...filterRows(columns, parsed.filter)];
}

describe('filter', () => {
	it.each([
		['', [0, 1, 2, 3, 4, 5]],
		['   ', [0, 1, 2, 3, 4, 5]],
		['veto', [0, 4]],
		['VETO power', [4]],
		['"power of"', [4]],
		['power of', [2, 4]],
		['"\\"rule\\""', [1]],
		['"a\\\\b"', [3]],
		['"-"', [2]],
		['hard-or', []],
		['subject:law', [2, 4, 5]],
		['subject:"us foreign policy"', [0]],
		['subject:us_foreign', [0]],
		['-subject:law', [0, 1, 3]],
		['gold:B', [1, 4, 5]],
		['gold:b -transition:missing', [1, 4]],
		['transition:churn', [2]],
		['transition:flip', [0, 1]],
		['transition:unchanged', [3, 4]],
		['-transition:flip -transition:unchanged', [2, 5]],
		['margin<0.1', [0, 1, 5]],
		['margin>=2', [4]],
		['margin<=.5', [0, 1, 5]],
		['-margin<0.1', [2, 3, 4]],
		['subject:foreign margin<0.5 "veto"', [0]],
	])('%s', (text, expected) => {
		expect(rows(text)).toEqual(expected);
	});

	it.each([
		['veto "power', 5, 11, 'This quotation mark is not closed. End the text with another `"`.'],
		['law -', 4, 5, 'Nothing follows this `-`. Put a filter after it, or write "-" to search for it.'],
		[
			'veto subjects:law',
			5,
			17,
			'`subjects` is not something to filter by. There are subject, gold, transition, margin; to search for a text with `:` in it, put it in quotes.',
		],
		['margin:0.1', 0, 10, '`margin` is followed by `<=`, `>=`, `<`, `>`, as in `margin<0.1`.'],
		['gold<2', 0, 6, '`gold` is followed by `:`, as in `gold:B`.'],
		['subject: law', 0, 8, 'A value is missing after `subject:`, as in `subject:law`.'],
		['margin<-1', 7, 9, '`-1` is no margin: give a number of at least 0, as in `margin<0.1`.'],
		['margin<0x1', 7, 10, '`0x1` is no margin: give a number of at least 0, as in `margin<0.1`.'],
		['  gold:17', 7, 9, '`17` is no answer: give its letter, as in `gold:B`.'],
		[
			'transition:flips',
			11,
			16,
			'`flips` is not one of right_to_wrong, wrong_to_right, churn, both_right, both_wrong, missing, flip, unchanged.',
		],
		['constructor:x', 0, 13, expect.stringContaining('`constructor` is not something to filter by')],
	])('%s is refused at its place', (text, start, end, sentence) => {
		const parsed = parseFilter(text);
		const problem = 'problem' in parsed ? parsed.problem : undefined;
		expect(problem && { start: problem.start, end: problem.end, sentence: messageText(problem.message) }).toEqual({
			start,
			end,
			sentence,
		});
	});

	it('understands every example and value that it offers', () => {
		for (const text of [...Object.values(filterFields), ...filterTransitions.map(name => `transition:${name}`)]) {
			expect(parseFilter(text)).toHaveProperty('filter');
		}
		expect(filterTransitions).toEqual(expect.arrayContaining([...transitions]));
	});

	it('never throws, whatever is typed', () => {
		const unit = fc.constantFrom(
			'-',
			'"',
			'\\',
			':',
			'<',
			'=',
			' ',
			'margin',
			'gold',
			'subject',
			'B',
			'1',
			'é',
			'\ud800',
		);
		fc.assert(
			fc.property(fc.string({ unit }), text => {
				const parsed = parseFilter(text);
				if ('problem' in parsed) {
					expect(parsed.problem.start).toBeLessThanOrEqual(parsed.problem.end);
					expect(parsed.problem.end).toBeLessThanOrEqual(text.length);
				} else {
					expect(filterRows(columns, parsed.filter).length).toBeLessThanOrEqual(columns.example.length);
				}
			}),
		);
	});

	it('finds any text by itself in quotes', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'grapheme' }), text => {
				const parsed = parseFilter(`"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`);
				const found = 'filter' in parsed && filterRows(asking(`…${text}…`), parsed.filter);
				expect(found).toEqual(Uint32Array.of(0));
			}),
		);
	});

	it('lists with a term and with its negation every row once', () => {
		const term = fc.constantFrom('veto', 'subject:law', 'gold:B', 'transition:flip', 'margin<0.1', 'margin>0.1');
		fc.assert(
			fc.property(term, text => {
				expect([...rows(text), ...rows(`-${text}`)].sort()).toEqual(rows(''));
			}),
		);
	});
});
