// Builds everything into dist/. `--watch` rebuilds on change, `--production` minifies and leaves source maps out;
// `--only=NAME` builds one of the outputs (with the runtime for `engine`), `--outdir=FOLDER` puts it elsewhere.
// `--package` makes a VSIX for this platform of what was built.
// `--tests` builds out/test/extension.cjs, the tests that run inside VS Code; `--manifest` writes what package.json contributes.
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const root = path.dirname(fileURLToPath(import.meta.url));
const watch = process.argv.includes('--watch');
const production = process.argv.includes('--production');
const only = option('only');
const outdir = path.resolve(root, option('outdir') ?? 'dist');

function option(name) {
	return process.argv.find(argument => argument.startsWith(`--${name}=`))?.slice(name.length + 3);
}

/** The binding beside the bundle, or in the folder that the engine process is given: one with more providers. */
const fromFolder = `process.argv[2]
	? require("node:path").join(process.argv[2], "onnxruntime_binding.node")
	: "./onnxruntime/onnxruntime_binding.node"`;

/** The native binding moves to dist/onnxruntime, so that a package holds one platform's binaries and no node_modules. */
const onnxruntimeBinding = {
	name: 'onnxruntime-binding',
	setup(build) {
		build.onLoad({ filter: /onnxruntime-node[\\/]dist[\\/]binding\.js$/ }, async ({ path: file }) => {
			const source = await readFile(file, 'utf8');
			const pattern = /`\.\.\/bin\/napi-v6\/\$\{process\.platform\}\/\$\{process\.arch\}\/onnxruntime_binding\.node`/;
			if (!pattern.test(source)) {
				throw new Error(`${file} loads its native binding in another way now: mend esbuild.mjs`);
			}
			return { contents: source.replace(pattern, fromFolder), loader: 'js' };
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
	outdir,
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

/** Parts of the YAML language server that are asked for nothing: its formatter (Prettier, 3 MB), its server, its translations. */
const unusedOfYamlServer = {
	name: 'unused-of-yaml-server',
	setup(build) {
		const stubs = [
			[/yamlFormatter\.js$/, 'export class YAMLFormatter { configure() {} format() { return []; } }'],
			[/schemaSelectionHandlers\.js$/, 'export class JSONSchemaSelection {}'],
			[/ajv-i18n[\\/]localize[\\/]index\.js$/, 'module.exports = { en() {} };'],
		];
		for (const [filter, contents] of stubs) {
			let found = false;
			build.onLoad({ filter }, () => {
				found = true;
				return { contents };
			});
			build.onEnd(() => {
				if (!found) {
					throw new Error(`the YAML language server has no ${filter} now: mend esbuild.mjs`);
				}
			});
		}
	},
};

/** Modules that extension.cjs and runtime.cjs share: they stay requires of other files beside the bundle. */
const separate = new Map([
	['src/extension/runtime', './runtime.cjs'],
	['src/extension/language/yamlService', './yamlService.cjs'],
	['src/protocol/cancellation', './shared.cjs'],
	['src/protocol/failure', './shared.cjs'],
	['src/protocol/messages', './shared.cjs'],
]);
const separateBundles = {
	name: 'separate-bundles',
	setup(build) {
		build.onResolve({ filter: /^\./ }, ({ path: request, resolveDir, kind }) => {
			const module = path.relative(root, path.resolve(resolveDir, request)).split(path.sep).join('/');
			const file = kind === 'entry-point' ? undefined : separate.get(module);
			return file && { path: file, external: true };
		});
	},
};

/** @type {import('esbuild').BuildOptions} */
const host = {
	...node,
	plugins: [...node.plugins, separateBundles],
	// import() becomes a lazy require, which the extension host knows how to serve.
	supported: { 'dynamic-import': false },
};

/** @type {import('esbuild').BuildOptions[]} */
const builds = [
	{ ...host, entryPoints: { extension: 'src/extension/main.ts' } },
	{ ...host, entryPoints: { runtime: 'src/extension/runtime.ts' } },
	{ ...node, entryPoints: { shared: 'src/extension/shared.ts' } },
	{
		...node,
		entryPoints: { yamlService: 'src/extension/language/yamlService.ts' },
		// jsonc-parser's main is UMD, whose requires are hidden from bundlers.
		mainFields: ['module', 'main'],
		plugins: [unusedOfYamlServer],
	},
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
	const to = path.join(outdir, 'onnxruntime');
	await rm(to, { recursive: true, force: true });
	await mkdir(to, { recursive: true });
	const files = await readdir(from).catch(() => []);
	for (const file of files.filter(name => !/^libonnxruntime\.\d+\.\d+\.\d+\.dylib$/.test(name))) {
		await cp(path.join(from, file), path.join(to, file));
	}
	// What is installed beside it later, such as CUDA support, has to be of the same version.
	const { version } = JSON.parse(await readFile(path.join(root, 'node_modules/onnxruntime-node/package.json'), 'utf8'));
	await writeFile(path.join(to, 'version.txt'), version);
	if (files.length === 0) {
		console.warn(
			`no ONNX Runtime for ${process.platform}-${process.arch}: this build views results, but runs no model`,
		);
	}
}

/** Every *.test.ts of test/extension behind one entry that exports `run`: no hand-written list leaves one out. */
async function buildTests() {
	const folder = path.join(root, 'test/extension');
	const files = (await readdir(folder)).filter(name => name.endsWith('.test.ts')).sort();
	await esbuild.build({
		...node,
		stdin: {
			contents: [...files.map(name => `import './${name}';`), "export { run } from './suite';"].join('\n'),
			resolveDir: folder,
			sourcefile: 'all.ts',
			loader: 'ts',
		},
		sourcemap: 'inline',
		outfile: 'out/test/extension.cjs',
		outdir: undefined,
		outExtension: undefined,
	});
}

/** Writes the parts of package.json that follow from src/extension/contributions.ts, and package.nls.json. */
async function writeManifest() {
	const { outputFiles } = await esbuild.build({
		...node,
		entryPoints: ['src/extension/manifest.ts'],
		format: 'esm',
		write: false,
		logLevel: 'warning',
		sourcemap: false,
	});
	const url = `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`;
	const { manifest } = await import(url);
	const { package: parts, nls } = manifest();
	const file = path.join(root, 'package.json');
	const tabs = value => `${JSON.stringify(value, null, '\t')}\n`;
	await writeFile(file, tabs({ ...JSON.parse(await readFile(file, 'utf8')), ...parts }));
	await writeFile(path.join(root, 'package.nls.json'), tabs(nls));
}

const wanted = builds.filter(({ entryPoints }) => only === undefined || only in entryPoints);
if (process.argv.includes('--manifest')) {
	await writeManifest();
	process.exit();
}
if (process.argv.includes('--tests')) {
	await buildTests();
	process.exit();
}
if (only === undefined || only === 'engine') {
	await copyOnnxruntime();
}
if (watch) {
	for (const options of wanted) {
		await (await esbuild.context(options)).watch();
	}
} else {
	await Promise.all(wanted.map(options => esbuild.build(options)));
}
if (process.argv.includes('--package')) {
	const { createVSIX } = await import('@vscode/vsce');
	const target = `${process.platform}-${process.arch}`;
	const packagePath = path.join(root, `eval-lens-${target}.vsix`);
	// One that was left lying would be tested in place of the one that could not be made.
	await rm(packagePath, { force: true });
	await createVSIX({
		cwd: root,
		target,
		packagePath,
		// Everything the code needs is in dist/, so node_modules stay out.
		dependencies: false,
		allowMissingRepository: true,
		rewriteRelativeLinks: false,
	});
}
