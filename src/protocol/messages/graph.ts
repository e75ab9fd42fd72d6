/** Sentences about rewriting a model's graph (engine/graph). */
export const graphMessages = {
	'graph.broken': '{file} is no whole ONNX model: {reason}. It may be cut off; download it again.',
	'graph.external-outside':
		'{file} wants to read weights from {location}, which is outside of its folder. Choose another export of the model.',
	'graph.external-missing':
		'{file} has its weights in {location}, which could not be read ({code}). Download it into the same folder.',
	'graph.disk-full':
		'The disk is full: {file} could not be written. It belongs to a copy of the model that computes faster. Free some space and run again.',
	'graph.no-space':
		'The disk has no room for a copy of the model that computes faster: {needed} MB are needed in {folder}, {free} MB are free. Free some space and run again.',
	'graph.not-writable':
		'{file} could not be written ({code}). It belongs to a copy of the model that computes faster. Check who may write to that folder.',

	'graph.old-operators':
		'The logits of all rows are computed: the graph uses version {opset} of ONNX’s operators, and version {needed} is the first that can be rewritten.',
	'graph.head-not-found':
		'The logits of all rows are computed, since where the model’s head begins is not clear: {reason}.',
	'graph.no-positions': 'Texts are computed one by one: the graph has no input position_ids.',
	'graph.fused-attention': 'Texts are computed one by one: the graph’s attention ({type}) keeps its mask inside.',
	'graph.no-softmax': 'Texts are computed one by one: the graph has no attention that Eval Lens knows.',
	'graph.softmax-without-mask':
		'Texts are computed one by one: the graph’s softmax “{name}” is not of scores to which a mask is added.',
	'graph.several-masks': 'Texts are computed one by one: the layers of the graph use {count} different masks.',
	'graph.mask-not-plain':
		'Texts are computed one by one: the graph’s mask may tell more than which token comes before which, {reason}.',
	'graph.mask-window': 'it compares positions more than once, as a sliding window does',
	'graph.mask-weights': 'it holds weights, as a bias by distance does',
	'graph.mask-in-scores': 'the scores that it is added to are masked, or moved, already',
	'graph.mask-type': 'its numbers are neither float32 nor float16',
	'graph.no-squares': 'The graph has no norms that could be written in a faster way.',
	'graph.no-packed-weights': 'The weights are not packed in a way that could be written out as float32.',
	'graph.packed-weights-kept': 'The packed weights are used as they are: {reason}.',
} as const satisfies Record<string, string>;
