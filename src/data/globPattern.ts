/** Whether a path fits a pattern of a dataset card: `*`, `?` and `[…]` within a name, `**` across folders. */
export type PathPattern = (path: string) => boolean;

interface Step {
	/** Characters that the step takes: one, or as many as there are. */
	readonly takes: (character: string) => boolean;
	readonly many: boolean;
	/** Nothing, or whole folders. */
	readonly folders: boolean;
}

/**
 * Compiles a pattern. All places of the pattern that a beginning of the path may have reached are followed at once: no
 * pattern takes longer than its length times that of the path, whoever wrote it.
 */
export function pathPattern(pattern: string): PathPattern {
	const steps = stepsOf(pattern.replace(/^(\.?\/)+/, ''));
	return path => {
		let places = withSkipped(steps, new Set([0]));
		for (const character of path) {
			const next = new Set<number>();
			for (const place of places) {
				for (const reached of afterTaking(steps, place, character)) {
					next.add(reached);
				}
			}
			places = withSkipped(steps, next);
		}
		return places.has(2 * steps.length);
	};
}

/** Places: 2i before step i; 2i + 1 inside of the folders that step i has begun, which end with their slash. */
function afterTaking(steps: readonly Step[], place: number, character: string): number[] {
	const i = Math.floor(place / 2);
	const step = steps[i];
	if (!step?.takes(character)) {
		return [];
	}
	if (step.folders) {
		return character === '/' ? [2 * i + 1, 2 * i + 2] : [2 * i + 1];
	}
	return [step.many ? 2 * i : 2 * i + 2];
}

/** With the places after steps that may take nothing. */
function withSkipped(steps: readonly Step[], places: Set<number>): Set<number> {
	for (const place of places) {
		if (place % 2 === 0 && steps[place / 2]?.many) {
			places.add(place + 2);
		}
	}
	return places;
}

function stepsOf(pattern: string): Step[] {
	const steps: Step[] = [];
	const inName = (character: string) => character !== '/';
	for (const [token] of pattern.matchAll(/\*\*\/|\*\*|\*|\?|\[[!^]?\]?[^\]/]*\]|./gsu)) {
		if (token === '**/') {
			steps.push({ takes: () => true, many: true, folders: true });
		} else if (token === '**') {
			steps.push({ takes: () => true, many: true, folders: false });
		} else if (token === '*') {
			steps.push({ takes: inName, many: true, folders: false });
		} else if (token === '?') {
			steps.push({ takes: inName, many: false, folders: false });
		} else if (token.startsWith('[') && token.length > 1) {
			steps.push({ takes: classOf(token.slice(1, -1)), many: false, folders: false });
		} else {
			steps.push({ takes: character => character === token, many: false, folders: false });
		}
	}
	return steps;
}

function classOf(content: string): (character: string) => boolean {
	const negated = /^[!^]/.test(content);
	const ranges = [...(negated ? content.slice(1) : content).matchAll(/(.)-(.)|(.)/gsu)].map(
		([, from, to, single = '']) => [from ?? single, to ?? single] as const,
	);
	return character =>
		character !== '/' && negated !== ranges.some(([from, to]) => from <= character && character <= to);
}
