export const reportMessages = {
	'report.unknown-format': '{format} is no export format. There are: {formats}.',
	'report.no-page': 'The page of the report is missing from this installation: {file}. Build it with `npm run build`.',
} as const satisfies Record<string, string>;
