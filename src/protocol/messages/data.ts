export const dataMessages = {
	'data.no-path':
		'There is no file or folder at dataset_path "{path}" (looked for {full}). The path counts from the evaluation file.',
	'data.no-path-no-dataset':
		'There is no file or folder at dataset_path "{path}" (looked for {full}), and no such dataset on the Hub: {reason}',
	'data.hub-no-data':
		'The dataset {id} has no file that rows can be read from (Parquet, JSONL, JSON, CSV or TSV), and the dataset viewer has none. It holds: {found}.',
	'data.hub-missing-shards':
		'Only {count} of the {total} files {file} of {id} are in the cache. Connect to the internet to fetch the others.',
	'data.hub-several-configs': '{id} has {count} configs. Name one, a list or `all` as dataset_name: {configs}.',
	'data.hub-no-config': '{id} has no config "{config}". It has: {configs}.',
	'data.hub-no-config-meant': '{id} has no config "{config}". Did you mean "{suggestion}"? It has: {configs}.',
	'data.hub-no-split': '{id} has no split "{split}" in its config "{config}". It has: {splits}.',
	'data.hub-no-split-meant':
		'{id} has no split "{split}" in its config "{config}". Did you mean "{suggestion}"? It has: {splits}.',
	'data.names-need-hub': 'dataset_name is for datasets of the Hub; {path} is local. Take the field out.',
	'data.unknown-extension':
		'{path} is not a file that rows can be read from. Give a .parquet, .jsonl, .json or .csv file, or a folder of them.',
	'data.no-split':
		'{folder} has no file for the split "{split}": {split}.parquet, {split}.jsonl, {split}.json or {split}.csv was looked for. It holds: {files}.',
	'data.empty-folder':
		'{folder} is empty. A file for the split "{split}" was looked for: {split}.parquet, {split}.jsonl, {split}.json or {split}.csv.',
	'data.two-files-for-split': '{folder} has two files for the split "{split}": {first} and {second}. Keep one of them.',
	'data.one-file-no-shots':
		'{path} is one file, which is the test split, but the shots need the split "{split}". Set num_fewshot to 0, or give a folder with a file for each split.',
	'data.unreadable': '{path} cannot be read: {reason}.',
	'data.not-utf8': '{path} is not UTF-8 text at line {line}. Save it as UTF-8.',
	'data.bad-parquet': '{path} is not a Parquet file that can be read: {reason}.',
	'data.parquet-cut':
		'{path} is not a Parquet file that can be read: its end is missing. It may be cut off; get it again.',
	'data.parquet-codec':
		'{path} is not a Parquet file that can be read: its column "{column}" is packed with {codec}, which is not supported. Write it with Snappy, Zstandard or Gzip.',
	'data.bad-json-line': '{path}, line {line}, is not JSON: {reason}. JSONL has one object on each line.',
	'data.line-no-object': '{path}, line {line}, is not a JSON object. JSONL has one object on each line.',
	'data.bad-json': '{path} is not JSON: {reason}.',
	'data.json-no-list': '{path} is not a list of objects. A .json file holds one list with an object for each row.',
	'data.json-no-object': '{path}: entry {index} of the list is not an object. Each row is an object.',
	'data.bad-csv': '{path} is not a CSV file that can be read: {reason}.',
	'data.csv-doubled-column': '{path}: the header names the column "{column}" twice.',
	'data.no-column': '{path} has no column "{column}" (for {role}). It has: {columns}.',
	'data.no-column-meant':
		'{path} has no column "{column}" (for {role}). Did you mean "{suggestion}"? It has: {columns}.',
	'data.no-id': '{path}: row {index} has no text or number in the id_column "{column}".',
	'data.equal-ids': '{path}: rows {first} and {second} have the same id "{id}" in the id_column "{column}".',
	'data.no-rows': '{path} has no rows.',
	'data.nothing-left': 'No row of {path} is left after where: {where}.',
	'data.all-rows-bad': 'No row chosen from {path} ({count} in all) is a question that can be asked. {key}: {reason}',
	'data.bad-rows':
		'{count} rows cannot be asked as questions: {keys}. {key}: {reason} Mend them, or set on_bad_row to skip.',
	'data.bad-row': 'The row {key} cannot be asked as a question: {reason} Mend it, or set on_bad_row to skip.',

	'data.question-no-text': 'The column "{column}" holds no text.',
	'data.choices-no-list': 'The column "{column}" holds no list of texts.',
	'data.choices-python-list':
		'The column "{column}" holds a list as Python prints it; write it as JSON, with double quotes.',
	'data.choice-no-text': 'Choice {number} is neither text nor number.',
	'data.too-few-choices': 'At least 2 choices are needed; it has {count}.',
	'data.answer-out-of-range': 'Its answer {answer} is not one of its {count} choices; indexes count from 0.',
	'data.answer-unknown':
		'Its answer "{answer}" in the column "{column}" is neither an index, a letter nor the text of one of its {count} choices.',
	'data.answer-no-value': 'The column "{column}" holds no answer.',
} as const satisfies Record<string, string>;
