import type * as Runtime from './runtime';
import type { Span } from './startup';

type Rooms = typeof Runtime;

let loaded: Promise<Rooms> | undefined;
let tell: (span: Span) => void = () => {};

/** Where the time that loading takes is told. */
export function onRoomsLoaded(listener: (span: Span) => void): void {
	tell = listener;
}

/**
 * Everything heavy (YAML, schemas, Parquet, the engine's client), loaded at its first use: the build leaves this import
 * as a require of dist/runtime.cjs, which knows nothing of vscode.
 */
export function rooms(): Promise<Rooms> {
	loaded ??= load();
	return loaded;
}

async function load(): Promise<Rooms> {
	const start = performance.now();
	const module = await import('./runtime');
	tell({ name: 'loaded the rooms', milliseconds: performance.now() - start });
	return module;
}
