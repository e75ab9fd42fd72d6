import type { CancellationToken } from '../protocol/cancellation';
import { type Failure, inputFailure, runFailure } from '../protocol/failure';
import type { MessageValue } from '../protocol/messages';
import { message } from '../protocol/messages';
import { outputLines } from './outputLines';
import { type Ended, type Program, runProgram } from './program';

/** A computer whose POSIX shell runs scripts: this one, or one behind ssh. */
export interface Shell {
	/** How sentences name the computer. */
	readonly where: MessageValue;
	/**
	 * Runs a script to its end and returns what it wrote.
	 * @throws Failure where the shell is not reached, or the script fails.
	 */
	run(script: string, token: CancellationToken): Promise<string>;
	/** As `run`, with each line when it comes, for as long as it takes; it ends with this process too. */
	follow(script: string, onLine: (line: string) => void, token: CancellationToken): Promise<void>;
}

/** How a shell is started, and what it means when that fails. */
export interface ShellProgram {
	readonly where: MessageValue;
	readonly program: () => Promise<Pick<Program, 'command' | 'args' | 'env'>>;
	/** The reason, where it ended before the script began. */
	readonly refused: (ended: Ended) => Failure;
}

/** Stands before what a script writes: what a login writes before it is not the script’s. */
const begin = '@@ eval-lens @@';

/** Seconds that a script may take which is not followed. */
const runLimit = 120;

export function shellOf({ where, program, refused }: ShellProgram): Shell {
	const finish = (ended: Ended, hasBegun: boolean) => {
		if (!hasBegun) {
			throw refused(ended);
		}
		if (ended.code !== 0) {
			// 255 is what ssh says of a connection that broke, whatever the script did.
			throw ended.code === 255 ? refused(ended) : scriptFailed(where, ended);
		}
	};
	return {
		where,
		async run(script, token) {
			const ended = await runProgram({ ...(await program()), input: framed(script), limit: runLimit }, token);
			const at = ended.stdout.indexOf(`${begin}\n`);
			finish(ended, at >= 0);
			return ended.stdout.slice(at + begin.length + 1);
		},
		async follow(script, onLine, token) {
			let hasBegun = false;
			const lines = outputLines(line => {
				if (hasBegun) {
					onLine(line);
				}
				hasBegun ||= line === begin;
			});
			const input = framed(endsWithInput + script);
			const ended = await runProgram(
				{ ...(await program()), input, holdsInput: true, onOutput: text => lines.add(text) },
				token,
			);
			finish(ended, hasBegun);
			lines.end();
		},
	};
}

/** The shell of this computer. */
export function localShell(env?: NodeJS.ProcessEnv): Shell {
	const where = message('launch.this-computer', {});
	return shellOf({
		where,
		async program() {
			if (process.platform === 'win32') {
				throw inputFailure('launch.windows', {});
			}
			return { command: 'sh', args: ['-s'], env };
		},
		refused: ended => scriptFailed(where, ended),
	});
}

/** Read as a whole before any of it runs: a connection that breaks leaves nothing half done. */
function framed(script: string): string {
	return `{\nprintf '%s\\n' '${begin}'\n${script}\nexit 0\n}\n`;
}

/** A script that is followed ends when nobody listens any more. Its input is then at its end. */
const endsWithInput = `exec 3<&0
{ cat <&3 >/dev/null; kill $$; } 2>/dev/null &
listener=$!
trap 'kill $listener 2>/dev/null' EXIT
exec 3<&- </dev/null
`;

function scriptFailed(where: MessageValue, { code, stdout, stderr }: Ended): Failure {
	const said = (stderr.trim() || stdout.trim()).split('\n').slice(-3).join(' ').slice(-500);
	return runFailure('launch.script-failed', { where, reason: said || `exit ${code ?? 'by a signal'}` });
}
