import { message } from '../protocol/messages';
import { closest } from './closest';
import { codeList } from './findings';
import { findPreset, presetNames } from './presets';
import type { Finding } from './problem';

/** What a variant builds on: written as its whole value (a preset) or as `extends` (a preset or another variant). */
export interface Parent {
	readonly name: string;
	readonly form: 'value' | 'extends';
}

/** The parents of all variants by name; null for those without. */
export type Parents = ReadonlyMap<string, Parent | null>;

/** Reads them from what a file says under `variants`, valid or not. */
export function parentsOf(variants: unknown): Parents {
	const entries = variants instanceof Map ? [...variants] : [];
	return new Map(entries.map(([name, value]) => [String(name), parentOf(value)]));
}

function parentOf(variant: unknown): Parent | null {
	if (typeof variant === 'string') {
		return { name: variant, form: 'value' };
	}
	const extended: unknown =
		variant instanceof Map
			? variant.get('extends')
			: typeof variant === 'object' && variant !== null && 'extends' in variant && variant.extends;
	return typeof extended === 'string' ? { name: extended, form: 'extends' } : null;
}

/** The way up from a variant: itself, what it extends, and so on, and the preset at the end. */
export interface Ancestry {
	/** Variants of the file, the nearest first. */
	readonly chain: readonly string[];
	readonly preset: string | null;
}

/** Follows `extends`; stops where a name is unknown or comes again, which `inheritanceFindings` reports. */
export function ancestry(variant: string, parents: Parents): Ancestry {
	const chain: string[] = [];
	let name: string | null = variant;
	while (name !== null && !chain.includes(name)) {
		chain.push(name);
		const parent: Parent | null = parents.get(name) ?? null;
		if (parent && !extendsVariant(name, parent, parents)) {
			return { chain, preset: parent.name };
		}
		name = parent?.name ?? null;
	}
	return { chain, preset: null };
}

/** A variant of the file is nearer than a preset of the same name, but a variant named as a preset extends the preset. */
function extendsVariant(name: string, parent: Parent, parents: Parents): boolean {
	return parent.form === 'extends' && parents.has(parent.name) && !(parent.name === name && findPreset(name));
}

/** Parents that do not exist, and variants that extend themselves. */
export function inheritanceFindings(parents: Parents): Finding[] {
	return [...parents].flatMap(([name, parent]) => {
		if (!parent) {
			return [];
		}
		const finding = extendsVariant(name, parent, parents) ? cycle(name, parents) : unknownPreset(name, parent, parents);
		return finding ? [finding] : [];
	});
}

function cycle(name: string, parents: Parents): Finding | null {
	const { chain, preset } = ancestry(name, parents);
	const last = chain.at(-1);
	const closes = preset === null && last !== undefined && parents.get(last)?.name === name;
	return closes
		? {
				severity: 'error',
				message: message('config.extends-itself', { variant: name, chain: [...chain, name].join(' → ') }),
				path: ['variants', name, 'extends'],
				part: 'value',
			}
		: null;
}

function unknownPreset(variant: string, { name, form }: Parent, parents: Parents): Finding | null {
	if (findPreset(name)) {
		return null;
	}
	const presets = codeList(presetNames);
	if (form === 'value') {
		const suggestion = closest(name, presetNames);
		const at = { severity: 'error', path: ['variants', variant], part: 'value' } as const;
		return suggestion === null
			? { ...at, message: message('config.unknown-preset', { name, presets }) }
			: { ...at, message: message('config.unknown-preset-closest', { name, suggestion }), suggestion };
	}
	const others = [...parents.keys()].filter(other => other !== variant);
	const suggestion = closest(name, [...others, ...presetNames]);
	const at = { severity: 'error', path: ['variants', variant, 'extends'], part: 'value' } as const;
	return suggestion === null
		? { ...at, message: message('config.unknown-parent', { name, presets }) }
		: { ...at, message: message('config.unknown-parent-closest', { name, suggestion }), suggestion };
}
