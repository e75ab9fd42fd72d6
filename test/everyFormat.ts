import { presetNames } from '../src/config/presets';

/** All published formats, one with a BOS in front, one without shots. */
export const everyFormat = {
	...Object.fromEntries(presetNames.map(name => [name, name])),
	'with BOS': { extends: 'mmlu/harness', add_bos_token: true },
	'no shots': { extends: 'mmlu/original', num_fewshot: 0 },
};

const choicesAlone = {
	num_fewshot: 0,
	doc_to_text: '',
	doc_to_choice: '{{choices}}',
	target_delimiter: '',
	on_too_long: 'cut',
};

/** Choices' texts after next to nothing; a single character often becomes one token with what follows it. */
export const nothingInFront = {
	'nothing in front': choicesAlone,
	'one character in front': { ...choicesAlone, doc_to_text: '{{question[:1]}}' },
};
