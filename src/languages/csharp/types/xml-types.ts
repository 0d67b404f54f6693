import { systemException } from '../../dotnet/exceptions.ts'
import { enumerate, Sequence } from '../../dotnet/sequence.ts'
import { DotnetEnum } from '../../dotnet/value.ts'
import { xmlNamespace, xmlnsNamespace, XName, XNamespace } from '../../dotnet/xml-name.ts'
import * as xml from '../../dotnet/xml-node.ts'
import { parseXmlDocument, parseXmlElement } from '../../dotnet/xml-parse.ts'
import * as query from '../../dotnet/xml-query.ts'
import * as tree from '../../dotnet/xml-tree.ts'
import { castXml } from '../../dotnet/xml-value.ts'
import { writeXml } from '../../dotnet/xml-write.ts'
import {
  declareEnum,
  declareType,
  type Implementation,
  type TypeDeclaration,
} from '../type-model.ts'
import { inDocumentOrder, nodeOrderMembers, xmlOrderTypes } from './xml-order-types.ts'
import { enumNumber, given, instance, instanceOrNull, contents, textOrNull } from './guards.ts'

type Members = Record<string, Implementation>

const space = 'System.Xml.Linq'
const nodeTypes: Readonly<Record<string, number>> = {
  None: 0,
  Element: 1,
  Attribute: 2,
  Text: 3,
  CDATA: 4,
  ProcessingInstruction: 7,
  Comment: 8,
  Document: 9,
  DocumentType: 10,
}

function element(value: unknown): xml.XElement {
  return instance(value, xml.XElement)
}

function container(value: unknown): xml.XContainer {
  return value instanceof xml.XDocument ? value : element(value)
}

function node(value: unknown): xml.XNode {
  if (xml.isXNode(value)) return value
  throw systemException('NullReferenceException')
}

function attribute(value: unknown): xml.XAttribute {
  return instance(value, xml.XAttribute)
}

function object(value: unknown): xml.XNode | xml.XAttribute {
  return value instanceof xml.XAttribute ? value : node(value)
}

function name(value: unknown): XName {
  return instance(value, XName)
}

function nameOrNull(value: unknown): XName | null {
  return instanceOrNull(value, XName)
}

function elements(read: () => Iterable<unknown>): Sequence {
  return new Sequence(() => read()[Symbol.iterator](), `${space}.XElement`)
}

function nodes(read: () => Iterable<unknown>): Sequence {
  return new Sequence(() => read()[Symbol.iterator](), `${space}.XNode`)
}

function attributes(read: () => Iterable<unknown>): Sequence {
  return new Sequence(() => read()[Symbol.iterator](), `${space}.XAttribute`)
}

