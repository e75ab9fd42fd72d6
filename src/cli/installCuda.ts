import path from 'node:path';
import { createInterface } from 'node:readline/promises';
import { checkCuda, cudaConsent } from '../engine/cuda/check';
import { type CudaProgress, installCuda, planCuda } from '../engine/cuda/install';
import { cudaRoot } from '../engine/cuda/place';
import { type Registry, registryIndex } from '../engine/cuda/registry';
import { CancellationSource } from '../protocol/cancellation';
import { type Message, message, messageText } from '../protocol/messages';
import { type ExitCode, exitCodes } from './exitCodes';
import { printable, type Terminal } from './terminal';

/** `eval-lens install-cuda`: asks, downloads, and says whether CUDA can be used. */
export async function installCudaCommand(
	{ yes }: { readonly yes?: boolean },
	terminal: Terminal,
	registry: Registry = { index: registryIndex, fetch },
): Promise<ExitCode> {
	const say = (sentence: Message) => terminal.stderr.write(`${printable(messageText(sentence))}\n`);
	const place = { root: cudaRoot(), enginePath: path.join(terminal.folder, 'engine.cjs') };
	const cancellation = new CancellationSource();
	const cancel = () => cancellation.cancel();
	process.once('SIGINT', cancel);
	process.once('SIGTERM', cancel);
	try {
		const plan = await planCuda(place, registry, cancellation.token);
		if (plan) {
			say(cudaConsent(plan));
			if (!yes) {
				const answer = await agreed();
				if (answer !== true) {
					say(message(answer === null ? 'cuda.needs-yes' : 'cuda.declined', {}));
					return exitCodes.badInput;
				}
			}
			await installCuda(place, registry, plan, progressTo(terminal), cancellation.token);
		} else {
			say(message('cuda.already', {}));
		}
		const { usable, sentence } = await checkCuda(place, cancellation.token);
		say(sentence);
		return usable ? exitCodes.done : exitCodes.runFailed;
	} finally {
		process.removeListener('SIGINT', cancel);
		process.removeListener('SIGTERM', cancel);
	}
}

/** Null where there is nobody to ask. */
async function agreed(): Promise<boolean | null> {
	if (!process.stdin.isTTY) {
		return null;
	}
	const line = createInterface({ input: process.stdin, output: process.stderr });
	try {
		return /^y(es)?$/i.test((await line.question('Download it? [y/N] ')).trim());
	} finally {
		line.close();
	}
}

/** A line for each tenth. */
function progressTo({ stderr }: Terminal): (progress: CudaProgress) => void {
	let last = '';
	return ({ phase, done, total }) => {
		const tenth = Math.floor((10 * done) / Math.max(1, total)) * 10;
		const line = `${phase === 'downloading' ? 'Downloading' : 'Unpacking'}: ${tenth} % of ${(total / 1e6).toFixed(1)} MB`;
		if (line !== last) {
			last = line;
			stderr.write(`${line}\n`);
		}
	};
}
