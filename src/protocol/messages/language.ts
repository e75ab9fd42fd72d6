/** What the editor says of an evaluation's text beside what config says: of its templates, and of the data it names. */
export const languageMessages = {
	'language.unknown-name':
		'`{name}` is neither a column of `{dataset}` nor a name that templates have. There are {names}.',
	'language.unknown-name-closest': '`{name}` is not a column of `{dataset}`; did you mean `{suggestion}`?',
	'language.unknown-column': '`{column}` is not a column of `{dataset}`, which has {columns}.',
	'language.unknown-column-closest': '`{column}` is not a column of `{dataset}`; did you mean `{suggestion}`?',
	'language.unknown-filter': '`{name}` is not a filter that templates have here. There are {filters}.',
	'language.unknown-filter-closest': '`{name}` is not a filter; did you mean `{suggestion}`?',
	'language.jinja': 'This is not valid Jinja: {reason}.',
	'language.jinja-unclosed': '`{open}` is not closed. Write `{close}` where it ends.',
	'language.jinja-unended': '`{tag}` is not ended. Write `{end}` where it ends.',
	'language.jinja-unopened': '`{tag}` ends nothing: there is no `{open}` before it that is still open.',
	'language.label-space':
		'This label ends in white space, which is scored with it: the model has to predict the space after its answer too.',
	'language.label-two-spaces':
		'This label begins with white space, and `target_delimiter` puts some in front of it already: two spaces are scored.',
	'language.text-space':
		'The prompt ends in white space, and `target_delimiter` puts some behind it: the model sees two, which it seldom has before an answer.',
	'language.text-line-end':
		'This block ends with a line end, so that the answer stands on a line of its own. Use `|-` where it should follow the cue.',
	'language.shots-from-test':
		'Shots come from `{split}`, the split that is evaluated: the model sees answers that it is asked for.',
	'language.gold-out-of-range':
		'`{column}` goes up to {greatest}, but there are {count} choices, counted from 0. Rows beyond them are errors.',
	'language.unknown-config': '`{path}` has no config `{config}`. There are {configs}.',
	'language.unknown-config-closest': '`{path}` has no config `{config}`; did you mean `{suggestion}`?',
	'language.unknown-split': '`{path}` has no split `{split}`. There are {splits}.',
	'language.unknown-split-closest': '`{path}` has no split `{split}`; did you mean `{suggestion}`?',
	'language.no-default-split': '`{path}` has no split `{split}`, the default of `{field}`. There are {splits}.',
	'language.config-needed': '`{path}` has {count} configs. Name one as `dataset_name`, a list of them, or `all`.',

	'language.fix.change': 'Change to {text}',
	'language.fix.double-quotes': 'Use double quotes',
	'language.fix.block': 'Use a block scalar',
	'language.fix.quote': 'Put the template in double quotes',
	'language.fix.no-line-end': 'End the block without a line end (|-)',
	'language.fix.remove': 'Remove {name}',
	'language.fix.remove-other': 'Remove the other {name}',
	'language.fix.add-fields': 'Add the missing fields',
	'language.fix.add': 'Add {field}',
	'language.fix.close': 'Close it with {close}',
	'language.fix.trim': 'Remove the white space',
	'language.fix.spaces': 'Indent with spaces',
} as const satisfies Record<string, string>;
