/**
 * What `str.isspace()` is true for, inside the brackets of a pattern's class. JavaScript's trim lacks U+001C–U+001F and
 * U+0085, and takes U+FEFF.
 */
export const pythonSpaces = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
