export const promptMessages = {
	'prompt.chat-no-model':
		'Variant "{variant}" is a chat: its prompt is made by the chat template of a model’s tokenizer. Name a model that is on this computer under `models`.',
	'prompt.chat-no-template':
		'Variant "{variant}" is a chat, but the tokenizer of {model} has no chat template. Remove `apply_chat_template`, or choose a model that was trained to chat.',
	'prompt.bad-template': 'Variant "{variant}": {field} is no Jinja template that can be read: {reason}.',
	'prompt.template-failed': 'Variant "{variant}": {field} cannot be rendered for the row {key}: {reason}.',
	'prompt.unknown-variable':
		'Variant "{variant}": {field} uses "{name}", which the row {key} does not have. It has: {names}.',
	'prompt.unknown-variable-meant':
		'Variant "{variant}": {field} uses "{name}", which the row {key} does not have. Did you mean "{suggestion}"? It has: {names}.',
	'prompt.undefined-value':
		'Variant "{variant}": {field} uses {expression}, which is not there in the row {key}. Use "is defined" or the filter default where it may be missing.',
	'prompt.choices-no-list':
		'Variant "{variant}": doc_to_choice gives no list for the row {key}, but {value}. A list is written as ["A", "B"].',
	'prompt.no-choices': 'Variant "{variant}": doc_to_choice gives no choice for the row {key}.',
	'prompt.choice-count':
		'Variant "{variant}": the row {key} has {count} choices, but this format has {wanted} built in. Choose a format without that limit, or give doc_to_text and doc_to_choice of your own.',
	'prompt.too-many-letters':
		'Variant "{variant}": the row {key} has {count} choices, more than there are letters. Give labels of your own in doc_to_choice.',
	'prompt.target-out-of-range':
		'Variant "{variant}": the right answer of the row {key} is index {index}, but there are {count} choices. Indexes count from 0.',
	'prompt.target-no-choice':
		'Variant "{variant}": doc_to_target gives {value} for the row {key}, which is none of the choices {choices}.',

	'prompt.too-few-shots':
		'{count} shots need {needed} rows of the split for shots, but only {present} can be used ({split}). Lower num_fewshot, or add rows.',
	'prompt.too-few-shots-of-subject':
		'{count} shots need {needed} rows of the subject "{subject}" in the split for shots, but only {present} can be used ({split}). Lower num_fewshot, or add rows.',

	'prompt.lint.label-tokens': 'Each label is one token after this prompt: {labels}.',
	'prompt.lint.label-tokens-many':
		'Labels of more than one token after this prompt: {labels}. The log-probabilities of their tokens are added up.',
	'prompt.lint.label-never-generated':
		'Labels of more than one token after this prompt: {labels}. The answer is one generated token, so that these can never be it.',
	'prompt.lint.double-space':
		'The prompt ends in white space and the label {label} begins with it. Take one of the two out: target_delimiter stands before each label.',
	'prompt.lint.trailing-space':
		'The prompt ends in white space: {end}. Tokenizers join a space to the word that follows; this one stands by itself unless prompt and label are encoded together.',
	'prompt.lint.boundary':
		'Prompt and label {label} together are other tokens ({together}) than each by itself ({apart}). The encoding of the variant decides which are scored.',
	'prompt.lint.merged':
		'A token spans the join of prompt and label {label}: together they end in {together}, apart in {apart}. What is scored is more or less than the label.',
	'prompt.lint.no-bos': 'No BOS token stands before the prompt.',
	'prompt.lint.one-bos': 'One BOS token stands before the prompt.',
	'prompt.lint.many-bos':
		'{count} BOS tokens stand before the prompt. Set add_bos_token to false, or take the BOS out of the text.',
	'prompt.lint.cut': 'Prompt and labels are {tokens} tokens, {window} fit: shots or text will be cut.',
	'prompt.lint.too-long':
		'Prompt and labels are {tokens} tokens, {window} fit. Lower num_fewshot, or set on_too_long to cut.',
	'prompt.lint.cut-writing':
		'The prompt is {tokens} tokens, {window} fit beside what is to be generated: shots or text will be cut.',
	'prompt.lint.joined-spaces':
		'Two spaces stand where two parts of the prompt join: {before} then {after}. Take one of them out.',
	'prompt.lint.glued':
		'Nothing stands between {field} and what follows: {after}. A line end may have been lost: in YAML, write the text in double quotes with \\n, or as a block with |.',
	'prompt.lint.label-ends-in-space':
		'The label {label} ends in white space, which is scored with it. Take it out, unless it is meant.',
	'prompt.lint.label-doubles-space':
		'The label begins with white space of its own after that of target_delimiter: {label}. Take one of the two out.',
	'prompt.lint.equal-labels':
		'The labels {first} and {second} are the same text {label}: the model cannot tell them apart.',
	'prompt.lint.empty-label': 'The label {number} is empty: there is nothing to score.',
} as const satisfies Record<string, string>;