/** System.Xml.Linq, but XDocument.Load and XElement.Load. */
export const xmlTypes: readonly TypeDeclaration[] = [
  declareEnum('System.Xml.XmlNodeType', nodeTypes),
  declareEnum(`${space}.SaveOptions`, {
    None: 0,
    DisableFormatting: 1,
    OmitDuplicateNamespaces: 2,
  }),
  declareEnum(`${space}.LoadOptions`, {
    None: 0,
    PreserveWhitespace: 1,
    SetBaseUri: 2,
    SetLineInfo: 4,
  }),
  declareType(`class ${space}.XName`, {
    'implicit operator XName(string expandedName)': (value) =>
      value === null ? null : XName.get(textOrNull(value)),
    'static XName Get(string expandedName)': (value) => XName.get(textOrNull(value)),
    'static XName Get(string localName, string namespaceName)': (local, uri) =>
      new XName(given(local, 'localName'), textOrNull(uri) ?? ''),
    'string LocalName': (self) => name(self).localName,
    'string NamespaceName': (self) => name(self).namespaceName,
    'XNamespace Namespace': (self) => name(self).namespace,
    ...equality('XName'),
  }),
  declareType(`class ${space}.XNamespace`, {
    'implicit operator XNamespace(string namespaceName)': (value) =>
      value === null ? null : new XNamespace(textOrNull(value)),
    'static XNamespace Get(string namespaceName)': (value) =>
      new XNamespace(given(value, 'namespaceName')),
    'static XNamespace None': () => new XNamespace(''),
    'static XNamespace Xml': () => new XNamespace(xmlNamespace),
    'static XNamespace Xmlns': () => new XNamespace(xmlnsNamespace),
    'string NamespaceName': (self) => instance(self, XNamespace).namespaceName,
    'XName GetName(string localName)': (self, local) =>
      instance(self, XNamespace).getName(textOrNull(local)),
    'static XName operator +(XNamespace ns, string localName)': (self, local) =>
      instance(self, XNamespace).getName(textOrNull(local)),
    ...equality('XNamespace'),
  }),
  declareType(`class ${space}.XObject`, {
    'XmlNodeType NodeType': (self) => nodeType(object(self).nodeType),
    'XElement Parent': (self) => query.parentElement(object(self)),
    'XDocument Document': (self) => query.documentOf(object(self)),
  }),
  declareType(`class ${space}.XNode : XObject`, { ...nodeMembers(), ...nodeOrderMembers() }),
  ...xmlOrderTypes,
  declareType(`class ${space}.XContainer : XNode`, containerMembers()),
  declareType(`class ${space}.XElement : XContainer`, elementMembers()),
  declareType(`class ${space}.XDocument : XContainer`, {
    'new()': () => tree.newDocument(),
    'new(params object[] content)': (content) => tree.newDocument(contents(content)),
    'new(XDeclaration declaration, params object[] content)': (declaration, content) => {
      const document = tree.newDocument(contents(content))
      document.declaration = instanceOrNull(declaration, xml.XDeclaration)
      return document
    },
    'static XDocument Parse(string text)': (value) => parseXmlDocument(given(value, 's')),
    'static XDocument Parse(string text, LoadOptions options)': (value, options) =>
      parseXmlDocument(given(value, 's'), spaces(options)),
    'XElement Root': (self) => instance(self, xml.XDocument).root,
    'XDeclaration Declaration': (self) => instance(self, xml.XDocument).declaration,
    'set XDeclaration Declaration': (self, value) => {
      instance(self, xml.XDocument).declaration = instanceOrNull(value, xml.XDeclaration)
    },
    'XDocumentType DocumentType': (self) => instance(self, xml.XDocument).documentType,
  }),
  declareType(`class ${space}.XAttribute : XObject`, attributeMembers()),
  declareType(`class ${space}.XText : XNode`, {
    'new(string value)': (value) => new xml.XText(textOrNull(value)),
    ...valueProperty((self) => (self instanceof xml.XCData ? self : instance(self, xml.XText))),
  }),
  declareType(`class ${space}.XCData : XText`, {
    'new(string value)': (value) => new xml.XCData(textOrNull(value)),
  }),
  declareType(`class ${space}.XComment : XNode`, {
    'new(string value)': (value) => new xml.XComment(textOrNull(value)),
    ...valueProperty((self) => instance(self, xml.XComment)),
  }),
  declareType(`class ${space}.XProcessingInstruction : XNode`, {
    'new(string target, string data)': (target, value) =>
      new xml.XProcessingInstruction(given(target, 'target'), textOrNull(value)),
    'string Target': (self) => instance(self, xml.XProcessingInstruction).target,
    'string Data': (self) => instance(self, xml.XProcessingInstruction).value,
  }),
  declareType(`class ${space}.XDocumentType : XNode`, {
    'new(string name, string publicId, string systemId, string internalSubset)': (
      type,
      publicId,
      ...[systemId, subset]
    ) =>
      new xml.XDocumentType(
        given(type, 'name'),
        { publicId: textOrNull(publicId), systemId: textOrNull(systemId) },
        textOrNull(subset),
      ),
    'string Name': (self) => instance(self, xml.XDocumentType).name,
    'string PublicId': (self) => instance(self, xml.XDocumentType).publicId,
    'string SystemId': (self) => instance(self, xml.XDocumentType).systemId,
    'string InternalSubset': (self) => instance(self, xml.XDocumentType).internalSubset,
  }),
  declareType(`class ${space}.XDeclaration`, {
    'new(string version, string encoding, string standalone)': (version, encoding, standalone) =>
      new xml.XDeclaration(textOrNull(version), textOrNull(encoding), textOrNull(standalone)),
    'string Version': (self) => instance(self, xml.XDeclaration).version,
    'string Encoding': (self) => instance(self, xml.XDeclaration).encoding,
    'string Standalone': (self) => instance(self, xml.XDeclaration).standalone,
  }),
  declareType(`static ${space}.Extensions`, extensionMembers()),
]

