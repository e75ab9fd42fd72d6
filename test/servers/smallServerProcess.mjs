// A server as jobs start it, which needs no time: it answers with what it was told by its environment, and does what its
// arguments say: `exit CODE` ends at once, `stubborn` does not end by SIGTERM, `apart` has a child in a session of its own.
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';

const [act, value] = process.argv.slice(2);
const { EVAL_LENS_PORT, EVAL_LENS_MODEL, EVAL_LENS_REVISION } = process.env;

if (act === 'exit') {
	console.log('one line before the end');
	console.error('CUDA error: out of memory');
	process.exit(Number(value));
}
if (act === 'stubborn') {
	process.on('SIGTERM', () => console.log('not yet'));
}
const child = act === 'apart' ? spawn('sleep', ['600'], { detached: true, stdio: 'ignore' }) : null;

createServer((request, response) => {
	console.log(`asked for ${request.url}`);
	response.setHeader('content-type', 'application/json');
	response.end(
		JSON.stringify({
			model: EVAL_LENS_MODEL,
			revision: EVAL_LENS_REVISION,
			processes: [process.pid, ...(child ? [child.pid] : [])],
		}),
	);
}).listen(Number(EVAL_LENS_PORT), '127.0.0.1', () => console.log(`listens on ${EVAL_LENS_PORT}`));
