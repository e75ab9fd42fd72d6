import { exitCodes } from './exitCodes';
import { runCli } from './program';

// A file that may not grow further fails its write with a code instead of ending the process by a signal.
process.on('SIGXFSZ', () => {});

// A reader that has seen enough, such as head, is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
	if (error.code === 'EPIPE') {
		process.exit(exitCodes.done);
	}
	process.stderr.write(`The output cannot be written: ${error.message}\n`);
	process.exit(exitCodes.runFailed);
});

// Set, not exited: what stdout still holds is written first.
runCli(process.argv.slice(2), { folder: __dirname, stdout: process.stdout, stderr: process.stderr }).then(
	code => {
		process.exitCode = code;
	},
	(error: unknown) => {
		process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
		process.exitCode = exitCodes.runFailed;
	},
);
