import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import path from 'node:path';
import { freePort } from '../../src/launch/freePort';
import { eventually } from './eventually';
import { serverPath } from './installed';

export interface SshServer {
	/** A host that plain `ssh` knows in this environment. */
	readonly host: string;
	/** In which `ssh` is ours: its configuration is that of the folder. */
	readonly env: NodeJS.ProcessEnv;
	/** The home folder of who logs in; not the person’s. */
	readonly home: string;
	/** Lines for the ssh configuration, before all others. */
	configure(lines: readonly string[]): void;
	/** Ends the server and every connection; `start` then listens on the same port again. */
	stop(): Promise<void>;
	start(): Promise<void>;
}

export interface SshServerOptions {
	/** Of what a session on the server finds in its environment. */
	readonly environment?: Readonly<Record<string, string>>;
	/** Lines for the server’s configuration, before all others. */
	readonly config?: readonly string[];
}

/**
 * OpenSSH’s server on a port of this computer, with keys made for it, all in one folder. Hosts that its client knows:
 * `testhost`; `stranger`, whose key is not known; `locked`, which does not know the user’s key; `nowhere`, where nobody
 * listens; `behind`, through `testhost`.
 */
export async function startSshServer(folder: string, options: SshServerOptions = {}): Promise<SshServer> {
	const port = await freePort();
	const home = path.join(folder, 'home');
	mkdirSync(home, { recursive: true });
	makeKeys(folder, port);
	const config = path.join(folder, 'sshd_config');
	writeFileSync(config, serverConfig(folder, port, home, options));
	const env = clientEnvironment(folder);
	const configure = (lines: readonly string[]) =>
		writeFileSync(path.join(folder, 'config'), clientConfig(folder, port, lines));
	configure([]);
	let server: ChildProcess | null = null;
	const result: SshServer = {
		host: 'testhost',
		env,
		home,
		configure,
		async start() {
			server ??= spawn(sshd(), ['-D', '-e', '-f', config], { stdio: 'ignore', detached: true });
			await eventually(() => answers(env), Boolean, 15);
		},
		async stop() {
			const pid = server?.pid;
			server = null;
			if (pid !== undefined) {
				// Its sessions are processes of their own, and outlive it.
				for (const session of descendants(pid)) {
					endProcess(session);
				}
			}
		},
	};
	await result.start();
	return result;
}

function makeKeys(folder: string, port: number): void {
	for (const name of ['host_key', 'user_key', 'other_key']) {
		execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path.join(folder, name)]);
	}
	copyFileSync(path.join(folder, 'user_key.pub'), path.join(folder, 'authorized_keys'));
	const [type, key] = readFileSync(path.join(folder, 'host_key.pub'), 'utf8').split(' ');
	writeFileSync(path.join(folder, 'known_hosts'), `[127.0.0.1]:${port} ${type} ${key}\n`);
	const [otherType, otherKey] = readFileSync(path.join(folder, 'other_key.pub'), 'utf8').split(' ');
	writeFileSync(path.join(folder, 'other_hosts'), `[127.0.0.1]:${port} ${otherType} ${otherKey}\n`);
	writeFileSync(path.join(folder, 'no_hosts'), '');
}

function serverConfig(folder: string, port: number, home: string, { environment, config }: SshServerOptions): string {
	const variables = Object.entries({ HOME: home, ...environment }).map(([name, value]) => `"${name}=${value}"`);
	return [
		...(config ?? []),
		`Port ${port}`,
		'ListenAddress 127.0.0.1',
		`HostKey ${folder}/host_key`,
		`AuthorizedKeysFile ${folder}/authorized_keys`,
		`PidFile ${folder}/sshd.pid`,
		'PasswordAuthentication no',
		'KbdInteractiveAuthentication no',
		'PermitRootLogin prohibit-password',
		// The folder is a temporary one, whose parents others may write to.
		'StrictModes no',
		'UsePAM no',
		`SetEnv ${variables.join(' ')}`,
		'',
	].join('\n');
}

function clientConfig(folder: string, port: number, lines: readonly string[]): string {
	const key = (name: string) => `IdentityFile ${folder}/${name}`;
	return [
		...lines,
		'Host stranger',
		`	UserKnownHostsFile ${folder}/no_hosts`,
		'Host changed',
		`	UserKnownHostsFile ${folder}/other_hosts`,
		'Host locked',
		`	${key('other_key')}`,
		'Host nowhere',
		'	Port 1',
		'Host * !locked',
		`	${key('user_key')}`,
		'Host behind',
		'	ProxyJump testhost',
		'Host *.invalid',
		'	HostName %h',
		'Host *',
		'	HostName 127.0.0.1',
		`	Port ${port}`,
		`	User ${userInfo().username}`,
		'	IdentitiesOnly yes',
		`	UserKnownHostsFile ${folder}/known_hosts`,
		'	GlobalKnownHostsFile /dev/null',
		'',
	].join('\n');
}

/** OpenSSH looks for its configuration where the list of users says a home is: only `-F` leads elsewhere. */
function clientEnvironment(folder: string): NodeJS.ProcessEnv {
	const bin = path.join(folder, 'bin');
	mkdirSync(bin, { recursive: true });
	const ssh = execFileSync('sh', ['-c', 'command -v ssh'], { encoding: 'utf8' }).trim();
	writeFileSync(path.join(bin, 'ssh'), `#!/bin/sh\nexec ${ssh} -F ${folder}/config "$@"\n`);
	chmodSync(path.join(bin, 'ssh'), 0o755);
	return { ...process.env, PATH: `${bin}:${process.env.PATH}` };
}

/** It starts itself again for each connection, by its whole path. */
function sshd(): string {
	// Needed for its separation of privileges; a machine that never ran it as a service has none.
	if (process.getuid?.() === 0) {
		mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
	}
	return execFileSync('sh', ['-c', 'command -v sshd'], { encoding: 'utf8', env: { PATH: serverPath } }).trim();
}

function answers(env: NodeJS.ProcessEnv): boolean {
	try {
		execFileSync('ssh', ['-o', 'BatchMode=yes', 'testhost', 'true'], { env, stdio: 'ignore', timeout: 5000 });
		return true;
	} catch {
		return false;
	}
}

/** A process and its children, and theirs; not those that left it for a session of their own. */
function descendants(pid: number): number[] {
	try {
		const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
		return [pid, ...children.flatMap(child => descendants(Number(child)))];
	} catch {
		return [];
	}
}

function endProcess(pid: number): void {
	try {
		process.kill(pid, 'SIGKILL');
	} catch {
		// Its parent took it along.
	}
}
