// Builds everything into dist/. `--watch` rebuilds on change, `--production` minifies and leaves source maps out.
import { cp, mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const root = path.dirname(fileURLToPath(import.meta.url));
const watch = process.argv.includes('--watch');
const production = process.argv.includes('--production');

/** The native binding moves to dist/onnxruntime, so that a package holds one platform's binaries and no node_modules. */
const onnxruntimeBinding = {
	name: 'onnxruntime-binding',
	setup(build) {
		build.onLoad({ filter: /onnxruntime-node[\\/]dist[\\/]binding\.js$/ }, async ({ path: file }) => {
			const { readFile } = await import('node:fs/promises');
			const source = await readFile(file, 'utf8');
			const pattern = /`\.\.\/bin\/napi-v6\/\$\{process\.platform\}\/\$\{process\.arch\}\/onnxruntime_binding\.node`/;
			if (!pattern.test(source)) {
				throw new Error(`${file} loads its native binding in another way now: mend esbuild.mjs`);
			}
			return { contents: source.replace(pattern, '"./onnxruntime/onnxruntime_binding.node"'), loader: 'js' };
		});
		// Left as a require of a path beside the bundle.
		build.onResolve({ filter: /onnxruntime_binding\.node$/ }, ({ path: file }) => ({ path: file, external: true }));
	},
};

/** @type {import('esbuild').BuildOptions} */
const common = {
	absWorkingDir: root,
	bundle: true,
	minify: production,
	sourcemap: production ? false : 'linked',
	logLevel: 'info',
	legalComments: 'none',
	outdir: 'dist',
};

/** @type {import('esbuild').BuildOptions} */
const node = {
	...common,
	platform: 'node',
	target: 'node20',
	format: 'cjs',
	outExtension: { '.js': '.cjs' },
	external: ['vscode'],
	plugins: [onnxruntimeBinding],
};

/** @type {import('esbuild').BuildOptions[]} */
const builds = [
	{ ...node, entryPoints: { extension: 'src/extension/main.ts' } },
	{ ...node, entryPoints: { cli: 'src/cli/main.ts' }, banner: { js: '#!/usr/bin/env node' } },
	{ ...node, entryPoints: { engine: 'src/engine/process/main.ts' } },
	{
		...common,
		platform: 'browser',
		target: 'es2022',
		format: 'iife',
		entryPoints: { webview: 'webview/main.tsx', report: 'webview/report.tsx' },
		jsx: 'automatic',
		jsxImportSource: 'preact',
		define: { 'process.env.NODE_ENV': '"production"' },
	},
];

/** This platform's binaries; macOS ships its library twice, one of the two is enough. */
async function copyOnnxruntime() {
	const from = path.join(root, 'node_modules/onnxruntime-node/bin/napi-v6', process.platform, process.arch);
	const to = path.join(root, 'dist/onnxruntime');
	await rm(to, { recursive: true, force: true });
	await mkdir(to, { recursive: true });
	const files = await readdir(from).catch(() => []);
	for (const file of files.filter(name => !/^libonnxruntime\.\d+\.\d+\.\d+\.dylib$/.test(name))) {
		await cp(path.join(from, file), path.join(to, file));
	}
	if (files.length === 0) {
		console.warn(
			`no ONNX Runtime for ${process.platform}-${process.arch}: this build views results, but runs no model`,
		);
	}
}

await copyOnnxruntime();
if (watch) {
	for (const options of builds) {
		await (await esbuild.context(options)).watch();
	}
} else {
	await Promise.all(builds.map(options => esbuild.build(options)));
}
