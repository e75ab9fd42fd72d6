// What startTestServer runs in the extension host in place of the test entry: it calls the entry
// and adds the two things that the workbench does not tell.
//
//  - Whether the suite came to its end. A test that takes the extension host down gives exit code 0.
//  - Which lines are the tests' own. The workbench writes its log into the same channel.
const { writeFileSync } = require('node:fs');
const { format } = require('node:util');

const mark = '\u0002';
const levels = ['log', 'info', 'warn', 'error', 'debug'];
const { EVAL_LENS_TEST_ENTRY: entry = '', EVAL_LENS_TEST_RESULT: result = '' } = process.env;

exports.run = async () => {
	// VS Code made console.log and its sisters read-only, so the whole console is replaced.
	// What is written to stdout arrives here too: VS Code makes console calls of it.
	globalThis.console = new Proxy(globalThis.console, {
		get(target, name) {
			const method = Reflect.get(target, name);
			if (!levels.includes(String(name))) return method;
			return (/** @type {unknown[]} */ ...values) => method(mark + format(...values));
		},
	});
	try {
		await require(entry).run();
	} catch (error) {
		console.error(error);
		throw error;
	}
	writeFileSync(result, 'passed');
};
