import type { Hub } from '../hub/hub';
import type { CancellationToken } from '../protocol/cancellation';
import { type Preview, PreviewSession } from './previewSession';

/**
 * Opens an evaluation once, as its file has it; `PreviewSession` follows one as it is typed.
 * @param file Absolute.
 */
export async function openPreview(
	{ file, hub }: { readonly file: string; readonly hub?: Hub },
	token: CancellationToken,
): Promise<Preview> {
	const session = new PreviewSession(file, hub);
	const onCancel = token.onCancellationRequested(() => session.dispose());
	try {
		const preview = await session.open();
		if (preview.evaluation.variants.some(variant => variant.format.chat)) {
			await session.loadModel(preview);
		}
		return preview;
	} finally {
		onCancel.dispose();
	}
}
