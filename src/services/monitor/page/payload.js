import { element } from './element.js'

const token = /("(?:\\.|[^"\\])*")(\s*:)?|(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)|\b(true|false|null)\b/gi

/** A payload as it is best read: JSON with indents and colours, anything else as it is. */
export function prettyPayload(text, chars) {
  const fragment = document.createDocumentFragment()
  const json = tryParse(text)
  if (json === undefined) fragment.append(text)
  else paint(fragment, JSON.stringify(json, null, 2))
  if (chars > text.length) {
    const missing = `\n… ${chars - text.length} more characters are not kept`
    fragment.append(element('span', { class: 'cut' }, missing))
  }
  return fragment
}

function tryParse(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function paint(fragment, text) {
  let end = 0
  for (const match of text.matchAll(token)) {
    const [whole, string, colon, number] = match
    fragment.append(text.slice(end, match.index))
    const kind = string ? (colon ? 'key' : 'string') : number ? 'number' : 'word'
    fragment.append(element('span', { class: kind }, string ?? whole), colon ?? '')
    end = match.index + whole.length
  }
  fragment.append(text.slice(end))
}
