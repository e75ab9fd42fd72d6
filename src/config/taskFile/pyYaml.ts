import type { Scalar, ScalarTag, Tags } from 'yaml';
import { floatRepr } from '../pythonFloat';

/**
 * Plain scalars as PyYAML's resolver tells them apart: less than YAML 1.1 allows, as `y` and `1e3` are texts. A date is left
 * the text that it is.
 */
export function pyYamlTags(tags: Tags): Tags {
	const others = tags.filter(tag => typeof tag === 'string' || !replaced.has(tag.tag));
	return [...others, boolean, integer, float];
}

/** `str()` of the number that PyYAML reads, integers exact. */
export function pythonNumber({ value, source = '' }: Scalar): string {
	return integerForm.test(source) ? String(integerOf(source)) : floatRepr(Number(value));
}

const integerForm =
	/^[-+]?(?:0b_*[01][01_]*|0[0-7_]+|0|[1-9][0-9_]*|0x_*[0-9a-fA-F][0-9a-fA-F_]*|[1-9][0-9_]*(?::[0-5]?[0-9])+)$/;
const exponentForm = /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+][0-9]+)?$/;
const otherFloatForm = /^(?:[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

const boolean: ScalarTag = {
	tag: 'tag:yaml.org,2002:bool',
	default: true,
	test: /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/,
	resolve: text => /^(?:yes|true|on)$/i.test(text),
};

const integer: ScalarTag = {
	tag: 'tag:yaml.org,2002:int',
	default: true,
	test: integerForm,
	resolve: text => Number(integerOf(text)),
};

const float: ScalarTag = {
	tag: 'tag:yaml.org,2002:float',
	default: true,
	test: new RegExp(`${exponentForm.source}|${otherFloatForm.source}`),
	resolve: floatOf,
};

const replaced: ReadonlySet<string> = new Set([boolean.tag, integer.tag, float.tag, 'tag:yaml.org,2002:timestamp']);

/** Decimal, `0b`, `0x`, octal after `0`, or parts of sixty. */
function integerOf(written: string): bigint {
	const digits = written.replace(/^[-+]|_/g, '');
	const size = digits.includes(':')
		? digits.split(':').reduce((sum, part) => sum * 60n + BigInt(part), 0n)
		: BigInt(digits.replace(/^0(?=\d)/, '0o'));
	return written.startsWith('-') ? -size : size;
}

function floatOf(written: string): number {
	const digits = written.toLowerCase().replace(/^[-+]|_/g, '');
	const size =
		digits === '.inf'
			? Infinity
			: digits
					.split(':')
					.reverse()
					.reduce((sum, part, place) => sum + Number(part) * 60 ** place, 0);
	return written.startsWith('-') ? -size : size;
}
