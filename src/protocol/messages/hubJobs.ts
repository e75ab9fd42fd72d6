/** Sentences about jobs of Hugging Face. */
export const hubJobsMessages = {
	'jobs.sign-in': 'Jobs of Hugging Face are billed to an account. Sign in to Hugging Face, or set HF_TOKEN.',
	'jobs.no-credit':
		'Hugging Face refused the job: the account {namespace} has no credit. Add some at {url}, or name another account as `namespace`.',
	'jobs.forbidden':
		'Hugging Face does not let this access token use the jobs of {namespace}. Give it the permission for jobs at {url}, or sign in with a token that has it.',
	'jobs.no-account':
		'Hugging Face knows no account {namespace} whose jobs this access token may see. Check `namespace`.',
	'jobs.refused': 'Hugging Face refused the job: {reason}. Correct `hf_jobs` of the model.',
	'jobs.conflict': 'Hugging Face cannot do that with the job as it stands: {reason}.',
	'jobs.rate':
		'Hugging Face was asked too often, and took no further job: none was started. Try again in a few minutes.',
	'jobs.unknown-flavor': 'Hugging Face has no hardware `{flavor}`. Near it: {nearest}. All there is: {all}.',
	'jobs.no-hardware': 'Hugging Face lists no hardware for jobs. Try again later.',
	'jobs.dtype': 'vLLM has no dtype `{dtype}`. Use one of {known}, or leave it out.',
	'jobs.no-model': 'A job needs a model of the Hub: give its `id`.',
	'jobs.not-started':
		'Hugging Face did not answer when the job was to be started, and has no job of the label {label}: it does not run. Try again.',
	'jobs.unconfirmed':
		'Hugging Face did not answer when the job was to be started, nor when it was looked for: whether it runs, and costs, is not known. Once Hugging Face can be reached, look for the label {label} at {url}; a resumed run does so by itself.',

	'jobs.not-seen':
		'Hugging Face does not show the job {url} to this account: it may go on, and cost. Sign in as the account that started it, and end it there.',

	'jobs.queued': 'waits for {flavor}',
	'jobs.queued-because': 'waits for {flavor}: {reason}',
	'jobs.begun': 'the container has started',
	'jobs.pulling': 'the image is being pulled',
	'jobs.downloading': 'the weights are being downloaded',
	'jobs.loading': 'the model is being loaded',
	'jobs.warming-up': 'the server is warming up',
	'jobs.serving': 'the server is up',
	'jobs.other-stage': 'the Hub calls its stage {stage}',

	'jobs.completed': 'The job came to its end by itself, which a server should not do. See its log at {url}.',
	'jobs.canceled': 'The job was cancelled.',
	'jobs.deleted': 'The job was deleted on the Hub.',
	'jobs.timed-out':
		'The job reached its time limit of {minutes} minutes. What was answered is kept; resume with a longer `timeout`.',
	'jobs.preempted':
		'Hugging Face took the hardware away ({reason}). What was answered is kept; resume to start another job.',
	'jobs.failed': 'The job failed: {reason}. See its log at {url}.',
	'jobs.failed-saying': 'The job failed: {reason}. Its log says: {line}',
	'jobs.no-reason': 'without a reason',
	'jobs.gone': 'Hugging Face does not know the job any more, or this account may not see it: {url}',

	'jobs.not-reachable': 'The job does not run, so that its server cannot be reached: {detail}',
	'jobs.no-address':
		'Hugging Face gives no address of the job {id}, though it runs. Cancel it at {url}, and try again.',
	'jobs.strange-address':
		'Hugging Face gives an address of the job at {host}, which is not one of its own: no token is sent there. Cancel the job at {url}.',
	'jobs.still-runs': 'The job was told to end, but goes on {minutes} minutes later, and costs. Cancel it at {url}.',
} as const;
