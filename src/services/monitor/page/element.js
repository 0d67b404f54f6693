/** An element with properties and children; text children are text, never markup. */
export function element(name, properties = {}, ...children) {
  return fill(document.createElement(name), properties, children)
}

/** The same for SVG. */
export function svg(name, properties = {}, ...children) {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', name), properties, children)
}

function fill(node, properties, children) {
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === false) continue
    if (key.startsWith('on')) node.addEventListener(key.slice(2), value)
    else if (key.startsWith('--')) node.style.setProperty(key, value)
    else node.setAttribute(key, value === true ? '' : value)
  }
  node.append(...children.filter((child) => child !== undefined))
  return node
}

const serviceHues = {
  demo: 255,
  functions: 75,
  'cosmos-db': 195,
  'service-bus': 250,
  'event-grid': 300,
  'event-hubs': 275,
  storage: 155,
  'logic-apps': 220,
  'api-management': 335,
  'data-factory': 175,
  graph: 285,
  'bot-service': 265,
}

/** The hue a service has everywhere on the page. */
export function hueOf(service) {
  const known = serviceHues[service]
  if (known !== undefined) return String(known)
  let hash = 0
  for (const character of service) hash = (hash * 31 + character.codePointAt(0)) % 360
  return String(hash)
}
