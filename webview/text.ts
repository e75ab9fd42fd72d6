import { Failure } from '../src/protocol/failure';
import { type Message, messageText } from '../src/protocol/messages';
import { englishStrings, type Localisation, type StringKey } from './strings';

let current: Localisation = { language: 'en', strings: englishStrings, sentences: {} };

/** Called once, before anything is drawn. */
export function localise(localisation: Localisation): void {
	current = localisation;
	formatters.clear();
}

type Placeholder<S extends string> = S extends `${string}{${infer Name}}${infer Rest}`
	? Name | Placeholder<Rest>
	: never;
type Names<K extends StringKey> = Placeholder<(typeof englishStrings)[K]>;
type Params<K extends StringKey> = [Names<K>] extends [never]
	? []
	: [params: { readonly [P in Names<K>]: string | number }];

/** A string of the interface in the person's language; the English text's placeholders type the parameters. */
export function t<K extends StringKey>(key: K, ...[params]: Params<K>): string {
	const values = new Map<string, string | number>(Object.entries(params ?? {}));
	return current.strings[key].replace(/\{(\w+)\}/g, (whole, name: string) => {
		const value = values.get(name);
		return value === undefined ? whole : typeof value === 'number' ? count(value) : value;
	});
}

/** "1 edit", "31 edits". Languages that know no plural have the same text twice. */
export function plural(n: number, one: CountedKey, other: CountedKey): string {
	return t(new Intl.PluralRules(current.language).select(n) === 'one' ? one : other, { n });
}

type CountedKey = {
	[K in StringKey]: Names<K> extends 'n' ? ([Names<K>] extends [never] ? never : K) : never;
}[StringKey];

/** The sentence of a message in the person's language. */
export function sentence(m: Message): string {
	return messageText(m, english =>
		Object.hasOwn(current.sentences, english) ? (current.sentences[english] ?? english) : english,
	);
}

/** What to tell a person of something thrown. */
export function errorText(error: unknown): string {
	if (error instanceof Failure) {
		return sentence(error.reason);
	}
	return t('bug', { text: error instanceof Error ? error.message : String(error) });
}

const formatters = new Map<string, Intl.NumberFormat>();

function format(value: number, digits: number, signed: boolean): string {
	const key = `${digits}${signed}`;
	let formatter = formatters.get(key);
	if (!formatter) {
		formatter = new Intl.NumberFormat(current.language, {
			minimumFractionDigits: digits,
			maximumFractionDigits: digits,
			signDisplay: signed ? 'exceptZero' : 'negative',
		});
		formatters.set(key, formatter);
	}
	return formatter.format(value).replace('-', '−');
}

/** 14042 → "14,042". */
export function count(value: number): string {
	return format(value, 0, false);
}

/** .31 → "31.0 %"; what would round to nothing is "< 0.1 %". */
export function percent(fraction: number, digits = 1): string {
	const least = 10 ** -digits;
	if (fraction > 0 && fraction * 100 < least / 2) {
		return `<\u00a0${format(least, digits, false)}\u00a0%`;
	}
	return `${format(fraction * 100, digits, false)}\u00a0%`;
}

/** [.228, .406] → "22.8–40.6". */
export function percentRange([low, high]: readonly [number, number]): string {
	return `${format(low * 100, 1, false)}–${format(high * 100, 1, false)}`;
}

/** A difference of accuracies with half its interval, in percentage points: "−3.0 ± 7.6". */
export function points(delta: number, interval: readonly [number, number] | null): string {
	const change = format(delta * 100, 1, true);
	return interval ? `${change}\u00a0±\u00a0${format(((interval[1] - interval[0]) / 2) * 100, 1, false)}` : change;
}

/** Three places below a tenth, where they matter; "< 0.001" below that. */
export function pValue(p: number): string {
	return p < 0.001 ? `<\u00a0${format(0.001, 3, false)}` : format(p, p < 0.1 ? 3 : 2, false);
}

/** A plain number with one place: RStd. */
export function oneDigit(value: number): string {
	return format(value, 1, false);
}

/** A log-probability: "−1.02". */
export function nats(value: number): string {
	return format(value, 2, false);
}

/** A difference of log-probabilities: "+0.31". */
export function signedNats(value: number): string {
	return format(value, 2, true);
}

/** In decimal megabytes: 1234567 → "1.2 MB". */
export function megabytes(bytes: number): string {
	return `${format(bytes / 1e6, 1, false)}\u00a0MB`;
}

/** 1.053 → "$1.05"; what is less than a cent, but something, is told to two digits: "$0.0042". */
export function dollars(value: number): string {
	const isTiny = value > 0 && value < 0.01;
	return new Intl.NumberFormat(current.language, {
		style: 'currency',
		currency: 'USD',
		...(isTiny ? { maximumSignificantDigits: 2 } : {}),
	}).format(value);
}

/** 12.3 → "12 s", 83 → "1 min 23 s", 7384 → "2 h 3 min". */
export function duration(seconds: number): string {
	const whole = Math.round(seconds);
	if (whole < 60) {
		return t('seconds', { s: seconds < 10 ? format(seconds, 1, false) : whole });
	}
	return whole < 3600
		? t('minutes', { min: Math.floor(whole / 60), s: whole % 60 })
		: t('hours', { h: Math.floor(whole / 3600), min: Math.floor((whole % 3600) / 60) });
}

/** A, B, … Z, then the number: the choices of a question as people call them. */
export function letter(choice: number): string {
	return choice < 26 ? String.fromCodePoint(65 + choice) : String(choice + 1);
}
