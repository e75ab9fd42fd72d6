// The product's own code for benches, bundled as it stands in the sources.
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));

/**
 * @param name Of the bench.
 * @param contents `export … from` lines; paths count from the repository's root.
 */
export async function rooms(name, contents) {
	// Beside node_modules, where ONNX Runtime is found.
	const outfile = path.join(root, 'out', `bench-${name}.mjs`);
	await build({
		stdin: { contents, resolveDir: root, loader: 'ts' },
		outfile,
		bundle: true,
		platform: 'node',
		format: 'esm',
		target: 'node20',
		external: ['onnxruntime-node'],
		banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
		logLevel: 'error',
	});
	return import(pathToFileURL(outfile).href);
}
