// The page object of a workbench and what goes with it. host.mjs starts workbenches.

import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';

/**
 * @typedef {import("playwright-core").Page} Page
 * @typedef {import("playwright-core").Frame} Frame
 * @typedef {{ label: string, description: string, level: number, expanded: boolean | undefined, selected: boolean, ariaLabel: string }} TreeRow
 */

/** For steps inside a loop that tries again: what they look for may have gone in between. */
const soon = { timeout: 2_000 };

/**
 * Polls until `probe` gives something other than undefined, null or false.
 * @template T
 * @param {string} what what is waited for, for the message
 * @param {() => Promise<T | undefined | null | false>} probe may throw: a page in motion often does
 * @param {number} [timeoutMs]
 * @returns {Promise<T>}
 */
export async function until(what, probe, timeoutMs = 60_000) {
	const end = Date.now() + timeoutMs;
	let reason = '';
	for (;;) {
		try {
			const value = await probe();
			if (value !== undefined && value !== null && value !== false) return value;
			reason = '';
		} catch (error) {
			reason = `: ${error instanceof Error ? error.message : error}`;
		}
		if (Date.now() > end) throw new Error(`Waited ${timeoutMs} ms for ${what}${reason}`);
		await new Promise(done => setTimeout(done, 100));
	}
}

/**
 * @template T
 * @param {Promise<T>} promise
 * @param {number} timeoutMs
 * @param {() => string} message
 * @returns {Promise<T>}
 */
export function withTimeout(promise, timeoutMs, message) {
	/** @type {NodeJS.Timeout | undefined} */
	let timer;
	const timeout = new Promise((_, reject) => {
		timer = setTimeout(() => reject(new Error(message())), timeoutMs);
	});
	return /** @type {Promise<T>} */ (Promise.race([promise, timeout])).finally(() => clearTimeout(timer));
}

/** A page object: what a person does in VS Code. */
export class Workbench {
	/**
	 * @param {Page} page
	 * @param {(text: string) => boolean} [ours] whether an error of the workbench is about our extension
	 */
	constructor(page, ours = () => true) {
		this.page = page;
		/**
		 * Errors that webviews wrote to the browser's console, and errors that our extension did not
		 * catch. What the Content Security Policy refused appears here and nowhere else.
		 * @type {string[]}
		 */
		this.errors = [];
		page.on('console', message => {
			if (message.type() !== 'error') return;
			// The workbench has errors of its own, about parts that this edition lacks.
			const { url } = message.location();
			const workbench = /\/static\/(out\/vs\/code|node_modules)\//.test(url);
			if (!workbench || ours(message.text())) this.errors.push(`${message.text()} (${url.split('?')[0]})`);
		});
		page.on('pageerror', error => this.errors.push(error.stack ?? String(error)));
	}

	/** Ends the browser and the server and removes their folders. Set by openWorkbench. */
	close = async () => {};

