// Drives a real VS Code (the server and workbench inside code-server, with Chromium) on machines
// where VS Code cannot be downloaded. Two ways in:
//
//   startTestServer  runs a compiled test entry inside the extension host
//   openWorkbench    installs the packaged VSIX and gives a page object for the user's path
//
// Everything waits for a state and never for a time alone, because test machines are busy.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { format } from 'node:util';
import { chromium } from 'playwright-core';
import { Workbench, withTimeout } from './workbench.mjs';

export { runAxe, until, Workbench } from './workbench.mjs';

/**
 * @typedef {import("playwright-core").Browser} Browser
 * @typedef {{ root: string, node: string, serverMain: string, codeServer: string, chromium: string }} Host
 * @typedef {"Default Dark Modern" | "Default Light Modern" | "Default High Contrast" | "Default High Contrast Light"} Theme
 */

const here = dirname(fileURLToPath(import.meta.url));

/** What suite.cjs puts before each line that the tests write. */
const suiteMark = '\u0002';

/** @type {Theme[]} */
export const themes = [
	'Default Dark Modern',
	'Default Light Modern',
	'Default High Contrast',
	'Default High Contrast Light',
];

// ---------------------------------------------------------------- where things are

/**
 * The installed host, or an error that says how to get one.
 * @returns {Host}
 */
export function locateHost() {
	const cache =
		process.env.EVAL_LENS_TEST_HOST_CACHE ||
		join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'eval-lens-test-host');
	// The same name as install.sh computes.
	const hash = createHash('sha256');
	for (const part of ['node24', 'server']) {
		for (const file of ['package.json', 'package-lock.json']) hash.update(readFileSync(join(here, part, file)));
	}
	const root = join(cache, hash.digest('hex').slice(0, 16));
	const server = join(root, 'server', 'node_modules', 'code-server');
	const host = {
		root,
		node: join(root, 'node24', 'node_modules', 'node', 'bin', 'node'),
		serverMain: join(server, 'lib', 'vscode', 'out', 'server-main.js'),
		codeServer: join(server, 'out', 'node', 'entry.js'),
		chromium: locateChromium() ?? '',
	};
	const missing = Object.values(host).filter(path => !existsSync(path));
	if (missing.length > 0) {
		throw new Error(
			`The VS Code test host is not installed (missing: ${missing.map(path => path || 'chromium').join(', ')}). ` +
				'Run test/vscode/install.sh once.',
		);
	}
	return host;
}

function locateChromium() {
	if (process.env.CHROMIUM_PATH) return process.env.CHROMIUM_PATH;
	for (const folder of (process.env.PATH ?? '').split(delimiter)) {
		for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
			if (existsSync(join(folder, name))) return join(folder, name);
		}
	}
	return undefined;
}

// ---------------------------------------------------------------- processes, and cleaning up

/** Groups of processes that run now. @type {Set<number>} */
const groups = new Set();
/** Temporary folders that exist now. @type {Set<string>} */
const folders = new Set();

let guarded = false;
/** Ends the groups and removes the folders when this process ends, however that comes about. */
function guard() {
	if (guarded) return;
	guarded = true;
	process.on('exit', () => {
		for (const group of groups) signalGroup(group, 'SIGKILL');
		for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
	});
	for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
		// Without a listener these would end us without the "exit" event.
		process.once(signal, () => process.exit(1));
	}
}

/** @param {number} group @param {NodeJS.Signals | 0} signal @returns {boolean} whether someone was there */
function signalGroup(group, signal) {
	try {
		process.kill(-group, signal);
		return true;
	} catch {
		return false;
	}
}

/**
 * Starts a program of the host with Node 24, as the leader of a process group of its own: VS Code
 * forks extension hosts, watchers and terminals, and only the group reaches them all.
 * @param {Host} host
 * @param {string[]} args
 * @param {Record<string, string | undefined>} [extraEnv]
 */
