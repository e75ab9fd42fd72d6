export const reportMessages = {
	'report.unknown-format': '{format} is no export format. There are: {formats}.',
	'report.no-page': 'The page of the report is missing from this installation: {file}. Build it with `npm run build`.',
	'report.own-file': '{file} holds the run itself. Give the export another name.',
} as const satisfies Record<string, string>;
