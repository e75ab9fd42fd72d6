export const hubMessages = {
	'hub.offline': 'This is not in the cache, and HF_HUB_OFFLINE forbids to ask the Hub for {what}.',
	'hub.damaged':
		'The cache holds {what} damaged: {file} has {size} bytes instead of {expected}. Delete that file, then run once without HF_HUB_OFFLINE to download it anew.',
	'hub.bad-endpoint':
		'HF_ENDPOINT or HF_DATASETS_SERVER is not a web address such as https://huggingface.co, without user name and password. Correct it, or unset it.',
	'hub.plain-http':
		'The access token would go unencrypted to {host}. Use an https address as HF_ENDPOINT, or sign out.',
	'hub.unreachable':
		'{host} cannot be reached ({reason}). Check the connection and the proxy; what is in the cache still works.',
	'hub.timeout': '{host} did not answer in time. Try again later; what is in the cache still works.',
	'hub.cut-off': 'The answer of {host} broke off. Try again.',
	'hub.too-large': 'The answer of {host} is too large to be what was asked for.',
	'hub.html':
		'{host} answered with a web page instead of data. A proxy or a sign-in page of the network may stand in between, or HF_ENDPOINT leads somewhere else.',
	'hub.no-json': '{host} answered with something that is not JSON. Try again; if it stays, check HF_ENDPOINT.',
	'hub.other-shape':
		'{host} answered in a form that Eval Lens does not know (at {place}). Check HF_ENDPOINT, or look for a newer version of Eval Lens.',

	'hub.the-dataset': 'the dataset {id}',
	'hub.the-model': 'the model {id}',
	'hub.gated':
		'Access to {what} must be granted by its owners, and this account does not have it. Request access at {url}, then try again.',
	'hub.gated-anonymous':
		'Access to {what} must be granted by its owners. Sign in to Hugging Face, request access at {url}, then try again.',
	'hub.missing': '{host} does not have {what}, or this account may not see it. Check how it is written.',
	'hub.missing-anonymous':
		'{host} does not have {what}, or it is not public. Check how it is written; if it is private or access to it must be granted, sign in to Hugging Face.',
	'hub.disabled': 'Hugging Face has disabled {what}. Nobody can use it until that is settled there.',
	'hub.no-revision': 'There is no revision “{revision}” of {what}. Use `main`, or a branch, tag or commit that it has.',
	'hub.no-file': '{host} does not have what was asked for.',
	'hub.not-signed-in': '{host} wants to know who asks. Sign in to Hugging Face.',
	'hub.rate':
		'{host} was asked too often and wants a longer pause than a few minutes. Try again later; what is in the cache still works.',
	'hub.rate-anonymous':
		'{host} was asked too often and wants a longer pause than a few minutes. Try again later, or sign in to Hugging Face to be allowed more; what is in the cache still works.',
	'hub.server-failed': '{host} failed with status {status}, several times over. Try again later.',
	'hub.refused': '{host} refused the request with status {status}: {reason}',

	'hub.bad-token':
		'{host} does not accept {token}: it has expired or was withdrawn. Sign in again, or replace it with a new one from https://huggingface.co/settings/tokens.',
	'hub.token.sign-in': 'the access token of the sign-in',
	'hub.token.environment': 'the access token in the environment (HF_TOKEN)',
	'hub.token.token-file': 'the access token in the token file of Hugging Face’s tools',
	'hub.token-form':
		'{token} is not one: a token begins with hf_, has no space, line break or other unseen character inside, and is plain ASCII. Copy it again from https://huggingface.co/settings/tokens.',
	'hub.token-file-unreadable': 'The token file {file} could not be read ({code}). Mend its permissions, or remove it.',

	'hub.bad-id': '"{id}" is no id of the Hugging Face Hub. Ids are `name` or `owner/name`.',
	'hub.bad-revision': '"{revision}" is no branch, tag or commit that the Hub could have.',
	'hub.bad-path': '{id} has a file with a name or hash that no cache can hold: "{file}". It was not downloaded.',
	'hub.no-such-file': '{id} has no file {file} any more at the commit that was asked for.',
	'hub.no-file-answer': 'The Hub answered with status {status} when asked for {file} of {id}. Try again later.',
	'hub.wrong-size': '{file} of {id} is not {size} bytes long, as its listing says. Try again later.',
	'hub.cut':
		'The connection broke off several times while {file} of {id} was downloaded. What was received is kept; try again to fetch the rest.',
	'hub.checksum':
		'{file} of {id} arrived damaged: its checksum is wrong. What was received is deleted; try again to download it anew.',
	'hub.no-space':
		'The disk of the Hugging Face cache has no room: {needed} MB are needed in {folder}, {free} MB are free. Free some space, or set HF_HOME to a folder on another disk.',
	'hub.disk-full':
		'The disk is full: {file} could not be written. Free some space, or set HF_HOME to a folder on another disk; what was received is kept.',
	'hub.not-writable':
		'{file} may not be written. Check the permissions of the Hugging Face cache, or set HF_HOME to another folder.',
	'hub.write-failed': '{file} could not be written ({code}).',

	'hub.viewer-prepares': 'The dataset viewer is still preparing {what}. Try again in some minutes.',
	'hub.viewer-no-split': 'The dataset viewer does not know that part of {what}: {reason}',
	'hub.viewer-cannot': 'The dataset viewer cannot show {what}: {reason}',

	'hub.login-denied': 'The sign-in was declined in the browser.',
	'hub.login-expired': 'The code was not entered in time. Start the sign-in again.',
	'hub.login-refused': '{host} refused the sign-in: {reason}',
} as const satisfies Record<string, string>;
