/** A part of an attribute value template: text, or an expression with its place. */
export interface TemplatePart {
  readonly text: string
  readonly expressionAt: number | undefined
}

/** Splits an attribute value template. https://www.w3.org/TR/xslt-10/#attribute-value-templates */
export function splitTemplate(
  value: string,
  fault: (message: string, at: number) => Error,
): TemplatePart[] {
  if (!/[{}]/.test(value)) return [{ text: value, expressionAt: undefined }]
  const parts: TemplatePart[] = []
  let text = ''
  let position = 0
  while (position < value.length) {
    const character = value.charAt(position)
    if (character !== '{' && character !== '}') {
      text += character
      position += 1
    } else if (value.charAt(position + 1) === character) {
      text += character
      position += 2
    } else if (character === '}') {
      throw fault("A '}' without '{' is written '}}'.", position)
    } else {
      const end = expressionEnd(value, position + 1)
      if (end === undefined) throw fault("The '{' has no '}'.", position)
      if (text !== '') parts.push({ text, expressionAt: undefined })
      text = ''
      parts.push({ text: value.slice(position + 1, end), expressionAt: position + 1 })
      position = end + 1
    }
  }
  if (text !== '') parts.push({ text, expressionAt: undefined })
  return parts
}

function expressionEnd(value: string, start: number): number | undefined {
  for (let position = start; position < value.length; position++) {
    const character = value.charAt(position)
    if (character === '}') return position
    if (character !== '"' && character !== "'") continue
    const close = value.indexOf(character, position + 1)
    if (close < 0) return undefined
    position = close
  }
  return undefined
}
