import { neverCancelled } from '../protocol/cancellation';
import { inputFailure } from '../protocol/failure';
import { type Ended, type Program, runProgram } from './program';
import { type Shell, shellOf } from './shell';
import { sshFailure } from './sshFailures';

export interface SshOptions {
	/** The environment that `ssh` is found by and runs in; default: of this process. */
	readonly env?: NodeJS.ProcessEnv | undefined;
}

/** A host, through the person’s own `ssh`: their configuration, agent, jump hosts and shared connections hold. */
export interface Ssh {
	readonly host: string;
	readonly shell: Shell;
	/** What the person’s configuration says about this host. */
	readonly settings: () => Promise<SshSettings>;
	/** `ssh` with options before the host, and a command behind it. */
	readonly program: (options: readonly string[], command: string) => Pick<Program, 'command' | 'args' | 'env'>;
}

export interface SshSettings {
	/** Shared connections go on in the background by themselves. */
	readonly keepsShared: boolean;
	/** There are ports that it forwards whenever it connects. */
	readonly forwards: boolean;
}

/** Never a question, which nobody would see; and a connection that is dead is noticed within a minute. */
const always = [
	'-T',
	'-o',
	'BatchMode=yes',
	'-o',
	'ConnectTimeout=15',
	'-o',
	'ServerAliveInterval=15',
	'-o',
	'ServerAliveCountMax=3',
	'-o',
	'RemoteCommand=none',
];

/**
 * A connection of ours is never the one that others share, lest they end with it; one that is there is used. Where the
 * configuration lets a shared connection live by itself (ControlPersist), ours may begin it.
 */
export const noMaster = ['-o', 'ControlMaster=no'];

export function openSsh(host: string, { env }: SshOptions): Ssh {
	// The configuration allows only names; a second look, as it stands among arguments.
	if (!/^[A-Za-z0-9_]/.test(host)) {
		throw inputFailure('launch.ssh.no-host', { host, reason: '–' });
	}
	let settings: Promise<SshSettings> | null = null;
	const program = (options: readonly string[], command: string) => ({
		command: 'ssh',
		args: [...always, ...options, '--', host, ...(command === '' ? [] : [command])],
		env,
	});
	const readOnce = () => {
		settings ??= readSettings(host, env);
		return settings;
	};
	const shell = shellOf({
		where: host,
		async program() {
			const { keepsShared } = await readOnce();
			// Whatever shell a login has there, it understands this; the script comes by standard input.
			return program(['-o', 'ClearAllForwardings=yes', ...(keepsShared ? [] : noMaster)], 'sh -s');
		},
		refused: ended => refusal(host, ended),
	});
	return { host, shell, settings: readOnce, program };
}

/** Reads the words that `ssh -G` writes; an ssh that does not know them is taken as one without either. */
async function readSettings(host: string, env: NodeJS.ProcessEnv | undefined): Promise<SshSettings> {
	const asked = { command: 'ssh', args: ['-G', '--', host], env, input: '', limit: 15 };
	const { code, stdout } = await runProgram(asked, neverCancelled);
	return code === 0 ? parseSettings(stdout) : { keepsShared: false, forwards: false };
}

export function parseSettings(text: string): SshSettings {
	const persist = /^controlpersist (.*)$/m.exec(text)?.[1] ?? 'no';
	return {
		keepsShared: !['no', 'false'].includes(persist),
		forwards: /^(local|remote|dynamic)forward /m.test(text),
	};
}

function refusal(host: string, { stderr, stdout, code }: Ended) {
	return sshFailure(host, stderr.trim() || stdout.trim() || `exit ${code ?? 'by a signal'}`);
}
