import { until } from '../../vscode/host.mjs';

/** For what is tried again. */
const soon = { timeout: 5_000 };

/** What a person does in the side bar. */
export function sideBar(workbench) {
	const { page } = workbench;
	const header = view => workbench.viewHeader(view);
	const pane = view => workbench.view(view);
	const rowOf = (view, label) =>
		typeof label === 'string'
			? workbench.treeRow(view, label)
			: pane(view)
					.locator('.monaco-list-row')
					.filter({ has: page.locator('.label-name', { hasText: label }) });
	const show = async (view, isOpen) => {
		if (((await header(view).getAttribute('aria-expanded')) === 'true') !== isOpen) {
			await header(view).click({ position: { x: 40, y: 8 } });
		}
	};
	/** A tooltip would lie over the rows below it. */
	const away = async () => {
		await page.mouse.move(900, 890);
		await page.locator('.monaco-hover:visible').first().waitFor({ state: 'hidden' });
	};
	const views = ['Datasets', 'Models', 'Evaluations', 'Runs', 'Jobs'];
	return {
		labels: async view => (await workbench.treeRows(view)).map(row => row.label),
		/** Closes the other views, so that this one has the height. */
		async only(view) {
			await show(view, true);
			for (const other of views.filter(one => one !== view)) {
				await show(other, false);
			}
		},
		async all() {
			for (const view of views) {
				await show(view, true);
			}
		},
		/** A button of a view, or of one of its rows: both are there under the pointer only. */
		async press(view, name, label) {
			const place = label === undefined ? pane(view) : rowOf(view, label).first();
			await away();
			await (label === undefined ? header(view) : place).hover();
			await place
				.locator(`.action-label[aria-label=${JSON.stringify(name)}]`)
				.first()
				.click();
		},
		async open(view, label, below) {
			await away();
			const row = rowOf(view, label).first();
			await row.scrollIntoViewIfNeeded();
			if ((await row.getAttribute('aria-expanded')) !== 'true') {
				await row.click();
			}
			await rowOf(view, below).first().waitFor();
		},
		async hover(view, label, text) {
			// A row that is drawn anew under the pointer loses its tooltip: then one moves away and comes back.
			await until(`the tooltip ${text}`, async () => {
				await away();
				await rowOf(view, label).first().locator('.label-name').hover(soon);
				await page.locator('.monaco-hover:visible', { hasText: text }).waitFor(soon);
				return true;
			});
		},
		/** A row near the end of a list. */
		async scrollTo(view, label) {
			const row = rowOf(view, label);
			await away();
			await until(`${label} in sight`, async () => {
				// Not the wheel, which a tooltip under the pointer would take.
				await pane(view).locator('.monaco-list').first().press('End');
				return row.first().isVisible();
			});
			return row.first();
		},
		/** Writes into an input box that a command opened. */
		async type(text, picture = async () => {}, open = async () => {}) {
			await open();
			const input = page.locator('.quick-input-widget:visible .quick-input-box input');
			await input.waitFor();
			await input.fill(text);
			await picture();
			await page.keyboard.press('Enter');
			await input.waitFor({ state: 'hidden' });
		},
	};
}
