/** Sentences about jobs of Hugging Face. */
export const hubJobsMessages = {
	'jobs.no-credit':
		'Hugging Face refused the job: the account {namespace} has no credit. Add some at {url}, or name another account as `namespace`.',
} as const;
