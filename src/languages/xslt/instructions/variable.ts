import type { XPathContext, XPathValue } from '../../xpath/context.ts'
import { activationOf } from '../activation.ts'
import type { BodyCompiler } from '../body-compiler.ts'
import type { Site } from '../site.ts'
import type { Instruction } from '../template.ts'

/** The value that `xsl:variable`, `xsl:param` or `xsl:with-param` gives. https://www.w3.org/TR/xslt-10/#variable-values */
export interface CompiledValue {
  readonly value: (context: XPathContext) => XPathValue
  readonly isFragment: boolean
  readonly isNodes: boolean
}

export function compileValue(site: Site, compiler: BodyCompiler): CompiledValue {
  const hasContent = site.element.children.some(({ kind }) => kind === 'element' || kind === 'text')
  if (site.attribute('select') !== undefined) {
    if (hasContent)
      throw site.invalid(`'${site.written}' has both content and the attribute 'select'.`, 'select')
    const operand = site.expression('select')
    const isNodes = operand.type === 'nodes'
    return {
      value: operand.evaluate,
      isFragment: isNodes && operand.isFragment === true,
      isNodes: isNodes && operand.isFragment !== true,
    }
  }
  if (!hasContent) return { value: () => '', isFragment: false, isNodes: false }
  const body = compiler.body(site)
  const { name } = site.module
  return {
    value: (context) => [activationOf(context).run.fragment(context, body, name)],
    isFragment: true,
    isNodes: false,
  }
}

/** `xsl:variable` in a template. */
export function compileVariable(site: Site, compiler: BodyCompiler): Instruction {
  const { value, isFragment, isNodes } = compileValue(site, compiler)
  const { slot } = declared(site, { isFragment, isNodes })
  return (context) => {
    activationOf(context).frame[slot] = value(context)
  }
}

/** `xsl:param` in a template: what is passed may have any type. */
export function compileParameter(site: Site, compiler: BodyCompiler): Instruction {
  const key = site.key('name')
  const { value } = compileValue(site, compiler)
  const { slot } = declared(site, {})
  return (context) => {
    const activation = activationOf(context)
    activation.frame[slot] = activation.passed?.get(key) ?? value(context)
  }
}

function declared(
  site: Site,
  type: { isFragment?: boolean; isNodes?: boolean },
): { readonly slot: number } {
  const variable = site.scope.declare(site.key('name'), type)
  if (variable === undefined) {
    throw site.invalid(
      `The variable '$${site.required('name')}' is declared twice in this template.`,
      'name',
    )
  }
  return variable
}
