import type { DatasetSummary, ModelInfo } from '../../../hub/repository';
import type { DatasetKnowledge, Knowledge } from '../knowledge/knowledge';

const summary = {
	downloads: 1234,
	likes: 1,
	updated: null,
	private: false,
	gated: false,
	tags: [],
	license: 'mit',
	description: 'Questions <b>of</b> [all](command:x) sorts',
} as const;

const datasetSummary: DatasetSummary = { ...summary, id: 'acme/quiz', tasks: [], languages: [], size: null };
const modelInfo: ModelInfo = {
	...summary,
	id: 'acme/tiny',
	task: 'text-generation',
	library: null,
	parameters: 135_000_000,
	hasOnnx: true,
	commit: '0'.repeat(40),
	onnx: [
		{ dtype: 'fp32', path: 'onnx/model.onnx', size: 540_000_000 },
		{ dtype: 'q4', path: 'onnx/model_q4.onnx', size: 90_000_000 },
	],
};

/** A dataset with two configs, three splits and columns of every kind. */
export const quiz: DatasetKnowledge = {
	path: 'acme/quiz',
	isLocal: false,
	configs: ['law', 'art'],
	splits: ['law', 'art'].flatMap(config => ['test', 'dev', 'train'].map(split => ({ config, split, rows: 1000 }))),
	columns: [
		{ name: 'question', type: 'string', classNames: null, bounds: null },
		{ name: 'choices', type: 'List(string)', classNames: null, bounds: null },
		{ name: 'label', type: 'ClassLabel', classNames: ['no', 'yes'], bounds: null },
		{ name: 'my topic', type: 'string', classNames: null, bounds: null },
	],
	columnsAreComplete: true,
	rows: [
		new Map<string, string | number>([
			['question', 'Is *it* so?'],
			['label', 1],
			['my topic', 'x: y'],
		]),
	],
	summary: datasetSummary,
};

/** Knowledge that answers at once. */
export const quizKnowledge: Knowledge = {
	dataset: async ({ path }) => (path === 'acme/quiz' ? quiz : null),
	model: async name => (name === 'acme/tiny' ? { isLocal: false, onnx: modelInfo.onnx, info: modelInfo } : null),
	searchDatasets: async () => [datasetSummary],
	searchModels: async () => [modelInfo],
	hardware: async () => [
		{ name: 't4-small', description: 'Nvidia T4 - small', accelerator: 'T4', dollarsAMinute: 0.4 / 60 },
		{ name: 'a10g-small', description: 'Nvidia A10G - small', accelerator: 'A10G', dollarsAMinute: 1 / 60 },
	],
	paths: async typed => ['data/', 'demo model/', 'test.jsonl'].filter(path => path.startsWith(typed)),
	url: (type, id) => `https://hub.example/${type === 'dataset' ? 'datasets/' : ''}${id}`,
};
