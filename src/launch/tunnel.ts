import type { ChildProcess } from 'node:child_process';
import { connect } from 'node:net';
import {
	CancellationSource,
	type CancellationToken,
	Cancelled,
	neverCancelled,
	throwIfCancelled,
} from '../protocol/cancellation';
import type { Disposable } from '../protocol/event';
import { runFailure } from '../protocol/failure';
import { freePort } from './freePort';
import { outputLines } from './outputLines';
import { killGroup, runProgram, startProgram } from './program';
import { sshFailure } from './sshFailures';
import { noMaster, type Ssh } from './sshProgram';

/** Where a tunnel leads, as seen from the host behind ssh. */
export interface TunnelEnd {
	readonly host: string;
	readonly port: number;
}

export interface Tunnel extends Disposable {
	/** Of this computer, on 127.0.0.1; it stays the same however often the connection behind it is opened anew. */
	readonly port: number;
}

/** A connection that broke is opened anew after so many milliseconds; each time that fails, after twice as many. */
const reopensAfter = { first: 500, longest: 30_000 } as const;

/**
 * Opens a way from a port of this computer to one behind an ssh host, until it is disposed. A connection that breaks is
 * opened anew, again and again; meanwhile the port refuses connections, so that requests are tried again as for any server
 * that is away. It ends with this process, however that ends.
 * @throws Failure where it cannot be opened.
 */
export async function openTunnel(ssh: Ssh, end: TunnelEnd, token: CancellationToken): Promise<Tunnel> {
	for (let attempt = 0; ; attempt++) {
		const port = await freePort();
		const first = await openConnection(ssh, port, end, token);
		if (first !== 'port taken') {
			return keepOpen(ssh, port, end, first);
		}
		if (attempt === 2) {
			throw sshFailure(ssh.host, `the local port ${port} is taken`);
		}
	}
}

/** One ssh process that forwards a port. */
interface Connection {
	readonly closed: Promise<void>;
	dispose(): void;
}

function keepOpen(ssh: Ssh, port: number, end: TunnelEnd, first: Connection): Tunnel {
	const life = new CancellationSource();
	let current: Connection | null = null;
	let timer: NodeJS.Timeout | undefined;
	const later = (pause: number) => {
		current = null;
		if (!life.token.isCancellationRequested) {
			timer = setTimeout(() => void reopen(pause), pause);
			timer.unref();
		}
	};
	const reopen = async (pause: number) => {
		const opened = await openConnection(ssh, port, end, life.token).catch(() => null);
		if (opened === null || opened === 'port taken') {
			later(Math.min(pause * 2, reopensAfter.longest));
		} else {
			use(opened);
		}
	};
	const use = (connection: Connection) => {
		if (life.token.isCancellationRequested) {
			connection.dispose();
			return;
		}
		current = connection;
		void connection.closed.then(() => later(reopensAfter.first));
	};
	use(first);
	return {
		port,
		dispose() {
			life.cancel();
			clearTimeout(timer);
			current?.dispose();
			void endShared(ssh, port, end);
		},
	};
}

/** What the host writes once the port is forwarded. It then reads until this process is gone. */
const isOpen = '@@ eval-lens @@';
const waiting = `echo '${isOpen}'; exec cat >/dev/null`;

async function openConnection(
	ssh: Ssh,
	port: number,
	end: TunnelEnd,
	token: CancellationToken,
): Promise<Connection | 'port taken'> {
	const { forwards } = await ssh.settings();
	throwIfCancelled(token);
	const options = [
		...noMaster,
		// Ports of the person’s own configuration may be forwarded by another connection: then it must not fail for them.
		'-o',
		`ExitOnForwardFailure=${forwards ? 'no' : 'yes'}`,
		'-L',
		forwarding(port, end),
	];
	const child = startProgram({ ...ssh.program(options, `sh -c "${waiting}"`), input: '', holdsInput: true });
	const listening = token.onCancellationRequested(() => killGroup(child));
	try {
		return await whenOpen(child, ssh, port, token);
	} catch (error) {
		killGroup(child);
		throw error;
	} finally {
		listening.dispose();
	}
}

async function whenOpen(
	child: ChildProcess,
	{ host }: Ssh,
	port: number,
	token: CancellationToken,
): Promise<Connection | 'port taken'> {
	let stderr = '';
	child.stderr?.setEncoding('utf8').on('data', (text: string) => {
		stderr = (stderr + text).slice(-4096);
	});
	const closed = new Promise<void>(resolve => {
		child.once('exit', () => resolve());
		child.once('error', () => resolve());
	});
	const notFound = new Promise<never>((_, reject) =>
		child.once('error', error =>
			reject(runFailure('launch.not-started', { command: 'ssh', reason: error.message }, error)),
		),
	);
	const opened = new Promise<'open'>(resolve => {
		const lines = outputLines(line => line === isOpen && resolve('open'));
		child.stdout?.setEncoding('utf8').on('data', (text: string) => lines.add(text));
	});
	const result = await Promise.race([opened, closed, notFound]);
	if (token.isCancellationRequested) {
		throw new Cancelled();
	}
	if (isTaken(stderr, port)) {
		killGroup(child);
		return 'port taken';
	}
	if (result !== 'open') {
		throw sshFailure(host, stderr);
	}
	if ((await isRefused(port)) && /administratively prohibited/i.test(stderr)) {
		throw sshFailure(host, stderr);
	}
	return { closed, dispose: () => killGroup(child) };
}

/** Whether ssh found somebody else on the port. */
function isTaken(stderr: string, port: number): boolean {
	return stderr
		.split('\n')
		.some(line => /bind|cannot listen|Could not request local/.test(line) && line.includes(`${port}`));
}

/** Whether a first connection is closed at once: nobody listens over there yet, or the host forwards nothing. */
function isRefused(port: number): Promise<boolean> {
	return new Promise(resolve => {
		const socket = connect(port, '127.0.0.1');
		const done = (refused: boolean) => {
			clearTimeout(timer);
			socket.destroy();
			resolve(refused);
		};
		const timer = setTimeout(() => done(false), 500);
		socket.on('close', () => done(true)).on('error', () => done(true));
	});
}

function forwarding(port: number, end: TunnelEnd): string {
	return `127.0.0.1:${port}:${end.host.includes(':') ? `[${end.host}]` : end.host}:${end.port}`;
}

/** Where connections are shared, the port stays forwarded until the shared one is told. Where they are not, this fails. */
async function endShared(ssh: Ssh, port: number, end: TunnelEnd): Promise<void> {
	const program = ssh.program(['-O', 'cancel', '-L', forwarding(port, end)], '');
	await runProgram({ ...program, input: '', limit: 10 }, neverCancelled).catch(() => {});
}
