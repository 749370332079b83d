const token =
  /\s*(?:("(?:[^"\\\n\r\t]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)|([{}[\],:]))/y;

/** The tokens that may come next: a value, or the end of a list that is empty, and so on. */
type Next = 'value' | 'value or end' | 'key' | 'key or end' | 'colon' | 'comma or end';

/** Returns the line on which a text stops being JSON, counted from 1: not every runtime's parser tells it. */
export function lineOfJsonFault(text: string): number {
  const open: string[] = [];
  let next: Next = 'value';
  token.lastIndex = 0;
  for (let at = 0; ; at = token.lastIndex) {
    const [whole, string, scalar, mark] = token.exec(text) ?? [];
    const after: Next | undefined = whole === undefined ? undefined : nextOf(next, open, { string, scalar, mark });
    if (after === undefined || (after === 'comma or end' && open.length === 0)) {
      const start = after === undefined ? at : token.lastIndex;
      return text.slice(0, start + /^\s*/.exec(text.slice(start))![0].length).split('\n').length;
    }
    next = after;
  }
}

type Token = { string: string | undefined; scalar: string | undefined; mark: string | undefined };

/** Returns what may follow a token; undefined when it may not stand here. */
function nextOf(next: Next, open: string[], { string, scalar, mark }: Token): Next | undefined {
  const end = open.at(-1) === '{' ? '}' : ']';
  if (mark === end && open.length > 0 && next.endsWith('end')) {
    open.pop();
    return 'comma or end';
  }
  if (next.startsWith('value')) {
    if (string !== undefined || scalar !== undefined) return 'comma or end';
    if (mark !== '{' && mark !== '[') return undefined;
    open.push(mark);
    return mark === '{' ? 'key or end' : 'value or end';
  }
  if (next.startsWith('key')) return string === undefined ? undefined : 'colon';
  if (next === 'colon') return mark === ':' ? 'value' : undefined;
  if (mark !== ',') return undefined;
  return open.at(-1) === '{' ? 'key' : 'value';
}
