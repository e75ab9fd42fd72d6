import { expect, it } from 'vitest';
import { onnxFiles } from './onnxFiles';

it('finds one file of each dtype, fp32 first, with its external data alone', () => {
	const names = [
		'onnx/model_q4.onnx',
		'onnx/model_q4.onnx_data',
		'onnx/model_q4f16.onnx',
		'model.onnx',
		'model.onnx.data',
		'onnx/decoder_model_merged.onnx',
		'onnx/decoder_model_merged_q4.onnx',
		'onnx/model_q2f16.onnx',
		'onnx/vision_encoder.onnx',
	];
	expect(onnxFiles(names)).toEqual([
		{ dtype: 'fp32', file: 'model.onnx', weights: ['model.onnx', 'model.onnx.data'] },
		{ dtype: 'q4', file: 'onnx/model_q4.onnx', weights: ['onnx/model_q4.onnx', 'onnx/model_q4.onnx_data'] },
		{ dtype: 'q4f16', file: 'onnx/model_q4f16.onnx', weights: ['onnx/model_q4f16.onnx'] },
		{ dtype: 'q2f16', file: 'onnx/model_q2f16.onnx', weights: ['onnx/model_q2f16.onnx'] },
	]);
	expect(onnxFiles(['model.safetensors'])).toEqual([]);
});