	/** Writes down what notifications say: most go away after ten seconds, and a busy test looks too late. */
	async #recordNotifications() {
		await this.page.addInitScript(() => {
			if (window !== window.top) return; // the script also goes into webviews
			/** @type {string[]} */
			const seen = [];
			/** @type {WeakMap<Element, string>} */
			const last = new WeakMap();
			Object.assign(window, { notificationsSeen: seen });
			setInterval(() => {
				for (const message of document.querySelectorAll('.notification-toast .notification-list-item-message')) {
					const text = message.textContent ?? '';
					// Those with progress change their text.
					if (text === '' || text === last.get(message)) continue;
					last.set(message, text);
					seen.push(text);
				}
			}, 100);
		});
	}

	/** Opens the page of the workbench. @param {string} url */
	async open(url) {
		await this.#recordNotifications();
		await this.page.goto(url, { timeout: 60_000 });
		await this.ready();
	}

	/** Waits until the workbench knows the extensions, is restored, and has drawn its first view. */
	async ready() {
		const marks = ['code/didLoadExtensions', 'code/LifecyclePhase/Restored'];
		await until('the workbench', () =>
			this.page.evaluate(names => names.every(name => performance.getEntriesByName(name).length > 0), marks),
		);
		await this.page.locator('.explorer-folders-view .monaco-list').waitFor({ timeout: 60_000 });
	}

	/**
	 * Runs a command from the palette by its exact title, category included ("Eval Lens: Run").
	 * Comes back when the command is chosen, not when it has done its work.
	 * @param {string} title
	 */
	async command(title) {
		await this.#palette('F1', `>${title}`, title);
	}

	/** Opens a file of the workspace through Ctrl+P. @param {string} name */
	async openFile(name) {
		const base = name.split('/').at(-1) ?? name;
		await this.#palette('Control+P', name, base);
		const tab = this.page.locator(`.tabs-container .tab.active[data-resource-name=${JSON.stringify(base)}]`);
		await tab.first().waitFor();
		// Extensions learn of an editor when it shows the text; its tab is there before.
		const editor = this.page.locator(`.monaco-editor[data-uri$=${JSON.stringify(`/${base}`)}]`);
		await editor.locator('.view-line').first().waitFor();
	}

	/**
	 * Chooses an entry of the quick pick that a command opened.
	 * @param {string} label exact
	 */
	async pick(label) {
		await this.#choose(label, label);
	}

	/** The input of the palette and of quick picks. */
	get #quickInput() {
		return this.page.locator('.quick-input-widget:visible .quick-input-box input');
	}

	/** @param {string} key @param {string} text to type @param {string} label of the entry, exact */
	async #palette(key, text, label) {
		await until(`the quick input (${key})`, async () => {
			await this.page.keyboard.press(key);
			await this.#quickInput.waitFor(soon);
			// F1 gives ">", Ctrl+P nothing. A quick pick that was open may stay; then we press again.
			return (await this.#quickInput.inputValue(soon)) === (text.startsWith('>') ? '>' : '');
		});
		await this.#choose(text, label);
	}

	/** @param {string} text to type @param {string} label of the entry, exact */
	async #choose(text, label) {
		const rows = this.page.locator('.quick-input-widget:visible .quick-input-list .monaco-list-row');
		/** @type {string[]} */
		let seen = [];
		await until(`"${label}" in the quick input`, async () => {
			// Typed anew in each turn: the list does not follow commands that come later.
			await this.#quickInput.fill('', soon);
			await this.#quickInput.fill(text, soon);
			const end = Date.now() + 1_500;
			while (Date.now() < end) {
				seen = await rows.evaluateAll(all => all.map(row => row.querySelector('.label-name')?.textContent ?? ''));
				if (seen.includes(label)) break;
				await this.page.waitForTimeout(50);
			}
			const index = seen.indexOf(label);
			if (index < 0) throw new Error(`the list shows ${JSON.stringify(seen)}`);
			for (let step = 0; step < index; step++) await this.page.keyboard.press('ArrowDown');
			await rows.nth(index).and(this.page.locator('.focused')).waitFor({ timeout: 1_000 });
			return true;
		});
		await this.page.keyboard.press('Enter');
		// Chosen: the input is gone, or the command put another in its place.
		await until(`the quick input to take "${label}"`, async () => {
			if (!(await this.#quickInput.isVisible())) return true;
			return (await this.#quickInput.inputValue(soon)) !== text;
		});
	}

	/** Shows the side bar of a view container by its title. @param {string} title */
	async openContainer(title) {
		await this.command(`View: Show ${title}`);
		await this.page.locator('.part.sidebar .composite.title h2', { hasText: title }).waitFor();
	}

	/**
	 * The rows of a tree view that are drawn now (trees are virtual: rows out of sight are not there).
	 * @param {string} view its name, as it stands over the tree
	 * @returns {Promise<TreeRow[]>}
	 */
	async treeRows(view) {
		return this.#treeRow(view).evaluateAll(rows =>
			rows.map(row => ({
				label: row.querySelector('.label-name')?.textContent ?? '',
				description: row.querySelector('.label-description')?.textContent ?? '',
				level: Number(row.getAttribute('aria-level')),
				expanded: row.hasAttribute('aria-expanded') ? row.getAttribute('aria-expanded') === 'true' : undefined,
				selected: row.getAttribute('aria-selected') === 'true',
				ariaLabel: row.getAttribute('aria-label') ?? '',
			})),
		);
	}

	/**
	 * One row of a tree, to click or to wait for.
	 * @param {string} view
	 * @param {string} label exact
	 */
	treeRow(view, label) {
		const exactly = new RegExp(`^\\s*${label.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s*$`);
		return this.#treeRow(view).filter({ has: this.page.locator('.label-name', { hasText: exactly }) });
	}

	/** The header of a view, with its buttons. @param {string} view its name, without the description behind it */
	viewHeader(view) {
		const label = (/** @type {string} */ operator, /** @type {string} */ text) =>
			`.pane-header[aria-label${operator}${JSON.stringify(text)}]`;
		return this.page.locator(`${label('=', `${view} Section`)}, ${label('^=', `${view} - `)}`);
	}

	/** A view, its header included. @param {string} view */
	view(view) {
		return this.page.locator('.pane', { has: this.viewHeader(view) });
	}

	/** @param {string} view */
	#treeRow(view) {
		return this.view(view).locator('.pane-body .monaco-list-row');
	}

	/**
	 * What notifications have said since the start, those that went away by themselves included.
	 * @returns {Promise<string[]>}
	 */
	notifications() {
		return this.page.evaluate(() => /** @type {any} */ (window).notificationsSeen);
	}

	/** Waits until a notification has said this. @param {string | RegExp} text part of it */
	async notification(text) {
		await until(`the notification ${text}`, async () => (await this.notifications()).some(seen => seen.match(text)));
	}

	/** Takes notifications away. VS Code shows only three within 0.8 s, which no person exceeds, and we may. */
	async clearNotifications() {
		await this.command('Notifications: Clear All Notifications');
		await this.page.waitForTimeout(1_000);
	}

	/**
	 * The innermost frame of a webview, where our HTML is. VS Code nests two iframes: the outer one
	 * is its own page and holds ours as #active-frame (#pending-frame while it loads).
	 * @param {(frame: Frame) => Promise<boolean> | boolean} [predicate] which webview, when several are
	 * open; may throw while the frame is not ready
	 * @param {number} [timeoutMs]
	 * @returns {Promise<Frame>}
	 */
	webviewFrame(predicate = () => true, timeoutMs = 60_000) {
		return until(
			'a webview',
			async () => {
				for (const frame of this.page.frames()) {
					if (!frame.parentFrame()?.url().includes('/webview/browser/pre/')) continue;
					const inner = await frame.frameElement();
					if ((await inner.getAttribute('id')) !== 'active-frame') continue;
					// Webviews of hidden tabs stay in the page.
					if (!(await inner.isVisible())) continue;
					const matches = (async () => predicate(frame))();
					if (await withTimeout(matches, 2_000, () => 'no answer').catch(() => false)) return frame;
				}
				return undefined;
			},
			timeoutMs,
		);
	}

	/** Writes a picture of the window. @param {string} path */
	async screenshot(path) {
		await mkdir(dirname(resolve(path)), { recursive: true });
		const size = this.page.viewportSize() ?? { width: 1440, height: 900 };
		// The empty middle of the status bar: nothing is hovered there.
		await this.page.mouse.move(size.width / 2, size.height - 4);
		await this.page.locator('.monaco-hover:visible').first().waitFor({ state: 'hidden' });
		// What only the browser edition has; people at their desktops do not see it. Not through the
		// `style` of Playwright's screenshot: that goes into webviews too, whose policy refuses it loudly.
		await this.page.evaluate(() => {
			for (const id of ['status.host', 'status.forwardedPorts', 'status.workbench.keyboardLayout']) {
				document.getElementById(id)?.style.setProperty('display', 'none');
			}
		});
		await this.page.screenshot({ path: resolve(path), animations: 'disabled' });
	}
}

