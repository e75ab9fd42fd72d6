import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { englishStrings } from '../../webview/strings';
import { messages } from '../protocol/messages';

const here = fileURLToPath(new URL('./', import.meta.url));
const bundle = fileURLToPath(new URL('../../l10n/bundle.l10n.json', import.meta.url));

/** Translating tables as a whole: the only calls whose text is no literal. */
const tables = ['text.ts', 'webviewPage.ts'];

/** The texts of all `l10n.t` calls of src/extension, and the places where a text is no literal. */
function textsOfCode(): { readonly texts: readonly string[]; readonly elsewhere: readonly string[] } {
	const texts: string[] = [];
	const elsewhere: string[] = [];
	const files = readdirSync(here, { recursive: true, encoding: 'utf8' });
	for (const name of files.filter(name => name.endsWith('.ts') && !name.endsWith('.test.ts'))) {
		const file = ts.createSourceFile(name, readFileSync(path.join(here, name), 'utf8'), ts.ScriptTarget.Latest, true);
		const visit = (node: ts.Node): void => {
			if (ts.isCallExpression(node) && node.expression.getText().endsWith('l10n.t')) {
				const [text] = node.arguments;
				if (text && ts.isStringLiteralLike(text)) {
					texts.push(text.text);
				} else if (!tables.includes(name)) {
					elsewhere.push(`${name}: ${node.getText()}`);
				}
			}
			ts.forEachChild(node, visit);
		};
		visit(file);
	}
	return { texts, elsewhere };
}

test('every text of the code is a literal, so that translators see all of them', () => {
	const { texts, elsewhere } = textsOfCode();
	expect(elsewhere).toEqual([]);
	expect(texts.length).toBeGreaterThan(40);
});

test('l10n/bundle.l10n.json holds every English text there is (UPDATE_L10N=1 writes it)', () => {
	const all = [...Object.values(messages), ...Object.values(englishStrings), ...textsOfCode().texts];
	const wanted = Object.fromEntries([...new Set(all)].sort().map(text => [text, text]));
	if (process.env.UPDATE_L10N) {
		writeFileSync(bundle, `${JSON.stringify(wanted, null, '\t')}\n`);
	}
	expect(JSON.parse(readFileSync(bundle, 'utf8'))).toEqual(wanted);
});
