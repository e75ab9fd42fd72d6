/** What the weights of an ONNX file are, by the end of its name, in Hugging Face's exports (transformers.js, Optimum). */
const suffixes = {
	fp32: '',
	fp16: '_fp16',
	q4: '_q4',
	int8: '_int8',
	q8: '_quantized',
	uint8: '_uint8',
	q4f16: '_q4f16',
	bnb4: '_bnb4',
	q2: '_q2',
	q2f16: '_q2f16',
	q1: '_q1',
	q1f16: '_q1f16',
} as const satisfies Record<string, string>;

export type OnnxDtype = keyof typeof suffixes;

/** In the order in which they are chosen where nobody asks: fp32 first, since it is what others' numbers are made with. */
// The object's own literal keys.
export const onnxDtypes = Object.keys(suffixes) as OnnxDtype[];

/** Older exports of Optimum join the branches with and without a cache under the second name. */
const stems = ['model', 'decoder_model_merged'];

export interface OnnxFile {
	readonly dtype: OnnxDtype;
	/** With forward slashes, relative to the model's folder. */
	readonly file: string;
	/** The file and its external data, likewise. */
	readonly weights: readonly string[];
}

/**
 * The ONNX decoders among the files of a model, one of each dtype, in `onnx/` or in the folder itself.
 * @param names Paths with forward slashes, relative to the model's folder.
 */
export function onnxFiles(names: readonly string[]): OnnxFile[] {
	return onnxDtypes.flatMap(dtype => {
		const file = fileNames(dtype).find(name => names.includes(name));
		return file === undefined ? [] : [{ dtype, file, weights: names.filter(name => isPartOf(file, name)) }];
	});
}

export function isOnnxDtype(name: string): name is OnnxDtype {
	return Object.hasOwn(suffixes, name);
}

function fileNames(dtype: OnnxDtype): string[] {
	return stems.flatMap(stem => [`onnx/${stem}${suffixes[dtype]}.onnx`, `${stem}${suffixes[dtype]}.onnx`]);
}

/** External data is named after its file: model.onnx_data, model.onnx_data_1, model.onnx.data. */
function isPartOf(file: string, name: string): boolean {
	return name === file || name.startsWith(`${file}_data`) || name.startsWith(`${file}.data`);
}