function nodeType(type: string): DotnetEnum {
  return new DotnetEnum('System.Xml.XmlNodeType', type, nodeTypes[type] ?? 0)
}

function spaces(options: unknown): { preserveWhitespace: boolean } {
  return { preserveWhitespace: (enumNumber(options) & 1) === 1 }
}

function equality(type: string): Members {
  const same = (left: unknown, right: unknown): boolean =>
    left instanceof XName || left instanceof XNamespace ? left.equals(right) : left === right
  return {
    [`static bool operator ==(${type} left, ${type} right)`]: same,
    [`static bool operator !=(${type} left, ${type} right)`]: (left, right) => !same(left, right),
  }
}

function valueProperty(read: (self: unknown) => { value: string }): Members {
  return {
    'string Value': (self) => read(self).value,
    'set string Value': (self, value) => {
      read(self).value = given(value)
    },
  }
}

function nodeMembers(): Members {
  return {
    'XNode NextNode': (self) => query.nextNode(node(self)),
    'XNode PreviousNode': (self) => query.previousNode(node(self)),
    'void Remove()': (self) => tree.removeNode(node(self)),
    'void AddAfterSelf(params object[] content)': (self, content) =>
      tree.addXmlAfterSelf(node(self), content),
    'void AddBeforeSelf(params object[] content)': (self, content) =>
      tree.addXmlBeforeSelf(node(self), content),
    'void ReplaceWith(params object[] content)': (self, content) =>
      tree.replaceNode(node(self), content),
    'IEnumerable<XElement> Ancestors()': (self) =>
      elements(() => query.ancestorElements(node(self))),
    'IEnumerable<XElement> Ancestors(XName name)': (self, by) =>
      elements(() => query.ancestorElements(node(self), nameOrNull(by))),
    'IEnumerable<XNode> NodesAfterSelf()': (self) =>
      nodes(() => query.siblingNodes(node(self), 'after')),
    'IEnumerable<XNode> NodesBeforeSelf()': (self) =>
      nodes(() => query.siblingNodes(node(self), 'before')),
    'IEnumerable<XElement> ElementsAfterSelf()': (self) =>
      elements(() =>
        query.siblingNodes(node(self), 'after').filter((one) => one instanceof xml.XElement),
      ),
    'IEnumerable<XElement> ElementsBeforeSelf()': (self) =>
      elements(() =>
        query.siblingNodes(node(self), 'before').filter((one) => one instanceof xml.XElement),
      ),
    'static bool DeepEquals(XNode n1, XNode n2)': (left, right) =>
      query.xmlDeepEquals(xml.isXNode(left) ? left : null, xml.isXNode(right) ? right : null),
    'string ToString(SaveOptions options)': (self, options) =>
      writeXml(node(self), { indented: (enumNumber(options) & 1) === 0 }),
  }
}

function containerMembers(): Members {
  return {
    'void Add(object content)': (self, content) => tree.addXml(container(self), content),
    'void Add(params object[] content)': (self, content) => tree.addXml(container(self), content),
    'void AddFirst(object content)': (self, content) => tree.addXmlFirst(container(self), content),
    'void RemoveNodes()': (self) => tree.removeNodes(container(self)),
    'void ReplaceNodes(object content)': (self, content) =>
      tree.replaceNodes(container(self), content),
    'XNode FirstNode': (self) => container(self).nodes[0] ?? null,
    'XNode LastNode': (self) => container(self).nodes.at(-1) ?? null,
    'XElement Element(XName name)': (self, by) => query.childElement(container(self), name(by)),
    'IEnumerable<XElement> Elements()': (self) =>
      elements(() => query.childElements(container(self))),
    'IEnumerable<XElement> Elements(XName name)': (self, by) =>
      elements(() => query.childElements(container(self), name(by))),
    'IEnumerable<XElement> Descendants()': (self) =>
      elements(() => query.descendantElements(container(self))),
    'IEnumerable<XElement> Descendants(XName name)': (self, by) =>
      elements(() => query.descendantElements(container(self), name(by))),
    'IEnumerable<XNode> DescendantNodes()': (self) =>
      nodes(() => query.descendantNodes(container(self))),
    'IEnumerable<XNode> Nodes()': (self) => nodes(() => [...container(self).nodes]),
  }
}

