import * as vscode from 'vscode';
import { CancellationSource } from '../protocol/cancellation';
import { withoutLinks } from './notification';
import { bytesText } from './numbers';
import { rooms } from './rooms';
import { text } from './text';

const locale = vscode.env.language;

/** Downloads CUDA support for ONNX Runtime after the person has agreed, and says whether it can be used. */
export async function installCudaSupport(enginePath: string): Promise<void> {
	const { checkCuda, cudaConsent, cudaRoot, installCuda, planCuda, registryIndex } = await rooms();
	const place = { root: cudaRoot(), enginePath };
	const registry = { index: registryIndex, fetch };
	const source = new CancellationSource();
	const plan = await planCuda(place, registry, source.token);
	if (plan) {
		const download = vscode.l10n.t('Download');
		const question = withoutLinks(text(cudaConsent(plan)));
		if ((await vscode.window.showInformationMessage(question, { modal: true }, download)) !== download) {
			return;
		}
		const title = vscode.l10n.t('CUDA support');
		const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
		await vscode.window.withProgress(options, async (progress, token) => {
			token.onCancellationRequested(() => source.cancel());
			let told = { phase: '', share: 0 };
			await installCuda(
				place,
				registry,
				plan,
				({ phase, done, total }) => {
					const share = Math.floor((100 * done) / Math.max(1, total));
					const before = told.phase === phase ? told.share : 0;
					if (phase === told.phase && share === before) {
						return;
					}
					told = { phase, share };
					const [is, of] = [bytesText(done, locale), bytesText(total, locale)];
					const message =
						phase === 'downloading'
							? vscode.l10n.t('downloading {0} of {1}', is, of)
							: vscode.l10n.t('unpacking {0} of {1}', is, of);
					// The bar counts up to 100 in all: what is unpacked comes fast, and after it is full.
					progress.report({ message, ...(phase === 'downloading' ? { increment: share - before } : {}) });
				},
				source.token,
			);
		});
	}
	const { usable, sentence } = await checkCuda(place, source.token);
	const show = usable ? vscode.window.showInformationMessage : vscode.window.showWarningMessage;
	void show(withoutLinks(text(sentence)));
}
