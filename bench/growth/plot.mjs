// A line chart as SVG, as plain as can be: linear axes from zero, named, with a line and its points for every series.

const width = 320;
const height = 260;
const area = { left: 62, right: 308, top: 44, bottom: 210 };
// Told apart by eyes that confuse red and green, and by the shape of their points.
const inks = ['#0060a8', '#c05000', '#5a3a8a'];

/**
 * @param {{ title: string, x: string, y: string, series: { name: string, points: [number, number][] }[] }[]} charts
 *   side by side in one picture
 */
export function picture(charts) {
	const body = charts.map((chart, i) => `<g transform="translate(${i * width} 0)">${drawn(chart)}</g>`).join('\n');
	return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${charts.length * width} ${height}" font-family="sans-serif" font-size="11" role="img">
<title>${escaped(charts.map(({ title }) => title).join('; '))}</title>
<rect width="100%" height="100%" fill="#ffffff"/>
${body}
</svg>
`;
}

function drawn({ title, x, y, series }) {
	const points = series.flatMap(one => one.points);
	const xs = scale(Math.max(...points.map(([value]) => value)), area.left, area.right);
	const ys = scale(Math.max(...points.map(([, value]) => value)), area.bottom, area.top);
	return [
		text(area.left, 16, title, 'font-weight="bold"'),
		...series.map(({ name }, i) => text(area.left + 4 + i * 120, 34, `${'●■▲'[i]} ${name}`, `fill="${inks[i]}"`)),
		`<path d="M${area.left} ${area.top}V${area.bottom}H${area.right}" fill="none" stroke="#333333"/>`,
		...xs.ticks.map(tick => text(xs.at(tick), area.bottom + 15, shown(tick), 'text-anchor="middle"')),
		...ys.ticks.map(
			tick =>
				`<path d="M${area.left} ${ys.at(tick)}H${area.right}" stroke="#dddddd"/>${text(area.left - 6, ys.at(tick) + 4, shown(tick), 'text-anchor="end"')}`,
		),
		text((area.left + area.right) / 2, area.bottom + 34, x, 'text-anchor="middle"'),
		`<g transform="translate(13 ${(area.top + area.bottom) / 2}) rotate(-90)">${text(0, 0, y, 'text-anchor="middle"')}</g>`,
		...series.map((one, i) => line(one.points, xs, ys, i)),
	].join('\n');
}

function line(points, xs, ys, i) {
	const places = points.map(([x, y]) => [xs.at(x), ys.at(y)]);
	const marks = places.map(([x, y]) => mark(x, y, i)).join('');
	return `<path d="M${places.map(place => place.join(' ')).join('L')}" fill="none" stroke="${inks[i]}" stroke-width="1.5"/>${marks}`;
}

function mark(x, y, i) {
	const ink = `fill="${inks[i]}"`;
	if (i === 0) {
		return `<circle cx="${x}" cy="${y}" r="3" ${ink}/>`;
	}
	return i === 1
		? `<rect x="${x - 3}" y="${y - 3}" width="6" height="6" ${ink}/>`
		: `<path d="M${x} ${y - 4}l4 7h-8z" ${ink}/>`;
}

/** From zero to a round number above `most`, in at most five steps of 1, 2 or 5 times a power of ten. */
function scale(most, from, to) {
	const rough = (most || 1) / 5;
	const power = 10 ** Math.floor(Math.log10(rough));
	const step = [1, 2, 5, 10].map(times => times * power).find(size => size >= rough * 0.999) ?? 10 * power;
	const end = Math.ceil((most || 1) / step - 1e-9) * step;
	const ticks = Array.from({ length: Math.round(end / step) + 1 }, (_, i) => i * step);
	return { ticks, at: value => Math.round((from + ((to - from) * value) / end) * 10) / 10 };
}

function shown(value) {
	if (value >= 1e6) {
		return `${round(value / 1e6)} M`;
	}
	return value >= 1e4 ? `${round(value / 1e3)} k` : String(round(value));
}

function round(value) {
	return Number(value.toPrecision(4));
}

function text(x, y, content, attributes = '') {
	return `<text x="${x}" y="${y}" ${attributes}>${escaped(content)}</text>`;
}

function escaped(content) {
	return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
