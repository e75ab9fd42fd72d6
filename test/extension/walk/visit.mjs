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
	open(workspace, env = {}) {
		return openWorkbench({ vsix: this.vsix, workspace, theme: this.theme, env });
	}

	async step(name, body) {
		const start = Date.now();
		await body();
		this.counts.passed++;
		console.log(`✓ ${name} (${Date.now() - start} ms)`);
	}

	picture(workbench, name) {
		return workbench.screenshot(this.#pictureNamed(name));
	}

	/** With what hangs at the pointer, such as a tooltip. */
	pictureAsIs(workbench, name) {
		return workbench.page.screenshot({ path: this.#pictureNamed(name), animations: 'disabled' });
	}

	#pictureNamed(name) {
		return path.join(pictures, `${name}-${this.theme.toLowerCase().replaceAll(' ', '-')}.png`);
	}
}
