import { existsSync, readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { Channel, type Handlers, type Port } from '../../src/protocol/channel';
import { EventSource } from '../../src/protocol/event';
import type { HostSide, WebviewSide } from '../../src/protocol/webview';
import { openRun } from '../../src/run/openRun';
import { bundle, chromiumPath, launchBrowser, openView } from '../webview/page';
import { blankStretch } from './blankRows';
import { bridgeScript, fromWire, toWire } from './bridge';

/** The height of a row, in pixels. */
const ROW = 26;

/** Prints what the real page over a run costs in Chromium: first rows, filter, sort, memory, and blank rows while it scrolls. */
export async function measurePage(dir: string): Promise<void> {
	if (!existsSync(chromiumPath)) {
		console.log(`\npage: skipped, ${chromiumPath} is not here`);
		return;
	}
	const [browser, webview] = await Promise.all([launchBrowser(), bundle('webview/main.tsx')]);
	try {
		console.log('\npage in Chromium:');
		const empty = await memoryOf(browser, await browser.newPage());
		const { page, firstRows, whole } = await openOver(browser, webview, dir);
		const times = `${firstRows.toFixed(0)} ms after the page asked, ${whole.toFixed(0)} ms with what the browser needs to open one`;
		console.log(`  first rows ${times}`);
		for (const [name, times] of Object.entries(await listTimes(page))) {
			console.log(`  ${name.padEnd(38)} ${times.map(time => time.toFixed(0).padStart(5)).join(' ')} ms`);
		}
		for (const busy of [false, true]) {
			await keepBusy(page, busy);
			for (const speed of [3_000, 20_000, 100_000]) {
				const { frames, blank, rows } = await scrolled(page, speed);
				const how = `scrolled at ${String(speed).padStart(6)} pixels a second${busy ? ', the page busy' : ''}`;
				console.log(`  ${how}: ${blank} of ${frames} frames with blank rows, ${rows} rows passed`);
			}
		}
		await keepBusy(page, false);
		const full = await memoryOf(browser, page);
		const more = (name: keyof typeof full) => `${((full[name] - empty[name]) / 2 ** 20).toFixed(0)} MB`;
		console.log(`  memory: ${more('heap')} of script, ${more('process')} of the process, more than an empty page`);
	} finally {
		await browser.close();
	}
}

async function openOver(browser: Browser, webview: Awaited<ReturnType<typeof bundle>>, dir: string) {
	const start = performance.now();
	const run = openRun(dir);
	const fromPage = new EventSource<unknown>();
	let page: Page | undefined;
	let asked = start;
	const port: Port = {
		post: value => void page?.evaluate(`bridge.receive(${JSON.stringify(toWire(value))})`),
		onMessage: fromPage.event,
	};
	const none = async () => null;
	// Only what the list and its detail ask for is asked here.
	const handlers = {
		overview: async () => {
			asked = performance.now();
			return (await run).overview();
		},
		examples: async () => (await run).examples(),
		columns: async (choice: HostSide['requests']['columns']['params']) => (await run).columns(choice),
		pair: async (pair: HostSide['requests']['pair']['params']) => (await run).pair(pair),
		copy: none,
	} as unknown as Handlers<HostSide>;
	new Channel<HostSide, WebviewSide>(port, handlers);
	const context = await browser.newContext();
	await context.exposeFunction('bridgeSend', (text: string) => fromPage.fire(fromWire(JSON.parse(text))));
	const opened = await openView({ newPage: options => newPage(options) } as Browser, webview, {
		js: bridgeScript,
		css: '',
	});
	async function newPage(options: Parameters<Browser['newPage']>[0]): Promise<Page> {
		page = await context.newPage();
		await page.setViewportSize(options?.viewport ?? { width: 1480, height: 820 });
		return page;
	}
	await opened.page.locator('.list [role=row][aria-selected]').first().waitFor();
	const shown = performance.now();
	return { page: opened.page, firstRows: shown - asked, whole: shown - start };
}

/** Milliseconds from the key or click to the frame that shows the answer, several times each. */
async function listTimes(page: Page): Promise<Record<string, number[]>> {
	return page.evaluate(async () => {
		const { document, requestAnimationFrame, Event } = globalThis as unknown as {
			document: {
				querySelector(selector: string): Element | null;
				querySelectorAll(selector: string): Iterable<Element>;
			};
			requestAnimationFrame(run: () => void): void;
			Event: new (name: string, options: object) => object;
		};
		interface Element {
			value: string;
			textContent: string | null;
			click(): void;
			dispatchEvent(event: object): void;
			querySelector(selector: string): Element | null;
		}
		const frame = () => new Promise<void>(resolve => requestAnimationFrame(() => setTimeout(resolve)));
		const timed = async (act: () => void) => {
			await frame();
			const start = performance.now();
			act();
			await frame();
			return performance.now() - start;
		};
		const type = (text: string) =>
			timed(() => {
				const input = document.querySelector('.filter input');
				if (input) {
					input.value = text;
					input.dispatchEvent(new Event('input', { bubbles: true }));
				}
			});
		const header = (name: string) =>
			timed(() => {
				const found = [...document.querySelectorAll('[role=columnheader]')].find(one =>
					one.textContent?.includes(name),
				);
				found?.querySelector('button')?.click();
			});
		const found: Record<string, number[]> = {
			'filter, letter by letter': [],
			'sort by question': [],
			'sort by margin': [],
		};
		for (let end = 1; end <= 'which of'.length; end++) {
			found['filter, letter by letter']?.push(await type('which of'.slice(0, end)));
		}
		await type('');
		found['subject and margin'] = [await type('subject:law margin<0.2'), await type('')];
		for (let i = 0; i < 3; i++) {
			found['sort by question']?.push(await header('Question'));
		}
		for (let i = 0; i < 3; i++) {
			found['sort by margin']?.push(await header('Δ margin'));
		}
		return found;
	});
}

/** Lets the page's own thread do nothing but count for most of the time, as on a slow or loaded computer. */
async function keepBusy(page: Page, busy: boolean): Promise<void> {
	await page.evaluate(on => {
		const host = globalThis as { busyTimer?: ReturnType<typeof setInterval> };
		clearInterval(host.busyTimer);
		if (on) {
			host.busyTimer = setInterval(() => {
				for (const end = performance.now() + 120; performance.now() < end; ) {}
			}, 150);
		}
	}, busy);
}

/** Scrolls as a finger would and looks at the frames that were shown. */
async function scrolled(page: Page, speed: number) {
	const session = await page.context().newCDPSession(page);
	const list = await page.locator('.list-scroller').boundingBox();
	const question = await page.getByRole('columnheader', { name: 'Question' }).boundingBox();
	if (!list || !question) {
		throw new Error('there is no list');
	}
	await page.locator('.list-scroller').evaluate(scroller => Reflect.set(scroller, 'scrollTop', 0));
	const frames: string[] = [];
	session.on('Page.screencastFrame', ({ data, sessionId }) => {
		frames.push(data);
		void session.send('Page.screencastFrameAck', { sessionId });
	});
	await session.send('Page.startScreencast', { format: 'png', everyNthFrame: 1 });
	await session.send('Input.synthesizeScrollGesture', {
		x: list.x + list.width / 2,
		y: list.y + list.height / 2,
		yDistance: -speed * 1.5,
		speed,
		gestureSourceType: 'mouse',
		preventFling: true,
	});
	await session.send('Page.stopScreencast');
	const passed = await page.locator('.list-scroller').evaluate(scroller => Number(Reflect.get(scroller, 'scrollTop')));
	const place = {
		x: question.x,
		y: question.y + question.height,
		width: 200,
		height: list.y + list.height - question.y - question.height - 16,
	};
	const isBlank = (frame: Buffer) => blankStretch(frame, place) > 2.5 * ROW;
	const rows = page.locator('.rows-in-view');
	await rows.evaluate(element => Reflect.get(element, 'style').setProperty('visibility', 'hidden'));
	if (!isBlank(await page.screenshot())) {
		throw new Error('the bench would not see blank rows');
	}
	await rows.evaluate(element => Reflect.get(element, 'style').removeProperty('visibility'));
	const blank = frames.filter(frame => isBlank(Buffer.from(frame, 'base64'))).length;
	return { frames: frames.length, blank, rows: Math.round(passed / ROW) };
}

async function memoryOf(browser: Browser, page: Page): Promise<{ heap: number; process: number }> {
	const session = await page.context().newCDPSession(page);
	await session.send('HeapProfiler.collectGarbage');
	const { usedSize, backingStorageSize = 0 } = (await session.send('Runtime.getHeapUsage')) as {
		usedSize: number;
		backingStorageSize?: number;
	};
	return { heap: usedSize + backingStorageSize, process: await processMemory(browser) };
}

/** Resident memory of the greatest renderer: that of the page that was just used. */
async function processMemory(browser: Browser): Promise<number> {
	const root = await browser.newBrowserCDPSession();
	const { processInfo } = await root.send('SystemInfo.getProcessInfo');
	const sizes = processInfo
		.filter(({ type }) => type === 'renderer')
		.map(({ id }) => {
			const status = existsSync(`/proc/${id}/status`) ? readFileSync(`/proc/${id}/status`, 'utf8') : '';
			return 1024 * Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0);
		});
	return Math.max(0, ...sizes);
}