function elementMembers(): Members {
  return {
    'new(XName name)': (by) => tree.newElement(nameOrNull(by)),
    'new(XElement other)': (other) => tree.cloneElement(element(other)),
    'new(XName name, object content)': (by, content) => tree.newElement(nameOrNull(by), [content]),
    'new(XName name, params object[] content)': (by, content) =>
      tree.newElement(nameOrNull(by), contents(content)),
    'static XElement Parse(string text)': (value) => parseXmlElement(given(value, 's')),
    'static XElement Parse(string text, LoadOptions options)': (value, options) =>
      parseXmlElement(given(value, 's'), spaces(options)),
    'XName Name': (self) => element(self).name,
    'set XName Name': (self, by) => {
      element(self).name = name(by)
    },
    'string Value': (self) => element(self).value,
    'set string Value': (self, value) => tree.setElementText(element(self), given(value)),
    'bool HasAttributes': (self) => element(self).attributes.length > 0,
    'bool HasElements': (self) => element(self).nodes.some((one) => one instanceof xml.XElement),
    'bool IsEmpty': (self) => element(self).isEmpty,
    'XAttribute FirstAttribute': (self) => element(self).attributes[0] ?? null,
    'XAttribute LastAttribute': (self) => element(self).attributes.at(-1) ?? null,
    'XAttribute Attribute(XName name)': (self, by) => tree.findAttribute(element(self), name(by)),
    'IEnumerable<XAttribute> Attributes()': (self) =>
      attributes(() => query.attributesOf(element(self))),
    'IEnumerable<XAttribute> Attributes(XName name)': (self, by) =>
      attributes(() => query.attributesOf(element(self), name(by))),
    'IEnumerable<XElement> AncestorsAndSelf()': (self) =>
      elements(() => query.ancestorsAndSelf(element(self))),
    'IEnumerable<XElement> DescendantsAndSelf()': (self) =>
      elements(() => query.descendantsAndSelf(element(self))),
    'IEnumerable<XElement> DescendantsAndSelf(XName name)': (self, by) =>
      elements(() => query.descendantsAndSelf(element(self), name(by))),
    'void SetAttributeValue(XName name, object value)': (self, by, value) =>
      tree.setAttributeValue(element(self), name(by), value),
    'void SetElementValue(XName name, object value)': (self, by, value) =>
      tree.setElementValue(element(self), name(by), value),
    'void SetValue(object value)': (self, value) => tree.setXmlValue(element(self), value),
    'void RemoveAll()': (self) => {
      tree.removeNodes(element(self))
      tree.removeAttributes(element(self))
    },
    'void RemoveAttributes()': (self) => tree.removeAttributes(element(self)),
    'void ReplaceAll(params object[] content)': (self, content) =>
      tree.replaceAll(element(self), content),
    'void ReplaceAttributes(params object[] content)': (self, content) =>
      tree.replaceAttributes(element(self), content),
    'XNamespace GetDefaultNamespace()': (self) => query.defaultNamespace(element(self)),
    'XNamespace GetNamespaceOfPrefix(string prefix)': (self, prefix) =>
      query.namespaceOfPrefix(element(self), given(prefix, 'prefix')),
    'string GetPrefixOfNamespace(XNamespace ns)': (self, ns) =>
      query.prefixOfNamespace(element(self), instance(ns, XNamespace).namespaceName),
    ...casts('XElement', 'element', (value) =>
      value instanceof xml.XElement ? value.value : null,
    ),
  }
}

