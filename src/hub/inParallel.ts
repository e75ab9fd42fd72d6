/**
 * Works on items a few at a time and returns the results in their order. The first error ends it: nothing new is begun,
 * and it is thrown once what was under way has come to an end.
 */
export async function inParallel<T, R>(
	items: readonly T[],
	atOnce: number,
	work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
	const results: R[] = [];
	const failed: unknown[] = [];
	let next = 0;
	const worker = async () => {
		while (next < items.length && failed.length === 0) {
			const index = next++;
			try {
				results[index] = await work(items[index] as T, index); // index is below the length
			} catch (error) {
				failed.push(error);
			}
		}
	};
	await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
	if (failed.length > 0) {
		throw failed[0];
	}
	return results;
}
