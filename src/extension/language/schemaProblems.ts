import type { MessageCode } from '../../protocol/messages';

/**
 * What a JSON Schema, and a YAML parser, can say as well as we can: left to Red Hat's YAML extension where that is
 * there, so that nothing is reported twice. Everything else only we know.
 */
const known = [
	'config.unknown-field',
	'config.unknown-field-closest',
	'config.unknown-field-of',
	'config.missing-field',
	'config.mistyped',
	'config.not-one-of',
	'config.not-one-of-closest',
	'config.yaml',
	'config.yaml-tab',
	'config.yaml-alias',
	'config.yaml-tag',
	'config.doubled-key',
	'config.no-mapping',
] as const satisfies readonly MessageCode[];

const codes: ReadonlySet<MessageCode> = new Set(known);

export function isSchemaProblem(code: MessageCode): boolean {
	return codes.has(code);
}
