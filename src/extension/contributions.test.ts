import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { commands, contextKeys, treeItems, walkthrough } from './contributions';
import { manifest } from './manifest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const readJson = (name: string): unknown => JSON.parse(readFileSync(path.join(root, name), 'utf8'));

const { package: parts, nls } = manifest();

test('package.json contributes what contributions.ts says, no more and no less (npm run manifest writes it)', () => {
	expect(readJson('package.json')).toMatchObject(parts);
	const written = readJson('package.json') as Record<string, unknown>;
	for (const [name, part] of Object.entries(parts)) {
		expect(written[name], name).toEqual(part);
	}
});

test('package.nls.json has every text of package.json, and no other', () => {
	expect(readJson('package.nls.json')).toEqual(nls);
	const used = [...readFileSync(path.join(root, 'package.json'), 'utf8').matchAll(/"%([^"%]+)%"/g)].map(
		([, key]) => key,
	);
	expect(new Set(used)).toEqual(new Set(Object.keys(nls)));
});

test('every command has a title of its own in the palette, under one category', () => {
	const titles = Object.values(commands).map(({ title }) => title);
	expect(new Set(titles).size).toBe(titles.length);
	const contributed = (parts.contributes as { commands: { command: string; category: string }[] }).commands;
	expect(contributed.map(({ command }) => command)).toEqual(Object.keys(commands));
	expect(contributed.every(({ category }) => category === 'Eval Lens')).toBe(true);
});

test('menus, links and completion events name commands and keys that exist', () => {
	const text = JSON.stringify([parts, nls]);
	const known = new Set([...Object.keys(commands), ...contextKeys]);
	const named = [...text.matchAll(/(?:command:|onCommand:|onContext:|"command":")(evalLens\.\w+)/g)].map(
		([, id]) => id ?? '',
	);
	expect(named.length).toBeGreaterThan(20);
	expect(named.filter(id => !known.has(id))).toEqual([]);
	const rows = [...text.matchAll(/viewItem == ([\w.]+)/g)].map(([, kind]) => kind);
	expect(rows.filter(kind => !Object.values<string | undefined>(treeItems).includes(kind))).toEqual([]);
});

test('running needs trust, and says so in every command that runs', () => {
	for (const id of ['evalLens.run', 'evalLens.runSome', 'evalLens.runAgain', 'evalLens.resume'] as const) {
		expect(commands[id].enablement).toBe('isWorkspaceTrusted');
	}
});

test('files that are named exist', () => {
	const text = JSON.stringify(parts);
	const files = [...text.matchAll(/"(?:\.\/)?((?:media|syntaxes|schemas)\/[\w./-]+)"/g)].map(([, file]) => file ?? '');
	expect(files.length).toBeGreaterThan(8);
	expect(files.filter(file => !existsSync(path.join(root, file)))).toEqual([]);
});

test('the walkthrough goes from the demo to data of one’s own', () => {
	expect(walkthrough.steps.map(step => step.id)).toEqual(['demo', 'run', 'flip', 'variant', 'hub']);
});
