import { openRun } from '../../src/run/openRun';

/** Prints what reading a run costs the extension host: times, and memory once it is read. Wants node --expose-gc. */
export async function measureHost(dir: string): Promise<void> {
	const collect = () => globalThis.gc?.();
	collect();
	const before = process.memoryUsage();
	const clock = stopwatch();
	const run = await openRun(dir);
	const { variants, results } = await run.overview();
	const names = variants.map(({ name }) => name);
	const choice = (variant: string) => ({ model: results[0]?.model ?? '', base: names[0] ?? '', variant });
	const examples = await run.examples();
	await run.columns(choice(names[1] ?? ''));
	console.log(`  tables and the first comparison ${clock()}`);
	await run.columns(choice(names[2] ?? ''));
	console.log(`  another comparison              ${clock()}`);
	const key = (place: number) => examples.key[place % examples.key.length] ?? '';
	await run.pair({ ...choice(names[1] ?? ''), key: key(7000) });
	console.log(`  a question's prompts            ${clock()}`);
	for (let place = 0; place < 50; place++) {
		await run.pair({ ...choice(names[1] ?? ''), key: key(281 * place) });
	}
	console.log(`  50 others                       ${clock()}`);
	const peak = process.resourceUsage().maxRSS / 1024 - before.rss / 2 ** 20;
	collect();
	const now = process.memoryUsage();
	const held = now.heapUsed + now.external - before.heapUsed - before.external;
	console.log(`  memory: ${(held / 2 ** 20).toFixed(0)} MB held, ${peak.toFixed(0)} MB more of the process at most`);
	// Held until here.
	if (run.results.length === 0) {
		throw new Error('the run is empty');
	}
}

function stopwatch(): () => string {
	let last = performance.now();
	return () => {
		const now = performance.now();
		const text = `${(now - last).toFixed(0).padStart(5)} ms`;
		last = now;
		return text;
	};
}
