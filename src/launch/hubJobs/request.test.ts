import { expect, it } from 'vitest';
import type { Launch } from '../../config/launch';
import { jobRequest, otherImage } from './request';

const launch = (image: string | null) =>
	({ kind: 'hf_jobs', flavor: 'l4x1', timeout: 60, image, args: [], namespace: null }) as const satisfies Launch;

it('names an image exactly where the job gets another than it gets without one', () => {
	const model = { name: 'm', id: 'acme/m', revision: 'main', dtype: null };
	const imageOf = (image: string | null) =>
		jobRequest({ label: 'a', launch: launch(image), model }, 'hf_token').dockerImage;
	const usual = imageOf(null);
	expect(otherImage(launch(null))).toBeNull();
	expect(otherImage(launch(usual))).toBeNull();
	for (const image of ['acme/vllm', `${usual}-nightly`, `docker.io/${usual}`]) {
		expect(otherImage(launch(image))).toBe(image);
		expect(imageOf(image)).toBe(image);
	}
});

it('names none of launches that take none', () => {
	expect(otherImage({ kind: 'local', command: 'serve', port: 1 })).toBeNull();
});
