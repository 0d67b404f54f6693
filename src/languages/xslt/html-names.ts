function set(names: string): ReadonlySet<string> {
  return new Set(names.split(' '))
}

/** Elements without an end tag. https://www.w3.org/TR/html401/index/elements.html */
export const emptyElements = set(
  'area base basefont br col embed frame hr img input isindex link meta param source track wbr',
)

/** Elements whose text is not escaped. */
export const rawElements = set('script style')

/** Attributes that stand alone when their value is their name. */
export const booleanAttributes = set(
  'checked compact declare defer disabled ismap multiple nohref noresize noshade nowrap readonly selected',
)

/** Attributes whose characters beyond ASCII are percent-encoded. */
export const uriAttributes = set(
  'action archive background cite classid codebase data datasrc for href longdesc name profile src usemap',
)

/** Elements before which a line may break. */
export const blockElements = set(
  'address applet area article aside base blockquote body br button caption center col colgroup dd dir div dl dt fieldset footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html iframe isindex legend li link map menu meta nav noframes noscript ol optgroup option p param pre script section style table tbody td tfoot th thead title tr ul',
)
