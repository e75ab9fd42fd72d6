import { expect, test } from 'vitest';
import { withoutLinks } from './notification';

/** What VS Code takes for links in notifications (base/common/linkedText.ts). */
const link = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/gi;

test.each([
	'[Open the log](command:workbench.action.terminal.sendSequence?%7B%22text%22%3A%22id%22%7D)',
	'a [b](https://example.org "title") and [c](file:///etc/passwd)',
	'[x](command:x)[y](command:y)',
])('%s is no link in a notification', text => {
	expect(text).toMatch(link);
	expect(withoutLinks(text)).not.toMatch(link);
});

test('other texts stay as they are', () => {
	const text = 'The dataset a/b is not there: see https://example.org/a/b (or ask [its owner]).';
	expect(withoutLinks(text)).toBe(text);
});
