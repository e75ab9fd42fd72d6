import { isMap, isScalar, isSeq } from 'yaml';
import { ancestry, parentsOf } from '../../../config/inheritance';
import { findPreset } from '../../../config/presets';
import { nodeAt, yamlValue } from '../../../config/yamlDocument';
import { type Offsets, yamlScalar } from '../../../config/yamlText';
import type { Analysis } from './analysis';
import type { TextEdit } from './edits';

/** A place where a variant is named. Offsets count its quotes. */
export interface VariantName {
	readonly name: string;
	readonly range: Offsets;
	/** Under `variants`; else something that refers to it. */
	readonly isDefinition: boolean;
}

/** Every place where a variant of the file is named, in `variants`, `extends` and `assert`. */
export function variantNames({ document }: Analysis): readonly VariantName[] {
	const variants = nodeAt(document, ['variants']);
	const named: VariantName[] = [];
	const add = (node: unknown, isDefinition: boolean) => {
		if (isScalar(node) && node.range && typeof node.value !== 'symbol' && node.value !== null) {
			named.push({ name: String(node.value), range: [node.range[0], node.range[1]], isDefinition });
		}
	};
	const read = yamlValue(document);
	const value = 'value' in read ? read.value : undefined;
	const parents = parentsOf(value instanceof Map ? value.get('variants') : undefined);
	for (const { key, value: variant } of isMap(variants) ? variants.items : []) {
		add(key, true);
		const name = isScalar(key) ? String(key.value) : '';
		const parent = parents.get(name);
		// What a variant extends may be a preset of the same name.
		const isPreset = parent && ancestry(name, parents).chain.length === 1 && findPreset(parent.name);
		if (isMap(variant) && !isPreset) {
			add(variant.get('extends', true), false);
		}
	}
	const assertions = nodeAt(document, ['assert']);
	for (const entry of isSeq(assertions) ? assertions.items : []) {
		if (isMap(entry)) {
			add(entry.get('variant', true), false);
			add(entry.get('base', true), false);
		}
	}
	return named.filter(({ name, isDefinition }) => isDefinition || parents.has(name));
}

export function variantNameAt(analysis: Analysis, offset: number): VariantName | null {
	return variantNames(analysis).find(({ range: [start, end] }) => start <= offset && offset <= end) ?? null;
}

/** What is wrong with a new name; null where nothing is. */
export function badVariantName(analysis: Analysis, old: string, name: string): 'empty' | 'taken' | null {
	return name.trim() === '' ? 'empty' : name !== old && analysis.variants.includes(name) ? 'taken' : null;
}

/** Renames a variant everywhere, with the quotes that each place has or needs. */
export function renameVariant(analysis: Analysis, old: string, name: string): readonly TextEdit[] {
	return variantNames(analysis)
		.filter(one => one.name === old)
		.map(({ range: [start, end] }) => {
			const written = analysis.source.text.slice(start, end);
			return { start, end, text: quotedLike(written, name) };
		});
}

function quotedLike(written: string, name: string): string {
	const isPlainText = !/[\p{Cc}\u2028\u2029]/u.test(name);
	if (written.startsWith("'") && isPlainText) {
		return `'${name.replaceAll("'", "''")}'`;
	}
	return written.startsWith('"') || !isPlainText ? JSON.stringify(name) : yamlScalar(name);
}

/** The name alone: what a person edits when they rename. */
export function nameRange({ source: { text } }: Analysis, { range: [start, end] }: VariantName): Offsets {
	const isQuoted = /^["']/.test(text.slice(start, end));
	return isQuoted ? [start + 1, Math.max(start + 1, end - 1)] : [start, end];
}