// ---------------------------------------------------------------- accessibility

/**
 * Looks for accessibility faults with axe. The source goes in through the debugging protocol, so
 * the strict Content Security Policy of a webview stays as it is and is no obstacle.
 * @param {Frame | Page} frame
 * @param {import("axe-core").RunOptions} [options]
 * @returns {Promise<string[]>} one short text for each violation; empty when all is well
 */
export async function runAxe(frame, options = {}) {
	const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
	await frame.evaluate(source);
	const violations = await frame.evaluate(
		async given => {
			// A webview without a background shows the editor's, which lies in another frame. Axe would
			// take white for it and find contrast faults in dark themes.
			const page = document.documentElement;
			const own = page.style.backgroundColor;
			if (getComputedStyle(page).backgroundColor === 'rgba(0, 0, 0, 0)') {
				page.style.backgroundColor = 'var(--vscode-editor-background)';
			}
			try {
				// @ts-expect-error put there by the line above
				const result = await window.axe.run(document, { resultTypes: ['violations'], ...given });
				return /** @type {import("axe-core").Result[]} */ (result.violations);
			} finally {
				page.style.backgroundColor = own;
			}
		},
		/** @type {any} */ (options),
	);
	return violations.map(({ id, impact, help, nodes }) => {
		const places = nodes.map(
			({ target, html, failureSummary }) =>
				`  ${target.join(' ')}  ${html.slice(0, 120)}\n    ${(failureSummary ?? '').replace(/\s*\n\s*/g, ' ')}`,
		);
		return `${id} (${impact}): ${help}\n${places.join('\n')}`;
	});
}
