import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolders } from '../../test/temporaryFolder';
import { runCli } from './program';

const temporaryFolder = temporaryFolders();

const task = `
task: numbers
dataset_path: ./data
output_type: multiple_choice
test_split: test
doc_to_text: "{{q}}\\nAnswer:"
doc_to_choice: ["no", "yes"]
doc_to_target: label
`;

function folderWith(text: string): string {
	const folder = temporaryFolder();
	mkdirSync(path.join(folder, 'tasks/data'), { recursive: true });
	writeFileSync(path.join(folder, 'tasks/numbers.yaml'), text);
	writeFileSync(path.join(folder, 'tasks/data/test.jsonl'), '{"q":"Is 2 even?","label":1}\n');
	return folder;
}

async function evalLens(...args: string[]) {
	const written = { stdout: '', stderr: '' };
	const stream = (name: keyof typeof written) => ({
		write: (text: string) => {
			written[name] += text;
		},
	});
	const code = await runCli(args, { folder: '', stdout: stream('stdout'), stderr: stream('stderr') });
	return { code, ...written };
}

test('`preview` of a `task:` evaluation, and of the same task imported', async () => {
	const folder = folderWith(task);
	const named = path.join(folder, 'named.eval.yaml');
	const own = path.join(folder, 'own.eval.yaml');
	writeFileSync(named, 'task: tasks/numbers.yaml\n');
	expect(await evalLens('import', path.join(folder, 'tasks/numbers.yaml'), '--out', own)).toEqual({
		code: 0,
		stdout: '',
		stderr: '',
	});
	const preview = await evalLens('preview', named, '--json');
	expect(JSON.parse(preview.stdout)).toMatchObject({
		variant: 'default',
		key: 'test/0',
		prompt: 'Is 2 even?\nAnswer:',
		continuations: [' no', ' yes'],
	});
	expect(await evalLens('preview', own, '--json')).toEqual(preview);
});

test('shots can be added to an imported task whose splits are files of one folder', async () => {
	const files = 'dataset_name: main\ndataset_kwargs: {data_files: {test: data/test.jsonl, train: data/train.jsonl}}';
	const folder = folderWith(
		`${task.replace('dataset_path: ./data', `dataset_path: json\n${files}`)}training_split: train\n`,
	);
	writeFileSync(path.join(folder, 'tasks/data/train.jsonl'), '{"q":"Is 3 even?","label":0}\n');
	const own = path.join(folder, 'own.eval.yaml');
	const { code, stderr } = await evalLens('import', path.join(folder, 'tasks/numbers.yaml'), '--out', own);
	expect([code, stderr]).toEqual([0, expect.stringContaining('warning: `dataset_name` is for datasets of the Hub')]);
	appendFileSync(own, 'num_fewshot: 1\n');
	const preview = await evalLens('preview', own, '--json');
	expect(JSON.parse(preview.stdout)).toMatchObject({
		prompt: 'Is 3 even?\nAnswer: no\n\nIs 2 even?\nAnswer:',
	});
});

test('without --out the evaluation is printed', async () => {
	const { code, stdout } = await evalLens('import', path.join(folderWith(task), 'tasks/numbers.yaml'));
	expect(code).toBe(0);
	expect(stdout).toMatch(/^dataset_path: /m);
});

test('a task that cannot run: its file, line and column, and exit code 2', async () => {
	const folder = folderWith(`${task}process_docs: !function utils.f\n`);
	const out = path.join(folder, 'own.eval.yaml');
	const imported = await evalLens('import', path.join(folder, 'tasks/numbers.yaml'), '--out', out);
	expect(imported.code).toBe(2);
	expect(imported.stderr).toMatch(/tasks\/numbers\.yaml:9:25: error: `process_docs` is the Python function `utils\.f`/);
	expect(existsSync(out)).toBe(false);
	writeFileSync(out, 'task: tasks/numbers.yaml\n');
	const preview = await evalLens('preview', out);
	expect(preview).toMatchObject({ code: 2, stdout: '' });
	expect(preview.stderr).toContain(`${path.join(folder, 'tasks/numbers.yaml')}:9:25: error: `);
});

test('an evaluation that is there already is not overwritten', async () => {
	const folder = folderWith(task);
	const out = path.join(folder, 'own.eval.yaml');
	writeFileSync(out, 'mine');
	expect((await evalLens('import', path.join(folder, 'tasks/numbers.yaml'), '--out', out)).code).toBe(2);
	expect(readFileSync(out, 'utf8')).toBe('mine');
});