function startNode(host, args, extraEnv = {}) {
	/** @type {NodeJS.ProcessEnv} */
	const env = { ...process.env };
	for (const name of Object.keys(env)) {
		// From a terminal inside VS Code these would make code-server talk to that one. Options of
		// the Node that runs the tests are not for this Node, and PORT would override --bind-addr.
		if (name.startsWith('VSCODE_') || ['ELECTRON_RUN_AS_NODE', 'NODE_OPTIONS', 'PORT'].includes(name)) delete env[name];
	}
	env.PATH = dirname(host.node) + delimiter + (env.PATH ?? '');
	env.EXTENSIONS_GALLERY = '{}'; // no test asks a live marketplace
	Object.assign(env, extraEnv);

	guard();
	const child = spawn(host.node, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
	const group = child.pid;
	if (group !== undefined) groups.add(group);
	/** The last lines, for messages. @type {string[]} */
	const lines = [];
	/** @type {Set<(line: string) => void>} */
	const listeners = new Set();
	for (const stream of [child.stdout, child.stderr]) {
		createInterface({ input: stream }).on('line', line => {
			keep(lines, line);
			for (const listener of listeners) listener(line);
		});
	}
	/** @type {Promise<number>} */
	const exited = new Promise(done => {
		child.once('error', () => done(-1));
		child.once('close', code => done(code ?? -1));
	});

	/** Waits for the line that matches, with an error when the program ends before. @param {RegExp} pattern */
	async function line(pattern) {
		/** @type {(line: string) => void} */
		let listener = () => {};
		/** @type {Promise<RegExpMatchArray>} */
		const matched = new Promise(done => {
			listener = text => {
				const match = text.match(pattern);
				if (match) done(match);
			};
		});
		lines.forEach(listener);
		listeners.add(listener);
		try {
			return await withTimeout(
				Promise.race([
					matched,
					exited.then(code => {
						throw new Error(`${args[0]} ended with ${code}:\n${lines.join('\n')}`);
					}),
				]),
				60_000,
				() => `${args[0]} did not start in 60 s:\n${lines.join('\n')}`,
			);
		} finally {
			listeners.delete(listener);
		}
	}

	/** Ends the whole group: first kindly, then not. */
	async function stop() {
		if (group === undefined) return;
		signalGroup(group, 'SIGTERM');
		const end = Date.now() + 3_000;
		while (signalGroup(group, 0) && Date.now() < end) await new Promise(done => setTimeout(done, 50));
		signalGroup(group, 'SIGKILL');
		groups.delete(group);
	}

	return { lines, exited, line, stop };
}

/** Adds a line to the last ones, which go into messages. @param {string[]} lines @param {string} line */
function keep(lines, line) {
	lines.push(line);
	if (lines.length > 100) lines.shift();
}

/**
 * Runs `body` with a list of things to undo, and undoes them in reverse order when it throws.
 * @template T
 * @param {(undo: Array<() => Promise<unknown>>) => Promise<T>} body
 * @returns {Promise<{ value: T, close: () => Promise<void> }>}
 */
async function withUndo(body) {
	/** @type {Array<() => Promise<unknown>>} */
	const undo = [];
	const close = async () => {
		for (const step of undo.splice(0).reverse()) await step().catch(() => {});
	};
	try {
		return { value: await body(undo), close };
	} catch (error) {
		await close();
		throw error;
	}
}

/** A fresh folder that goes away with the rest. @param {Array<() => Promise<unknown>>} undo */
async function freshFolder(undo) {
	const folder = await mkdtemp(join(tmpdir(), 'eval-lens-host-'));
	folders.add(folder);
	undo.push(async () => {
		await rm(folder, { recursive: true, force: true, maxRetries: 5 });
		folders.delete(folder);
	});
	return folder;
}

// ---------------------------------------------------------------- the browser

/**
 * Chromium that reaches this machine only. Also good for looking at the HTML report.
 * @returns {Promise<Browser>}
 */
export function launchBrowser() {
	return chromium.launch({
		executablePath: locateHost().chromium,
		env: { ...process.env, FONTCONFIG_FILE: join(here, 'fonts.conf') },
		args: [
			'--no-sandbox', // in containers tests run as root
			'--disable-gpu',
			'--disable-dev-shm-usage',
			'--disable-quic',
			'--no-first-run',
			'--disable-background-networking',
			'--disable-component-update',
			'--disable-sync',
			// A request that leaves the machine fails everywhere, not only where there is no network.
			'--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1',
			'--force-color-profile=srgb', // the same pixels on every machine
		],
	});
}

/**
 * @param {Array<() => Promise<unknown>>} undo
 * @param {{ theme?: Theme, viewport?: { width: number, height: number }, scale?: number }} [options]
 */
async function openPage(
	undo,
	{ theme = 'Default Dark Modern', viewport = { width: 1440, height: 900 }, scale = 1 } = {},
) {
	const browser = await launchBrowser();
	undo.push(() => browser.close());
	const context = await browser.newContext({
		viewport,
		deviceScaleFactor: scale,
		colorScheme: theme.includes('Light') ? 'light' : 'dark',
		reducedMotion: 'reduce',
		locale: 'en-US',
		timezoneId: 'UTC',
		permissions: ['clipboard-read', 'clipboard-write'],
	});
	return context.newPage();
}

// ---------------------------------------------------------------- settings

/**
 * User settings under which nothing but the product shows.
 * @param {{ theme: Theme, trust: boolean, settings?: Record<string, unknown> }} options
 */
function userSettings({ theme, trust, settings = {} }) {
	return {
		'workbench.colorTheme': theme,
		'window.autoDetectColorScheme': false,
		'window.autoDetectHighContrast': false,
		'telemetry.telemetryLevel': 'off',
		'workbench.enableExperiments': false,
		'workbench.startupEditor': 'none',
		'workbench.tips.enabled': false,
		'workbench.welcomePage.walkthroughs.openOnInstall': false,
		'window.restoreWindows': 'none',
		'window.commandCenter': false,
		'window.menuBarVisibility': 'hidden',
		'workbench.layoutControl.enabled': false,
		'workbench.secondarySideBar.defaultVisibility': 'hidden',
		'workbench.panel.defaultLocation': 'bottom',
		'workbench.reduceMotion': 'on',
		// A palette that remembers would show other commands first in the second test.
		'workbench.commandPalette.history': 0,
		'chat.disableAIFeatures': true,
		'chat.commandCenter.enabled': false,
		'extensions.ignoreRecommendations': true,
		'extensions.autoUpdate': false,
		'extensions.autoCheckUpdates': false,
		'update.mode': 'none',
		'update.showReleaseNotes': false,
		'git.openRepositoryInParentFolders': 'never',
		'git.autofetch': false,
		'editor.cursorBlinking': 'solid',
		'security.workspace.trust.enabled': !trust,
		// With trust on and no question asked, a folder stays in Restricted Mode.
		'security.workspace.trust.startupPrompt': 'never',
		...settings,
	};
}

/** @param {string} folder the user data folder @param {object} settings */
async function writeSettings(folder, settings) {
	await mkdir(join(folder, 'User'), { recursive: true });
	await writeFile(join(folder, 'User', 'settings.json'), JSON.stringify(settings, null, '\t'));
}

// ---------------------------------------------------------------- tests inside the extension host

/**
 * Runs a compiled test entry, which exports `run(): Promise<void>`, in the remote extension host
 * (Node 24) of a real VS Code, and gives the exit code of the suite: 0, or 1 when `run` rejects.
 * @param {object} options
 * @param {string} options.workspace the folder to open; tests write into it, so give a copy
 * @param {string} options.extension the folder of the extension under test, built
 * @param {string} options.testsEntry the compiled entry
 * @param {string} [options.dataDir] server data; a fresh folder when left out, so that no state leaks
 * @param {string} [options.extensionsDir] other extensions; a fresh, empty folder when left out
 * @param {boolean} [options.trust] false: Restricted Mode
 * @param {Record<string, unknown>} [options.settings] more user settings
 * @param {Record<string, string | undefined>} [options.env] environment of the extension host
 * @param {number} [options.timeoutMs]
 * @param {(line: string) => void} [options.log] gets what the tests write to the console
 * @returns {Promise<number>}
 */
export async function startTestServer({
	workspace,
	extension,
	testsEntry,
	dataDir,
	extensionsDir,
	trust = true,
	settings,
	env,
	timeoutMs = 300_000,
	log = console.log,
}) {
	const host = locateHost();
	const { value, close } = await withUndo(async undo => {
		const data = dataDir ? resolve(dataDir) : await freshFolder(undo);
		const extensions = extensionsDir ? resolve(extensionsDir) : await freshFolder(undo);
		const result = join(await freshFolder(undo), 'result');
		await writeSettings(
			join(data, 'data'),
			userSettings({ theme: 'Default Dark Modern', trust, ...(settings && { settings }) }),
		);

		// The server itself and not the plain code-server entry: only with the smoke test driver does
		// the workbench read `payload`.
		const server = startNode(
			host,
			[
				host.serverMain,
				...['--host', '127.0.0.1', '--port', '0', '--without-connection-token', '--accept-server-license-terms'],
				...['--enable-smoke-test-driver', '--disable-telemetry'],
				...(trust ? ['--disable-workspace-trust'] : []),
				...['--server-data-dir', data, '--extensions-dir', extensions],
			],
			{ ...env, EVAL_LENS_TEST_ENTRY: resolve(testsEntry), EVAL_LENS_TEST_RESULT: result },
		);
		undo.push(server.stop);
		const port = (await server.line(/Extension host agent listening on (\d+)/))[1];

		const page = await openPage(undo);
		await page.exposeFunction('codeAutomationLog', (/** @type {string} */ _type, /** @type {unknown[]} */ args) => {
			const text = format(...args);
			if (text.startsWith(suiteMark)) log(text.slice(suiteMark.length));
			else if (process.env.EVAL_LENS_TEST_HOST_VERBOSE) log(`[workbench] ${text}`);
			else keep(server.lines, `[workbench] ${text}`);
		});
		/** @type {Promise<number>} */
		const suite = new Promise(done => page.exposeFunction('codeAutomationExit', done));
		/** @type {Promise<never>} */
		const broken = new Promise((_, reject) => {
			page.once('crash', () => reject(new Error('The browser page crashed')));
			server.exited.then(code => reject(new Error(`The server ended with ${code}:\n${server.lines.join('\n')}`)));
		});
		broken.catch(() => {}); // it also comes when all is over and nobody listens

		const remote = (/** @type {string} */ path) => `vscode-remote://localhost:${port}${urlPath(path)}`;
		const payload = [
			['extensionDevelopmentPath', remote(extension)],
			['extensionTestsPath', remote(join(here, 'suite.cjs'))],
		];
		const query = new URLSearchParams({ folder: resolve(workspace), payload: JSON.stringify(payload) });
		const tested = page.goto(`http://localhost:${port}/?${query}`, { timeout: timeoutMs }).then(() => suite);
		const code = await withTimeout(
			Promise.race([tested, broken]),
			timeoutMs,
			() => `The suite did not end in ${timeoutMs} ms. The last lines of the log:\n${server.lines.join('\n')}`,
		);
		if (code === 0 && !existsSync(result)) {
			log(`The extension host ended before the suite did. The last lines of the log:\n${server.lines.join('\n')}`);
			return 1;
		}
		return code;
	});
	await close();
	return value;
}

/** The path of a file as it stands in a URL. @param {string} path */
function urlPath(path) {
	return pathToFileURL(resolve(path)).pathname;
}

// ---------------------------------------------------------------- the packaged extension in a workbench

/**
 * Installs a VSIX into a fresh VS Code and opens a folder in it.
 * @param {object} options
 * @param {string} options.vsix
 * @param {string} options.workspace
 * @param {Theme} [options.theme]
 * @param {boolean} [options.trust] false: Restricted Mode
 * @param {Record<string, unknown>} [options.settings] more user settings
 * @param {Record<string, string | undefined>} [options.env] environment of the extension host
 * @param {{ width: number, height: number }} [options.viewport]
 * @param {number} [options.scale] 2 for screenshots that are sharp on good screens
 * @returns {Promise<Workbench>}
 */
export async function openWorkbench({
	vsix,
	workspace,
	theme = 'Default Dark Modern',
	trust = true,
	settings,
	env,
	viewport,
	scale,
}) {
	const host = locateHost();
	const { value, close } = await withUndo(async undo => {
		const data = await freshFolder(undo);
		const extensions = await freshFolder(undo);
		await writeSettings(data, userSettings({ theme, trust, ...(settings && { settings }) }));
		// A config of its own: the user's would be read, and written when there is none.
		const folders = ['--user-data-dir', data, '--extensions-dir', extensions, '--config', join(data, 'config.yaml')];

		const installer = startNode(host, [host.codeServer, '--install-extension', resolve(vsix), ...folders], env);
		undo.push(installer.stop);
		const code = await withTimeout(installer.exited, 120_000, () => `Installing ${vsix} did not end in 120 s`);
		if (code !== 0) throw new Error(`Installing ${vsix} ended with ${code}:\n${installer.lines.join('\n')}`);

		const server = startNode(
			host,
			[
				host.codeServer,
				...['--auth', 'none', '--bind-addr', '127.0.0.1:0', ...folders],
				...['--disable-telemetry', '--disable-update-check', '--disable-getting-started-override'],
				// Without the smoke test driver: under it no notification ever shows.
				...(trust ? ['--disable-workspace-trust'] : []),
				resolve(workspace),
			],
			env,
		);
		undo.push(server.stop);
		const port = (await server.line(/HTTP server listening on http:\/\/[^:]+:(\d+)/))[1];

		const page = await openPage(undo, { theme, ...(viewport && { viewport }), ...(scale && { scale }) });
		const manifest = await installedManifest(extensions);
		const workbench = new Workbench(
			page,
			text => text.includes(extensions) || text.startsWith(`[${manifest.publisher}.${manifest.name}]`),
		);
		const query = new URLSearchParams({ folder: resolve(workspace) });
		await workbench.open(`http://localhost:${port}/?${query}`);
		return workbench;
	});
	value.close = close;
	return value;
}

/**
 * The package.json of the one extension in a folder of extensions.
 * @param {string} folder
 * @returns {Promise<{ publisher: string, name: string }>}
 */
async function installedManifest(folder) {
	for (const name of await readdir(folder)) {
		const path = join(folder, name, 'package.json');
		if (existsSync(path)) return JSON.parse(await readFile(path, 'utf8'));
	}
	throw new Error('The VSIX was installed, but no extension is there');
}
