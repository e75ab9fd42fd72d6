export const configMessages = {
	'config.unknown-field':
		'`{field}` is not a field of an evaluation file. Remove it; completion lists those there are.',
	'config.unknown-field-closest': '`{field}` is not a field; did you mean `{suggestion}`?',
	'config.field-of-file': '`{field}` holds for the whole file and stands at its top, not inside a variant.',
	'config.unknown-field-of': '`{field}` is not a field of `{parent}`, which has {fields}.',
	'config.harness-only-field':
		'Eval Lens has nothing that does what `{field}` does in lm-evaluation-harness. Remove it.',
	'config.missing-field': '`{field}` is missing; it must be {expected}.',
	'config.mistyped': '`{field}` must be {expected}; this is {found}.',
	'config.not-one-of': '`{field}` must be one of {values}; this is {found}.',
	'config.not-one-of-closest': '`{field}` must be one of {values}; this is {found}. Did you mean `{suggestion}`?',
	'config.model-source': 'A model has either an `id` on the Hub or a `path` to a folder: give one of the two.',
	'config.assertion-bound': 'An assertion compares the metric with a bound: give `min`, `max` or both.',
	'config.assertion-bounds-crossed': '`min` is greater than `max`: no value can pass.',

	'config.expected.text': 'a text',
	'config.expected.whole-number': 'a whole number of at least 0',
	'config.expected.positive-number': 'a whole number of at least 1',
	'config.expected.number': 'a number',
	'config.expected.boolean': 'true or false',
	'config.expected.mapping': 'a mapping of fields',
	'config.expected.choice': 'one of the values that completion lists',
	'config.expected.dataset-name': 'a text, or a list of texts',
	'config.expected.where': 'a mapping of columns to the values that are kept',
	'config.expected.where-values': 'a single value or a list of them',
	'config.expected.limit': 'a whole number of at least 1, or `per_subject` with one',
	'config.expected.text-or-number': 'a text or a number',
	'config.expected.text-or-index': 'a text, or a whole number of at least 0',
	'config.expected.choices': 'a text, or a list of at least one text',
	'config.expected.target': 'a text, a whole number of at least 0, or a list of these',
	'config.expected.texts': 'a list of texts',
	'config.expected.integer': 'a whole number',
	'config.expected.metrics': 'a list of metrics, each with `metric`',
	'config.expected.filters': 'a list of steps, each with `function`',
	'config.expected.pipelines': 'a list of pipelines, each with `filter`',
	'config.expected.bos': '`auto`, true or false',
	'config.expected.models': 'a list of models',
	'config.expected.model': 'the name or folder of a model, or a mapping with `id` or `path`',
	'config.expected.variants': 'a mapping of names to variants',
	'config.expected.variant': 'the name of a preset, or a mapping of fields',
	'config.expected.launch':
		'a mapping with one of `url`, `hf_jobs`, `ssh`, `slurm`, `local`: where the server is, or how it is started',
	'config.expected.key-name': '`env:NAME` or `secret:NAME`: where the key is found, never the key itself',
	'config.expected.host': 'the name of a host, as `ssh` takes it, without options or blanks',
	'config.expected.port': 'a port from 1 to 65535',
	'config.expected.word': 'a name of letters, digits and `_.:=,/-`',
	'config.expected.duration': 'seconds, or a number with its unit: `90s`, `30m`, `1.5h`, `1d`',
	'config.expected.slurm-time': 'minutes, or a time as Slurm writes it: `1:30:00`, `2-12`',
	'config.expected.assertions': 'a list of assertions',

	'config.found.text': 'the text "{value}"',
	'config.found.value': '{value}',
	'config.found.list': 'a list',
	'config.found.mapping': 'a mapping',
	'config.found.nothing': 'empty',

	'config.yaml': 'This is not valid YAML: {reason}.',
	'config.yaml-tab': 'A tab may not indent YAML. Use spaces.',
	'config.yaml-alias': '`*{alias}` names nothing: there is no `&{alias}` before it.',
	'config.yaml-documents': 'A file holds one evaluation. Put what follows `---` into a file of its own.',
	'config.yaml-tag': 'The tag `{tag}` is not supported. Write the value itself; Python functions cannot run here.',
	'config.doubled-key': '`{key}` stands here twice. Keep one of the two.',
	'config.empty-file': 'The file is empty. Begin with `dataset_path:` and the name of a dataset.',
	'config.no-mapping': 'An evaluation file is {expected}, such as `dataset_path: data`; this is {found}.',
	'config.unquoted-template':
		'YAML reads `{{` as a mapping when it stands first. Put the template in double quotes, or after `|-`.',
	'config.literal-escape':
		'`{escape}` stays two characters here, a backslash and a letter; only double quotes make it one.',

	'config.unknown-preset': '`{name}` is not a preset. There are {presets}.',
	'config.unknown-preset-closest': '`{name}` is not a preset; did you mean `{suggestion}`?',
	'config.unknown-parent': '`{name}` is neither a variant of this file nor a preset. Presets are {presets}.',
	'config.unknown-parent-closest':
		'`{name}` is neither a variant of this file nor a preset; did you mean `{suggestion}`?',
	'config.extends-itself': '`{variant}` extends itself: {chain}. Let one of them extend a preset, or nothing.',
	'config.unknown-variant': '`{name}` is not a variant of this file. There are {variants}.',
	'config.unknown-variant-closest': '`{name}` is not a variant of this file; did you mean `{suggestion}`?',

	'config.no-doc-to-text':
		'The variant `{variant}` has no prompt. Write `doc_to_text`, or let it extend a preset such as `{preset}`.',
	'config.not-run-yet': 'This version does not run `{field}: {value}` yet. Remove it to run the rest.',
	'config.endpoint-without-launch':
		'An endpoint needs `launch`: the `url` of a server, or how it is started (`hf_jobs`, `ssh`, `slurm`, `local`).',
	'config.launch-one': '`launch` names exactly one way to the server. There are {kinds}.',
	'config.launch-with-onnx':
		'`engine: onnx` computes on this computer, and `launch` names a server. Remove one of the two.',
	'config.launch-url': '`{url}` is no address of a server. Write `https://HOST` or `http://localhost:PORT`.',
	'config.launch-url-extra':
		'The address holds more than host, port and path. A key goes into `api_key`, as `env:NAME` or `secret:NAME`.',
	'config.launch-http':
		'Prompts and keys would go to {host} without encryption. Use `https`, or `ssh` with a host and port, or write `allow_http: {host}` beside `url` where the way there is safe.',
	'config.launch-url-only': '`{field}` belongs to a `url`; with `{kind}` it has no meaning. Remove it.',
	'config.launch-needs-id': 'A job of Hugging Face serves a model of the Hub: give its `id` in place of a `path`.',
	'config.launch-no-effect':
		'`{field}` has no effect here: it is about computing on this computer, and `launch` names a server.',
	'config.output-type-not-run': 'This version does not run `output_type: {value}`; it runs {supported}.',
	'config.needs-chat': '`{field}` is a part of the chat template. Add `apply_chat_template: true`, or remove it.',
	'config.generation-sampling':
		'Answers are written greedily, so that they can be compared: `{field}: {value}` cannot run. Use `do_sample: false`.',
	'config.generation-setting':
		'This version does not know the setting `{field}` of `generation_kwargs`. It knows {known}.',
	'config.generation-value': '`{field}` of `generation_kwargs` must be {expected}.',
	'config.python-pattern': 'The regular expression `{pattern}` cannot run here: {reason}.',
	'config.unsupported-sampler': 'This version does not draw shots by `{sampler}`. Supported: {supported}.',
	'config.unsupported-shot-split':
		'Shots come from `fewshot_split` ({fewshot}) or `validation_split` ({validation}), not from {split}. Name it as `fewshot_split`.',
	'config.no-effect':
		'`{field}` has no effect here: every variant comes from a preset, which brings its own. Write it inside a variant.',
	'config.same-model':
		'The model `{model}` stands here twice. Remove one, or let them differ in `revision`, `dtype` or `device`.',

	'config.task-no-file':
		'There is no task file at `{path}`. The path counts from the evaluation’s folder; name a YAML file of lm-evaluation-harness.',
	'config.task-no-mapping':
		'A task file is a mapping of fields such as `dataset_path` and `doc_to_text`; this is none.',
	'config.task-alias': 'An alias of this file stands inside what it names. Write the value out.',
	'config.task-include': '`include` is the path of a YAML file, or a list of such paths.',
	'config.task-include-cycle': 'This file includes itself: {chain}. Remove one of the includes.',
	'config.task-no-include': 'There is no file at `{path}`, which is included here.',
	'config.task-member': 'A group’s `task` lists names of tasks, groups and tags, or mappings with `task` or `group`.',
	'config.task-group-cycle': 'This group holds itself: {chain}. Remove it from one of them.',
	'config.task-empty-group': 'This group has no tasks. List their names under `task`.',
	'config.task-unknown-member':
		'No YAML file in `{folder}` and below has a task, group or tag called `{name}`. Put its file there.',
	'config.task-unknown-member-closest':
		'No YAML file in `{folder}` and below has a task, group or tag called `{name}`; did you mean {suggestion}?',
	'config.task-function':
		'`{field}` is the Python function `{function}`, which cannot run here. Write what it does as a template or into the data.',
	'config.task-class': 'This task is a Python class, which cannot run here.',
	'config.task-not-run': 'This version does not do what `{field}` asks for. Remove it to run the rest.',
	'config.task-not-run-value': 'This version does not run `{field}: {value}`.',
	'config.task-unknown-field':
		'`{field}` is not a field of a task file that this version knows. Remove it, or mend its name.',
	'config.task-needs': 'The task says nothing of `{field}`, which lm-evaluation-harness needs here. Add it.',
	'config.task-no-split': 'The task names neither `test_split` nor `validation_split`: there is nothing to evaluate.',
	'config.task-sampler':
		'lm-evaluation-harness draws these shots at random, anew for each question, which this version does not reproduce. Set `num_fewshot: 0`, or write `fewshot_config` with `sampler: first_n` in the evaluation to take the first rows.',
	'config.task-shots':
		'This version cannot give shots by `{field}`. Set `num_fewshot: 0` in the evaluation, or its own `fewshot_config`.',
	'config.task-data-files':
		'Files of a local dataset must be named by their splits and stand in one folder, such as `data/test.jsonl`; or give one file to evaluate.',
	'config.task-local-name': '`dataset_name` is for datasets of the Hub; this one is local, so the name is left out.',
	'config.task-members-local':
		'The tasks of this group differ in `dataset_name`, but their dataset is local and has no configs. Name one task’s file instead.',
	'config.task-members-differ':
		'The tasks of this group cannot be one evaluation: `{second}` differs from `{first}` in {fields}. Name one task’s file instead.',
	'config.task-members-config':
		'The tasks of this group cannot be one evaluation: `{second}` evaluates the same config of the dataset as `{first}`.',
	'config.task-index-prompt':
		'`doc_to_text` is an index here: each choice makes a prompt of its own, which this version does not run.',
	'config.metric-of-choices': '`{metric}` judges choices, but this answer is written freely. Write `exact_match`.',
	'config.metric-of-writing':
		'This version computes `{metric}` of written answers only. Write `acc`, or `output_type: generate_until`.',
	'config.first-pipeline': 'Only the first pipeline of `filter_list`, {name}, is used; this one is left out.',
} as const satisfies Record<string, string>;
