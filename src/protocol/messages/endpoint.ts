/** Sentences about servers that compute. */
export const endpointMessages = {
	'endpoint.unreachable':
		'The server {host} cannot be reached ({reason}). Look whether it runs and listens there; what was computed is kept, and running again goes on.',
	'endpoint.timeout':
		'The server {host} did not answer in time, {tries} times. What was computed is kept, and running again goes on.',
	'endpoint.malformed':
		'The server {host} answered with something that is not JSON, {tries} times. Is it an OpenAI-compatible server?',
	'endpoint.server-failed':
		'The server {host} failed {tries} times: {reason}. What was computed is kept, and running again goes on.',
	'endpoint.key-refused':
		'The server {host} refused the key ({reason}). Name another one as `api_key`, as `env:NAME` or `secret:NAME`.',
	'endpoint.no-credit': 'The server {host} wants to be paid first ({reason}).',
	'endpoint.no-path':
		'The server {host} has no {path} ({reason}). Is it an OpenAI-compatible server, and does it serve this model?',
	'endpoint.redirected':
		'The server {host} sends {path} on to another address, which may not be given the key. Write the address that computes as `url`.',
	'endpoint.refused': 'The server {host} refused {path}: {reason}.',
	'endpoint.other-shape':
		'The server {host} answered {path} in another shape than documented (at “{at}”). Its version may not be supported.',
	'endpoint.no-model':
		'The server {host} serves no model {model}; it serves: {models}. Write the name that it has there as `model` beside `url`.',

	'endpoint.chat-only':
		'The server {host} takes chats alone, and a prompt of this run is none, or was cut. Use formats with `apply_chat_template: true`, or a server that completes texts.',
	'endpoint.one-token-only':
		'The server {host} tells log-probabilities of one next token alone ({route}), and an answer here has several. Use a format with one-token labels, a server with `echo` such as vLLM, or compute on this computer.',
	'endpoint.window':
		'The server {host} takes {window} tokens at a time, and the longest prompt has {tokens}. Start it with a larger context.',
	'endpoint.other-tokens':
		'The server {host} cuts a prompt into other tokens ({theirs}) than the tokenizer here ({ours}), from token {place} on: it serves another model, or another version of it. Its scores would mean something else.',
	'endpoint.other-count':
		'The server {host} read a prompt as {theirs} tokens where it has {ours}: it puts a BOS token in front, cuts the prompt, or serves another model. Its scores would mean something else.',
	'endpoint.not-as-text':
		'A prompt of {tokens} tokens is read as other tokens ({read}) when it is sent as text, and the server takes texts alone. Its score would mean something else.',
	'endpoint.count-not-told':
		'The server {host} takes texts and does not say how many tokens it reads them as: whether it puts a BOS token in front as the tokenizer here does could not be checked.',
	'endpoint.no-logprobs':
		'The server {host} gives no log-probabilities ({route}), so nothing can be scored there. Some servers need an option for them, such as `--max-logprobs` of vLLM.',
	'endpoint.labels-missing':
		'Of a prompt of this run, the answers {labels} are not among the {given} most probable tokens that the server {host} tells of. Start it so that it tells more (`--max-logprobs` of vLLM, `--max-top-n-tokens` of TGI), or use a newer version, which can be asked for single tokens.',
	'endpoint.label-missing': '{label} was not among the {given} most probable tokens that the server told of.',
	'endpoint.equal-labels':
		'The server {host} gives all answers of a prompt exactly the same log-probability ({route}). It does not do what it is asked, and every score would be chance.',
	'endpoint.not-probabilities':
		'The server {host} gives numbers that are no log-probabilities ({route}): {number} is greater than 0. Start it so that it gives log-probabilities (`--logprobs-mode raw_logprobs` of vLLM).',
	'endpoint.echo':
		'The server {host} does not give the log-probabilities of a prompt’s own tokens ({route}), as answers of several tokens need.',
	'endpoint.echo-differs':
		'The server {host} gives an answer’s first token another log-probability among the tokens of the prompt than as the next token (by {difference}; {route}). Its `echo` cannot be believed, and answers of several tokens would be chance. Use a format with one-token labels, or another server.',
	'endpoint.echo-incomplete': 'The server gave {given} log-probabilities for an answer of {tokens} tokens.',
	'endpoint.no-writing': 'Texts cannot be written through {route}.',
	'endpoint.broken-off':
		'The server {host} broke off an answer (“{reason}”). What it wrote until then is not scored; it is asked again when the run is continued.',
	'endpoint.not-repeatable':
		'The server {host} gave the same prompt log-probabilities that differ by {difference}. Something else answers each time, or it samples; its scores would mean nothing.',
	'endpoint.repeat': 'The server {host} gives the same prompt numbers that differ by up to {difference}.',
	'endpoint.model-changed':
		'The server {host} now answers the run’s first prompt with other log-probabilities (by {difference}): its model was replaced. What it had answered when it was last seen to be the same is kept; start a new run for the other model.',
	'endpoint.quantised-activations':
		'The server {host} computes with weights in {weights}, and rounds activations as well: its log-probabilities lie a few hundredths from those of float32, and close answers may differ.',
} as const;
