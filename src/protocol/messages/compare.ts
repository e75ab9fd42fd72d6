export const compareMessages = {
	'compare.sample-twice':
		'The example {key} stands twice among the samples of {model} under {variant}. Each example is recorded once: delete one of the two lines in samples.jsonl, or run again into a new folder.',

	'compare.filter-open-quote': 'This quotation mark is not closed. End the text with another `"`.',
	'compare.filter-nothing-negated': 'Nothing follows this `-`. Put a filter after it, or write "-" to search for it.',
	'compare.filter-unknown-field':
		'`{field}` is not something to filter by. There are {fields}; to search for a text with `{operator}` in it, put it in quotes.',
	'compare.filter-operator': '`{field}` is followed by {operators}, as in `{example}`.',
	'compare.filter-no-value': 'A value is missing after `{start}`, as in `{example}`.',
	'compare.filter-margin': '`{value}` is no margin: give a number of at least 0, as in `{example}`.',
	'compare.filter-gold': '`{value}` is no answer: give its letter, as in `gold:B`.',
	'compare.filter-transition': '`{value}` is not one of {values}.',
} as const satisfies Record<string, string>;
