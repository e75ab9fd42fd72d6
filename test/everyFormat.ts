import { presetNames } from '../src/config/presets';

/** All published formats, one with a BOS in front, one whose answers are the choices' texts after nothing at all. */
export const everyFormat = {
	...Object.fromEntries(presetNames.map(name => [name, name])),
	'with BOS': { extends: 'mmlu/harness', add_bos_token: true },
	'no shots': { extends: 'mmlu/original', num_fewshot: 0 },
	'nothing in front': {
		num_fewshot: 0,
		doc_to_text: '{{question[:1]}}',
		doc_to_choice: '{{choices}}',
		target_delimiter: '',
		on_too_long: 'cut',
	},
};