function attributeMembers(): Members {
  return {
    'new(XName name, object value)': (by, value) => tree.newAttribute(nameOrNull(by), value),
    'XName Name': (self) => attribute(self).name,
    'string Value': (self) => attribute(self).value,
    'set string Value': (self, value) => tree.setAttributeText(attribute(self), given(value)),
    'bool IsNamespaceDeclaration': (self) => attribute(self).isNamespaceDeclaration,
    'XAttribute NextAttribute': (self) => query.siblingAttribute(attribute(self), 1),
    'XAttribute PreviousAttribute': (self) => query.siblingAttribute(attribute(self), -1),
    'void Remove()': (self) => tree.removeAttribute(attribute(self)),
    'void SetValue(object value)': (self, value) => tree.setAttributeText(attribute(self), value),
    ...casts('XAttribute', 'attribute', (value) =>
      value instanceof xml.XAttribute ? value.value : null,
    ),
  }
}

function casts(type: string, parameter: string, read: (value: unknown) => string | null): Members {
  const members: Members = { [`explicit operator string(${type} value)`]: read }
  const targets = [
    ['bool', 'Boolean'],
    ['int', 'Int32'],
    ['uint', 'UInt32'],
    ['long', 'Int64'],
    ['ulong', 'UInt64'],
    ['float', 'Single'],
    ['double', 'Double'],
    ['decimal', 'Decimal'],
    ['DateTime', 'DateTime'],
    ['DateTimeOffset', 'DateTimeOffset'],
    ['TimeSpan', 'TimeSpan'],
    ['Guid', 'Guid'],
  ]
  for (const [keyword, full] of targets) {
    members[`explicit operator ${keyword}(${type} value)`] = (value) =>
      castXml(read(value), `System.${full}`, parameter)
    members[`explicit operator ${keyword}?(${type} value)`] = (value) =>
      castXml(read(value), `System.Nullable<System.${full}>`, parameter)
  }
  return members
}

function each(source: unknown, read: (one: unknown) => Iterable<unknown>): unknown[] {
  return [...enumerate(source)].flatMap((one) => [...read(one)])
}

function extensionMembers(): Members {
  return {
    'static void Remove(this IEnumerable<XAttribute> source)': (source) =>
      tree.removeEach(enumerate(source)),
    'static void Remove(this IEnumerable<XNode> source)': (source) =>
      tree.removeEach(enumerate(source)),
    'static IEnumerable<XElement> Elements(this IEnumerable<XContainer> source)': (source) =>
      elements(() => each(source, (one) => query.childElements(container(one)))),
    'static IEnumerable<XElement> Elements(this IEnumerable<XContainer> source, XName name)': (
      source,
      by,
    ) => elements(() => each(source, (one) => query.childElements(container(one), name(by)))),
    'static IEnumerable<XElement> Descendants(this IEnumerable<XContainer> source)': (source) =>
      elements(() => each(source, (one) => query.descendantElements(container(one)))),
    'static IEnumerable<XElement> Descendants(this IEnumerable<XContainer> source, XName name)': (
      source,
      by,
    ) => elements(() => each(source, (one) => query.descendantElements(container(one), name(by)))),
    'static IEnumerable<XElement> Ancestors(this IEnumerable<XNode> source)': (source) =>
      elements(() => each(source, (one) => query.ancestorElements(node(one)))),
    'static IEnumerable<T> InDocumentOrder<T>(this IEnumerable<T> source)': inDocumentOrder,
    'static IEnumerable<XElement> DescendantsAndSelf(this IEnumerable<XElement> source)': (
      source,
    ) => elements(() => each(source, (one) => query.descendantsAndSelf(element(one)))),
    'static IEnumerable<XElement> AncestorsAndSelf(this IEnumerable<XElement> source)': (source) =>
      elements(() => each(source, (one) => query.ancestorsAndSelf(element(one)))),
    'static IEnumerable<XNode> Nodes(this IEnumerable<XContainer> source)': (source) =>
      nodes(() => each(source, (one) => container(one).nodes)),
    'static IEnumerable<XAttribute> Attributes(this IEnumerable<XElement> source)': (source) =>
      attributes(() => each(source, (one) => query.attributesOf(element(one)))),
    'static IEnumerable<XAttribute> Attributes(this IEnumerable<XElement> source, XName name)': (
      source,
      by,
    ) => attributes(() => each(source, (one) => query.attributesOf(element(one), name(by)))),
  }
}
