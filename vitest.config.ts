import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
	test: {
		include: ['src/**/*.test.ts', 'webview/**/*.test.{ts,tsx}', 'test/**/*.test.ts'],
		exclude: [
			...['**/node_modules/**', 'test/vscode/**', 'test/extension/**'],
			// `npm run test:long`
			...(process.env.EVAL_LENS_LONG_TESTS ? [] : ['test/long/**']),
		],
		testTimeout: 60_000,
		hookTimeout: 120_000,
		passWithNoTests: false,
		// Models are rewritten once for all tests, not into the person's own cache.
		env: { EVAL_LENS_CACHE: fileURLToPath(new URL('out/engine-cache', import.meta.url)) },
		// A missing golden file is written and fails, on a developer's machine as in CI.
		reporters: process.env.EVAL_LENS_TEST_REPORT
			? ['default', ['json', { outputFile: process.env.EVAL_LENS_TEST_REPORT }]]
			: ['default'],
	},
});
