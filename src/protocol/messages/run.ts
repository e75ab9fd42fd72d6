export const runMessages = {
	'run.nothing-to-resume': 'In {folder} there is no unfinished run that nobody is at.',
	'run.no-key': 'There is no key `{name}`. Set the environment variable, or the secret in VS Code, and run again.',
	'run.jobs-broken':
		'{file} is not what Eval Lens wrote there. Look for jobs of this run yourself, and delete the file.',
	'run.server-not-open': 'The server of {model} was asked before it was there.',
	'run.cost-not-confirmed':
		'Computing {model} may cost up to {dollars} dollars, and nobody said yes to it. Confirm it in VS Code, or run with `--yes`.',
	'run.server-never-ready':
		'The job of {model} runs, but its server did not answer within {minutes} minutes. It was ended; look into its log.',
	'run.job-ended':
		'The job of {model} ended before its samples were there: {reason} What was computed is kept, and running again goes on with another job.',
	'run.job-left': 'The job of {model} was not ended: the process that took the run over goes on with it.',
	'run.job-not-ended': 'The job of {model} could not be ended. Look into the Jobs view, or end it where it runs.',
	'run.left-job-unseen':
		'An earlier job of {model}, {label}, is not seen from here: it may still run, and cost. It stays in the Jobs view; look for it with the account that started it.',
	'run.job-lost': 'The job of {model} cannot be found any more. Running again starts another and goes on.',
	'run.samples-failed':
		'{count} samples of {model} could not be had. The first is {key} under {variant}: {reason} All others are recorded; running again tries these once more.',
	'run.remote-example':
		'A server of {model} is started for a run, and ended with it. Single examples are scored on this computer, or by a server that runs already (`url`).',
	'run.disk-full':
		'The disk is full, or a file may not grow further: {file} could not be written. Free some space and run again; what is recorded is kept and the run continues from there.',
	'run.not-writable': '{file} may not be written. Check the permissions of its folder, or name another one with --out.',
	'run.write-failed': '{file} could not be written ({code}). What is recorded is kept; run again to continue.',
	'run.record-broken': '{file} is not a run record of this version of Eval Lens.',
	'run.record-unreadable': '{file} cannot be read ({code}).',
	'run.not-a-run': '{folder} is not a run folder: it has no run.json.',
	'run.locked':
		'Process {pid} on {host} is writing the run in {folder}. Wait for it, or cancel it first; if it is gone, delete {file}.',
	'run.locked-stopped':
		'Process {pid} on {host} has the run in {folder} and stands still, as after Ctrl-Z. Let it go on (`fg` in its terminal, or `kill -CONT {pid}`), or end it (`kill -9 {pid}`) and run again.',
	'run.taken-over':
		'Process {pid} on {host} took over the run in {folder} while this one stood still. Nothing more is written from here; what is recorded is kept, and the other process goes on with it.',
	'run.lock-gone':
		'The lock of the run in {folder} is gone: another process took the run over meanwhile and is through, or {file} was deleted. Nothing more is written from here; what is recorded is kept. Run again to continue.',
	'run.other-evaluation':
		'{folder} holds a run of another evaluation: {difference} differs. Name another folder, or leave --out away for a new one.',
	'run.invalid-evaluation': '{file} has {count} errors.',
	'run.no-evaluation': '{file} cannot be read. Name an evaluation file, `*.eval.yaml`.',
	'run.model-twice': '{model} is named twice under `models`.',
	'run.bug': 'Eval Lens has an error of its own; what is recorded is kept. {text}',
	'run.folder-not-empty': '{folder} holds {file} and no run. Name an empty folder, or one that does not exist yet.',
	'run.out-is-file': '{folder} is a file. Name a folder for the run.',
	'run.other-engine':
		'What is recorded of {model} in {folder} was computed by {before}; now it would be {now}. One run does not mix them: name another folder, or delete this one. Where a device is gone, `on_device_failure: cpu` on the model continues on the CPU, and says so.',
	'run.no-models': '{file} names no model. Add `models:` to it, or name one with --model.',
	'run.line-broken': 'Line {line} of {file} is none that a run writes. Delete the run folder to compute the run anew.',
	'run.unknown-variant': '{variant} is not a variant of this run. There are: {variants}.',
	'run.unknown-model': '{model} is not a model of this run. There are: {models}.',
	'run.unknown-example': 'This run has no example {key}.',
	'run.bad-example': '--example {example} is no choice of examples. Write N, N-M or all, counted from 0.',
	'run.not-trusted':
		'Running a model needs a trusted workspace, because the evaluation says which model files are loaded.',
	'run.example-out-of-range': 'There is no example {example}: the slice has {examples}, counted from 0.',
	'run.prompt-too-long':
		'The prompt of {key} under {variant} has {tokens} tokens with its answers; {model} can read {window}. Use fewer shots, or set `on_too_long: cut`.',
	'run.continuation-too-long': 'An answer of {key} under {variant} has {tokens} tokens; {model} can read {window}.',
	'run.nothing-to-continue':
		'The prompt of {key} under {variant} is empty and {model} has no BOS token: there is nothing to continue. Add text to the prompt.',
	'run.no-room-to-write':
		'{variant} lets the model write {tokens} tokens, which leaves no room for a prompt: {model} can read {window}. Lower `max_gen_toks`.',
	'run.no-answer-token': 'The answer "{continuation}" of {key} under {variant} has no token in {model}’s vocabulary.',
	'run.rows-skipped':
		'Left out, as `on_bad_row: skip` says: {count} rows that are no questions: {keys}. {key}: {reason}',
	'run.pool-rows-skipped':
		'{count} rows that shots are drawn from are no questions and were left out there: {keys}. {key}: {reason}',
	'run.interrupted': 'This run was interrupted at {done} of {total} samples. Run again to continue it.',
	'run.assertion-below': 'Assertion failed: {metric} is {value}, but must be at least {limit} ({variant}, {model}).',
	'run.assertion-above': 'Assertion failed: {metric} is {value}, but must be at most {limit} ({variant}, {model}).',
	'run.assertion-unknown': 'Assertion failed: {metric} has no value ({variant}, {model}).',
	'run.assertion-nothing': 'Assertion failed: there is no {metric} for the model and variant that it names.',
	'run.import-not-written':
		'The evaluation could not be written to {file}: the folder is missing or read-only, or the file is there already.',
	'run.model-replaced':
		'The file {file} of the model {model} was replaced or changed while the run went on. What was computed before is kept. Put the old file back and run again to continue, or start a new run with the new one.',
} as const satisfies Record<string, string>;
