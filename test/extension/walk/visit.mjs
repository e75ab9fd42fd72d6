import path from 'node:path';
import { openWorkbench } from '../../vscode/host.mjs';
import { root } from './root.mjs';

const pictures = path.join(root, 'out/screenshots');

/** One visit to the packaged product in one theme: its steps are counted, its pictures named after the theme. */
export class Visit {
	constructor(vsix, theme, counts) {
		this.vsix = vsix;
		this.theme = theme;
		this.counts = counts;
	}

	/** @param {Record<string, string>} [env] environment of the server */
	async open(workspace, env = {}) {
		this.workbench = await openWorkbench({ vsix: this.vsix, workspace, theme: this.theme, env });
		return this.workbench;
	}

	async step(name, body) {
		const start = Date.now();
		try {
			await body();
		} catch (error) {
			console.log(`✗ ${name} (${Date.now() - start} ms)\n${await this.#whatIsShown().catch(String)}`);
			throw error;
		}
		this.counts.passed++;
		console.log(`✓ ${name} (${Date.now() - start} ms)`);
	}

	/** @param {string} why with what is missed */
	skip(why) {
		this.counts.skipped++;
		console.log(`- skipped: ${why}`);
	}

	picture(workbench, name) {
		return workbench.screenshot(this.#pictureNamed(name));
	}

	/** With what hangs at the pointer, such as a tooltip. */
	pictureAsIs(workbench, name) {
		return workbench.page.screenshot({ path: this.#pictureNamed(name), animations: 'disabled' });
	}

	/** Where pictures cannot be had, such as on a machine that is gone. */
	async #whatIsShown() {
		const { page } = this.workbench;
		const textsOf = selector => page.locator(`${selector}:visible`).allInnerTexts();
		const shown = {
			notifications: await this.workbench.notifications(),
			dialogs: await textsOf('.monaco-dialog-box'),
			quickInput: await textsOf('.quick-input-widget'),
			hovers: await textsOf('.monaco-hover'),
			tabs: await textsOf('.tab'),
			rows: await textsOf('.sidebar .monaco-list-row'),
		};
		return Object.entries(shown)
			.map(([name, texts]) => `  ${name}: ${JSON.stringify(texts)}`)
			.join('\n');
	}

	#pictureNamed(name) {
		return path.join(pictures, `${name}-${this.theme.toLowerCase().replaceAll(' ', '-')}.png`);
	}
}
