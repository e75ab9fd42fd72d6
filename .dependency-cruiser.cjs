/** The rooms of src/ in the order data flows: a room imports only rooms before it (docs/architecture.md). */
const rooms = [
	'protocol',
	'config',
	'hub',
	'data',
	'tokenizer',
	'prompt',
	'engine',
	'launch',
	'task',
	'compare',
	'run',
	'report',
];
const composers = ['cli', 'extension'];

const laterRooms = rooms.map((room, i) => ({
	name: `${room}-imports-only-rooms-before-it`,
	severity: 'error',
	from: { path: `^src/${room}/` },
	to: { path: `^(src/(${[...rooms.slice(i + 1), ...composers].join('|')})|webview)/` },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
	forbidden: [
		...laterRooms,
		{
			name: 'composers-are-separate',
			severity: 'error',
			from: { path: '^src/(cli|extension)/' },
			to: { path: '^src/(cli|extension)/', pathNot: '^src/$1/' },
		},
		{
			name: 'only-extension-knows-vscode',
			severity: 'error',
			from: { pathNot: '^src/extension/' },
			to: { path: '^vscode$' },
		},
		{
			name: 'only-the-engine-process-loads-onnxruntime',
			severity: 'error',
			from: { pathNot: '^src/engine/process/' },
			to: { path: 'onnxruntime', pathNot: 'onnxruntime-node/package.json$' },
		},
		{
			name: 'pure-rooms',
			severity: 'error',
			from: { path: '^src/(protocol|config|prompt|compare)/', pathNot: '\\.test\\.ts$' },
			to: { dependencyTypes: ['core'] },
		},
		{
			name: 'webview-imports-pure-rooms',
			severity: 'error',
			from: { path: '^webview/' },
			to: { path: '^src/(?!protocol|compare)' },
		},
		{ name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
	],
	options: {
		doNotFollow: { path: 'node_modules' },
		tsPreCompilationDeps: true,
		tsConfig: { fileName: 'tsconfig.json' },
		exclude: { path: '\\.test\\.tsx?$' },
		enhancedResolveOptions: {
			conditionNames: ['import', 'require', 'node', 'default', 'types'],
			exportsFields: ['exports'],
		},
	},
};
