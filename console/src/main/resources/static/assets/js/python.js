// Python for the editor: lezer's grammar, and how a new line is indented.
import { indentService, LanguageSupport, LRLanguage } from "@codemirror/language";
import { parser } from "@lezer/python";

const language = LRLanguage.define({
  name: "python",
  parser,
  languageData: { closeBrackets: { brackets: ["(", "[", "{", "'", '"'] }, commentTokens: { line: "#" }, indentOnInput: /^\s*(?:else:|elif |except|finally:)$/ },
});

const OPENS_BLOCK = /:\s*(?:#.*)?$|[([{]\s*$/;
const LEAVES_BLOCK = /^\s*(?:return|pass|break|continue|raise)\b/;

const indentation = indentService.of((context, position) => {
  const line = context.state.doc.lineAt(position);
  const before = position > line.from || line.number === 1 ? line.text.slice(0, position - line.from) : context.state.doc.line(line.number - 1).text;
  const current = context.countColumn(before.match(/^\s*/)[0]);
  if (OPENS_BLOCK.test(before)) return current + context.unit;
  if (LEAVES_BLOCK.test(before)) return Math.max(0, current - context.unit);
  return current;
});

export const python = () => new LanguageSupport(language, [indentation]);
