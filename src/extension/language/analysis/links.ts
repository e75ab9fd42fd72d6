import { isMap, isScalar, isSeq } from 'yaml';
import { nodeAt } from '../../../config/yamlDocument';
import type { Offsets } from '../../../config/yamlText';
import { isHubId } from '../knowledge/knowledge';
import type { Analysis } from './analysis';

/** A value that names something that can be opened. */
export interface Link {
	readonly range: Offsets;
	readonly target: string;
	/** What it can be: an id may also be a folder of that name, which counts first. */
	readonly kind: 'dataset' | 'model' | 'file';
	readonly isHubId: boolean;
}

export function linksOf({ document }: Analysis): readonly Link[] {
	const links: Link[] = [];
	const add = (node: unknown, kind: Link['kind']) => {
		if (isScalar(node) && typeof node.value === 'string' && node.value !== '' && node.range) {
			const [start, end] = node.range;
			const isId = kind !== 'file' && isHubId(node.value);
			links.push({ range: [start, end], target: node.value, kind, isHubId: isId });
		}
	};
	add(nodeAt(document, ['dataset_path']), 'dataset');
	add(nodeAt(document, ['task']), 'file');
	const models = nodeAt(document, ['models']);
	for (const model of isSeq(models) ? models.items : []) {
		if (isMap(model)) {
			add(model.get('id', true), 'model');
			add(model.get('path', true), 'file');
		} else {
			add(model, 'model');
		}
	}
	return links;
}
