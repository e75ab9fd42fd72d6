import type { CancellationToken } from '../../protocol/cancellation';
import { type Message, message } from '../../protocol/messages';
import { probeDevices } from '../probeDevices';
import type { CudaPlace, CudaPlan } from './install';

/** What a person agrees to before anything is downloaded. */
export function cudaConsent({ package: { name, version, size }, host, folder }: CudaPlan): Message {
	return message('cuda.consent', { version, size: (size / 1e6).toFixed(1), host, name, folder });
}

/** Whether CUDA can be used now that it is installed, by a trial, in a sentence. */
export async function checkCuda(
	{ root, enginePath }: CudaPlace,
	token: CancellationToken,
): Promise<{ readonly usable: boolean; readonly sentence: Message }> {
	const [found] = await probeDevices({ enginePath, cudaRoot: root }, ['cuda'], token);
	return found?.usable
		? { usable: true, sentence: message('cuda.installed-usable', {}) }
		: {
				usable: false,
				sentence: message('cuda.installed-unusable', {
					reason: found?.reason ?? message('engine.device-not-tried', {}),
				}),
			};
}
