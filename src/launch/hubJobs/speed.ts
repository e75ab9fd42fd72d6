import type { Hardware } from '../../hub/jobs/hardware';
import type { Speed } from '../contract';

/** Dense multiplications and additions a second, in 10¹², by the number's width in bits (NVIDIA's data sheets). */
const peaks: Readonly<Record<string, { readonly 16: number; readonly 32: number }>> = {
	T4: { 16: 65, 32: 8.1 },
	L4: { 16: 121, 32: 30.3 },
	A10G: { 16: 70, 32: 31.2 },
	L40S: { 16: 362, 32: 91.6 },
	A100: { 16: 312, 32: 19.5 },
	H100: { 16: 989, 32: 67 },
	H200: { 16: 989, 32: 67 },
};

/** Of the peak, while prompts are read; what small models are asked for is bound by the requests instead. */
const share = 0.25;
const samplesASecond = 50;

/** Seconds until a server answers: an image of 10 GB, the weights, and its warming up. */
const starting = 300;

/**
 * What hardware should do, by its data sheet: a token takes two operations a parameter, on one accelerator however many
 * there are, since the server is started with one.
 * @param dtype As jobs have it; null: as the model is stored, which is 16 bits for most.
 * @returns Null for hardware whose peak is not known here.
 */
export function dataSheetSpeed({ accelerator }: Hardware, parameters: number, dtype: string | null): Speed | null {
	const peak = accelerator !== null && Object.hasOwn(peaks, accelerator) ? peaks[accelerator] : undefined;
	if (!peak) {
		return null;
	}
	const bits = dtype !== null && /^(fp32|float32|float)$/.test(dtype) ? 32 : 16;
	return { starting, tokensASecond: (peak[bits] * 1e12 * share) / (2 * parameters), samplesASecond };
}
