import { inflateSync } from 'node:zlib';

export interface Place {
	readonly x: number;
	readonly y: number;
	readonly width: number;
	readonly height: number;
}

/** The height, in pixels, of the tallest stretch of a picture's part in which nothing stands: every line is of one colour. */
export function blankStretch(png: Buffer, { x, y, width, height }: Place): number {
	const picture = decode(png);
	const [left, top] = [Math.round(x), Math.round(y)];
	let tallest = 0;
	let stretch = 0;
	for (let line = top; line < Math.min(picture.height, top + height); line++) {
		stretch = isPlain(picture, line, left, Math.min(picture.width, left + width)) ? stretch + 1 : 0;
		tallest = Math.max(tallest, stretch);
	}
	return tallest;
}

interface Picture {
	readonly width: number;
	readonly height: number;
	readonly channels: number;
	readonly pixels: Buffer;
}

function isPlain({ pixels, width, channels }: Picture, line: number, from: number, to: number): boolean {
	const at = (column: number) => (line * width + column) * channels;
	for (let column = from + 1; column < to; column++) {
		for (let channel = 0; channel < channels; channel++) {
			if (pixels[at(column) + channel] !== pixels[at(from) + channel]) {
				return false;
			}
		}
	}
	return true;
}

/** A PNG of 8 bits a channel that is not interlaced, as Chromium writes them. */
function decode(png: Buffer): Picture {
	const parts: Buffer[] = [];
	let [width, height, channels] = [0, 0, 4];
	for (let at = 8; at < png.length; ) {
		const length = png.readUInt32BE(at);
		const type = png.toString('latin1', at + 4, at + 8);
		const body = png.subarray(at + 8, at + 8 + length);
		if (type === 'IHDR') {
			[width, height, channels] = [body.readUInt32BE(0), body.readUInt32BE(4), body[9] === 6 ? 4 : 3];
		} else if (type === 'IDAT') {
			parts.push(body);
		}
		at += length + 12;
	}
	return {
		width,
		height,
		channels,
		pixels: unfiltered(inflateSync(Buffer.concat(parts)), width * channels, height, channels),
	};
}

/** Undoes the five filters of PNG: each line is stored as its difference from what stands left of it and above. */
function unfiltered(raw: Buffer, stride: number, height: number, channels: number): Buffer {
	const pixels = Buffer.alloc(stride * height);
	for (let line = 0; line < height; line++) {
		const filter = raw[line * (stride + 1)] ?? 0;
		for (let i = 0; i < stride; i++) {
			const at = line * stride + i;
			const left = i < channels ? 0 : (pixels[at - channels] ?? 0);
			const above = line === 0 ? 0 : (pixels[at - stride] ?? 0);
			const corner = i < channels || line === 0 ? 0 : (pixels[at - stride - channels] ?? 0);
			const guess = [0, left, above, (left + above) >> 1, paeth(left, above, corner)][filter] ?? 0;
			pixels[at] = ((raw[line * (stride + 1) + 1 + i] ?? 0) + guess) & 255;
		}
	}
	return pixels;
}

function paeth(left: number, above: number, corner: number): number {
	const estimate = left + above - corner;
	const [a, b, c] = [Math.abs(estimate - left), Math.abs(estimate - above), Math.abs(estimate - corner)];
	return a <= b && a <= c ? left : b <= c ? above : corner;
}
