import { closest } from '../../../config/closest';
import { codeList } from '../../../config/findings';
import { compileJinja } from '../../../prompt/jinja';
import { type Message, message } from '../../../protocol/messages';
import { filterNames } from './jinjaFilters';
import { filtersUsed } from './jinjaNames';
import { closing, type JinjaBlock, scanJinja } from './jinjaScan';

/** Something wrong in a template. Offsets count in its text. */
export interface TemplateFault {
	readonly message: Message;
	readonly start: number;
	readonly end: number;
	/** What to write in place of it. */
	readonly replacement?: string;
	/** What to write behind it. */
	readonly appended?: string;
	/** What to write at the end of the template. */
	readonly ended?: string;
}

/**
 * What is wrong with the syntax of a template, at its place: the parser tells only what it is, so that blocks are tried one
 * by one. And filters that there are not, which the parser does not mind.
 */
export function jinjaFaults(template: string): readonly TemplateFault[] {
	const known = faultsKnown.get(template);
	if (known) {
		return known;
	}
	if (faultsKnown.size >= mostKnown) {
		faultsKnown.clear();
	}
	const faults = findFaults(template);
	faultsKnown.set(template, faults);
	return faults;
}

/** One types in one template of many: the others are not parsed again. */
const faultsKnown = new Map<string, readonly TemplateFault[]>();
const mostKnown = 500;

function findFaults(template: string): readonly TemplateFault[] {
	const blocks = scanJinja(template);
	const whole = faultOf(template);
	if (whole === null) {
		return unknownFilters(blocks);
	}
	const found = [...unclosed(template, blocks), ...unbalanced(template, blocks), ...invalidBlocks(template, blocks)];
	return found.length > 0
		? found.toSorted((a, b) => a.start - b.start)
		: [{ message: message('language.jinja', { reason: whole }), start: 0, end: template.length }];
}

/** The parser's reason, as a part of a sentence. */
function faultOf(template: string): string | null {
	try {
		compileJinja(template);
		return null;
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		return reason.replace(/^(Parser Error|SyntaxError): /, '').replace(/[.\s]+$/, '');
	}
}

function unclosed(template: string, blocks: readonly JinjaBlock[]): readonly TemplateFault[] {
	return blocks
		.filter(({ closed }) => !closed)
		.map(({ kind, start, end, tokens }) => {
			const close = closing[kind];
			// What follows on other lines is most probably text again.
			const line = template.slice(start, end).search(/\r?\n/);
			const last = tokens.findLast(token => line < 0 || token.end <= start + line);
			const isHalf = last?.text === '}' || last?.text === '%';
			const stop = last?.end ?? start + 2;
			const appended = isHalf ? close.slice(last.text === close[0] ? 1 : 0) : ` ${close}`;
			return {
				message: message('language.jinja-unclosed', { open: template.slice(start, start + 2), close }),
				start,
				end: stop,
				appended,
			};
		});
}

const ends: Readonly<Record<string, string>> = {
	for: 'endfor',
	if: 'endif',
	macro: 'endmacro',
	call: 'endcall',
	filter: 'endfilter',
	generation: 'endgeneration',
};
const openers = new Map(Object.entries(ends).map(([open, end]) => [end, open]));

function tagOf({ kind, tokens }: JinjaBlock): string | undefined {
	return kind === 'statement' ? tokens[0]?.text : undefined;
}

/** `{% for %}` without its end, and the other way round. */
function unbalanced(template: string, blocks: readonly JinjaBlock[]): readonly TemplateFault[] {
	const open: { readonly tag: string; readonly block: JinjaBlock }[] = [];
	const faults: TemplateFault[] = [];
	for (const block of blocks.filter(({ closed }) => closed)) {
		const tag = tagOf(block) ?? '';
		const opener = openers.get(tag);
		if (Object.hasOwn(ends, tag) || isOpenSet(block)) {
			open.push({ tag, block });
		} else if (opener !== undefined || tag === 'endset') {
			const expected = opener ?? 'set';
			const match = open.findLastIndex(one => one.tag === expected);
			if (match < 0) {
				const params = { tag: template.slice(block.start, block.end), open: `{% ${expected} … %}` };
				const { start, end } = block;
				faults.push({ message: message('language.jinja-unopened', params), start, end, replacement: '' });
			} else {
				open.splice(match, 1);
			}
		}
	}
	return [
		...faults,
		...open.map(({ tag, block: { start, end } }, i) => {
			const ended = `{% ${ends[tag] ?? 'endset'} %}`;
			const what = message('language.jinja-unended', { tag: template.slice(start, end), end: ended });
			// The innermost ends first.
			return { message: what, start, end, ...(i === open.length - 1 && { ended }) };
		}),
	];
}

/** `{% set x %}…{% endset %}`. */
function isOpenSet({ kind, tokens }: JinjaBlock): boolean {
	return kind === 'statement' && tokens[0]?.text === 'set' && !tokens.some(({ text }) => text === '=');
}

function invalidBlocks(template: string, blocks: readonly JinjaBlock[]): readonly TemplateFault[] {
	return blocks
		.filter(({ closed, kind }) => closed && kind !== 'comment')
		.flatMap(block => {
			const reason = faultOf(alone(template, block));
			const { start, end } = block;
			return reason === null ? [] : [{ message: message('language.jinja', { reason }), start, end }];
		});
}

/** A block in a template of its own, with what it needs around it. */
function alone(template: string, block: JinjaBlock): string {
	const source = template.slice(block.start, block.end);
	const tag = tagOf(block) ?? '';
	const end = isOpenSet(block) ? 'endset' : ends[tag];
	if (end !== undefined) {
		return `${source}{% ${end} %}`;
	}
	if (tag === 'elif' || tag === 'else') {
		return `{% if true %}${source}{% endif %}`;
	}
	// Ends are looked at with what they end.
	return openers.has(tag) || tag === 'endset' ? '' : source;
}

function unknownFilters(blocks: readonly JinjaBlock[]): readonly TemplateFault[] {
	return filtersUsed(blocks)
		.filter(({ name }) => !filterNames.includes(name))
		.map(({ name, start, end }) => {
			const suggestion = closest(name, filterNames);
			return suggestion === null
				? { message: message('language.unknown-filter', { name, filters: codeList(filterNames) }), start, end }
				: {
						message: message('language.unknown-filter-closest', { name, suggestion }),
						start,
						end,
						replacement: suggestion,
					};
		});
}
