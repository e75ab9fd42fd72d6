/** Numbers as the person's language writes them. `locale` is a BCP 47 tag, such as `vscode.env.language`. */

/** 14042 → "14,042". */
export function count(value: number, locale: string): string {
	return new Intl.NumberFormat(locale).format(value);
}

/** 0.31 → "31.0 %". */
export function percent(fraction: number, locale: string): string {
	return `${points(fraction, locale)} %`;
}

/** A fraction as percentage points with one decimal: 0.0912 → "9.1". */
export function points(fraction: number, locale: string): string {
	return new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(fraction * 100);
}

/** With its sign always: −0.03 → "−3.0", with U+2212, which is as wide as the plus. */
export function signedPoints(fraction: number, locale: string): string {
	const sign = new Intl.NumberFormat(locale, {
		minimumFractionDigits: 1,
		maximumFractionDigits: 1,
		signDisplay: 'exceptZero',
	});
	return sign.format(fraction * 100).replace('-', '−');
}

/** 1.053 → "$1.05"; what is less than a cent, but something, is told to two digits: "$0.0042". */
export function dollars(value: number, locale: string): string {
	const isTiny = value > 0 && value < 0.01;
	return new Intl.NumberFormat(locale, {
		style: 'currency',
		currency: 'USD',
		...(isTiny ? { maximumSignificantDigits: 2 } : {}),
	}).format(value);
}

/** Seconds in the largest unit that leaves at least one of it: 6 → "6 sec", 200 → "3 min", 8000 → "2 hr". */
export function duration(seconds: number, locale: string): string {
	const [value, unit] =
		seconds < 90
			? [Math.max(1, Math.round(seconds)), 'second']
			: seconds < 5400
				? [Math.round(seconds / 60), 'minute']
				: [Math.round(seconds / 3600), 'hour'];
	return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short' }).format(value);
}

/** Seconds to the minute, for a limit, in one line: 5400 → "1 hr 30 min"; less than a minute is told in seconds. */
export function limit(seconds: number, locale: string): string {
	const minutes = Math.round(seconds / 60);
	if (minutes === 0) {
		return duration(seconds, locale);
	}
	const parts = [
		[Math.floor(minutes / 60), 'hour'],
		[minutes % 60, 'minute'],
	] as const;
	return parts
		.filter(([value]) => value > 0)
		.map(([value, unit]) => new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short' }).format(value))
		.join(' ')
		.replaceAll(' ', '\u00a0');
}

/** How long ago, for a list that is looked at now: "2 min. ago", "yesterday". */
export function ago(then: Date, now: Date, locale: string): string {
	const seconds = (now.getTime() - then.getTime()) / 1000;
	const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' });
	const steps = [
		[60, 1, 'second'],
		[3600, 60, 'minute'],
		[86_400, 3600, 'hour'],
		[30 * 86_400, 86_400, 'day'],
		[365 * 86_400, 30 * 86_400, 'month'],
	] as const;
	const [, size, unit] = steps.find(([below]) => seconds < below) ?? [0, 365 * 86_400, 'year' as const];
	return format.format(-Math.floor(Math.max(0, seconds) / size), unit);
}

/** 1234567 → "1.2M". */
export function compact(value: number, locale: string): string {
	return new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 }).format(value);
}

/** In decimal units, as the Hub tells sizes: 563 → "563 bytes", 3123 → "3.1 kB". */
export function bytesText(bytes: number, locale: string): string {
	const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
	const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
	const unit = units[step] ?? 'byte';
	const format = new Intl.NumberFormat(locale, {
		style: 'unit',
		unit,
		unitDisplay: step === 0 ? 'long' : 'short',
		maximumFractionDigits: step === 0 ? 0 : 1,
	});
	return format.format(bytes / 1000 ** step);
}
