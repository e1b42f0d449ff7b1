/**
 * JSON as people keep it in configuration files: comments and a comma after the last element are tolerated,
 * nothing else. Positions in error messages stay those of the file.
 */

const STRING_OR_COMMENT = /"(?:[^"\\\n]|\\.)*"|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;
const STRING_OR_LAST_COMMA = /"(?:[^"\\\n]|\\.)*"|,(?=\s*[\]}])/g;

/** The value, or one line of what is wrong with the text. */
export function parseJsonc(text: string): { readonly value: unknown } | { readonly wrong: string } {
  const plain = text
    .replace(/^\uFEFF/, '')
    .replace(STRING_OR_COMMENT, (part) => (part.startsWith('"') ? part : part.replace(/[^\n]/g, ' ')))
    .replace(STRING_OR_LAST_COMMA, (part) => (part.startsWith('"') ? part : ' '));
  try {
    return { value: JSON.parse(plain) };
  } catch (error) {
    return { wrong: error instanceof Error ? error.message.replaceAll(/\s+/g, ' ') : String(error) };
  }
}
