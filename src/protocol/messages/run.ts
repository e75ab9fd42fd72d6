export const runMessages = {
	'run.disk-full':
		'The disk is full, or a file may not grow further: {file} could not be written. Free some space and run again; what is recorded is kept and the run continues from there.',
	'run.not-writable': '{file} may not be written. Check the permissions of its folder, or name another one with --out.',
	'run.write-failed': '{file} could not be written ({code}). What is recorded is kept; run again to continue.',
	'run.record-broken': '{file} is not a run record of this version of Eval Lens.',
	'run.not-a-run': '{folder} is not a run folder: it has no run.json.',
	'run.locked': 'Process {pid} is writing the run in {folder}. Wait for it, or cancel it first.',
	'run.other-evaluation':
		'{folder} holds a run of another evaluation: {difference} differs. Name another folder, or leave --out away for a new one.',
	'run.invalid-evaluation': '{file} has {count} errors.',
	'run.no-evaluation': '{file} cannot be read. Name an evaluation file, `*.eval.yaml`.',
	'run.model-twice': '{model} is named twice under `models`.',
	'run.bug': 'Eval Lens has an error of its own; what is recorded is kept. {text}',
	'run.no-models': '{file} names no model. Add `models:` to it, or name one with --model.',
	'run.samples-broken': 'Line {line} of {file} is not a sample. Delete the file to compute the run anew.',
	'run.unknown-variant': '{variant} is not a variant of this run. There are: {variants}.',
	'run.unknown-model': '{model} is not a model of this run. There are: {models}.',
	'run.unknown-example': 'This run has no example {key}.',
	'run.bad-example': '--example {example} is no choice of examples. Write N, N-M or all, counted from 0.',
	'run.example-out-of-range': 'There is no example {example}: the slice has {examples}, counted from 0.',
	'run.prompt-too-long':
		'The prompt of {key} under {variant} has {tokens} tokens with its answers; {model} can read {window}. Use fewer shots, or set `on_too_long: cut`.',
	'run.continuation-too-long': 'An answer of {key} under {variant} has {tokens} tokens; {model} can read {window}.',
	'run.no-answer-token': 'The answer "{continuation}" of {key} under {variant} has no token in {model}’s vocabulary.',
	'run.rows-skipped': '{count} rows are no questions and were left out, as `on_bad_row: skip` says: {keys}.',
	'run.interrupted': 'This run was interrupted at {done} of {total} samples. Run again to continue it.',
	'run.failed-assertion': 'Assertion failed: {metric} is {value}, but must be {bound} {limit} ({where}).',
} as const satisfies Record<string, string>;
