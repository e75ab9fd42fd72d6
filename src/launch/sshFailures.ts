import { type Failure, runFailure } from '../protocol/failure';
import type { MessageCode } from '../protocol/messages';

/** What ssh says (OpenSSH’s words, which are not translated), and the sentence for it. The first that fits counts. */
const sayings = [
	[/REMOTE HOST IDENTIFICATION HAS CHANGED/, 'launch.ssh.changed-key'],
	[/Host key verification failed|host key is known for|No matching host key fingerprint/i, 'launch.ssh.unknown-key'],
	[/Could not resolve hostname|Name or service not known|nodename nor servname/i, 'launch.ssh.no-host'],
	[/Permission denied|Too many authentication failures|No supported authentication methods/i, 'launch.ssh.refused'],
	[/administratively prohibited/i, 'launch.ssh.no-forwarding'],
	[
		/Connection refused|timed out|No route to host|Network is unreachable|Host is down|Operation timed out/i,
		'launch.ssh.unreachable',
	],
	[
		/Connection (reset|closed)|closed by remote host|Broken pipe|not responding|kex_exchange_identification/i,
		'launch.ssh.lost',
	],
] as const satisfies readonly (readonly [RegExp, MessageCode])[];

/** Why ssh did not do what it was asked, by what it wrote to stderr. */
export function sshFailure(host: string, stderr: string): Failure {
	const said = stderr
		.split(/\r?\n/)
		.map(line => line.trim())
		// Lines such as "debug1: …" and what surrounds a warning.
		.filter(line => line !== '' && !/^(debug\d: |Warning: |@+$)/.test(line));
	const code = sayings.find(([saying]) => saying.test(stderr))?.[1] ?? 'launch.ssh.failed';
	return runFailure(code, { host, reason: said.slice(-3).join(' ').slice(-500) || '–' });
}
