import type { Json } from '../protocol/json';
import type { Column } from './repository';

/** A column as the datasets library describes its feature; what is not understood keeps the name that it goes by. */
export function columnOf(name: string, feature: Json): Column {
	const names = member(feature, 'names');
	const isLabel = member(feature, '_type') === 'ClassLabel' && Array.isArray(names);
	return {
		name,
		type: typeName(feature, 4),
		classNames: isLabel ? names.map((label: Json) => (typeof label === 'string' ? label : String(label))) : null,
	};
}

/** `string`, `ClassLabel`, `List(string)`, `{text: string, start: int32}`; `…` below `depth`. */
function typeName(feature: Json, depth: number): string {
	if (depth === 0 || typeof feature !== 'object' || feature === null) {
		return '…';
	}
	if (Array.isArray(feature)) {
		return `List(${typeName(feature[0] ?? null, depth - 1)})`;
	}
	const kind = member(feature, '_type');
	if (kind === 'Value') {
		const dtype = member(feature, 'dtype');
		return typeof dtype === 'string' ? dtype : 'Value';
	}
	if (kind === 'List' || kind === 'LargeList' || kind === 'Sequence') {
		return `List(${typeName(member(feature, 'feature'), depth - 1)})`;
	}
	if (typeof kind === 'string') {
		return kind;
	}
	const fields = Object.entries(feature).map(([name, field]) => `${name}: ${typeName(field, depth - 1)}`);
	return `{${fields.slice(0, 20).join(', ')}${fields.length > 20 ? ', …' : ''}}`;
}

function member(value: Json, name: string): Json {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) {
		return null;
	}
	const object = value as { readonly [key: string]: Json }; // neither list nor null: isArray does not narrow readonly lists
	return (Object.hasOwn(object, name) ? object[name] : null) ?? null;
}
