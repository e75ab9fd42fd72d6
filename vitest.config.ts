import { defineConfig } from 'vitest/config';

export default defineConfig({
	test: {
		include: ['src/**/*.test.ts', 'webview/**/*.test.{ts,tsx}', 'test/**/*.test.ts'],
		exclude: ['**/node_modules/**', 'test/vscode/**', 'test/extension/**'],
		testTimeout: 60_000,
		hookTimeout: 120_000,
		passWithNoTests: false,
		// A missing golden file is written and fails, on a developer's machine as in CI.
		reporters: process.env.EVAL_LENS_TEST_REPORT
			? ['default', ['json', { outputFile: process.env.EVAL_LENS_TEST_REPORT }]]
			: ['default'],
	},
});
